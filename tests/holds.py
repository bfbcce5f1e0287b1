"""What holds a port: a row for each way.

Run as root, with arguments for prt-scan.  Each way is set up in a network namespace of its own, in which
loopback is up, and then looked at.  It prints
	WAY | PRT-SCAN | BIND | CONNECT | SS
PRT-SCAN and SS being STATE/PROCESS of each socket whose local port it is, with
@netns if that is in another network namespace, or -; BIND what bind(2) of that
port says, of all addresses and without SO_REUSEADDR if the way does not say
otherwise; CONNECT whether connect(2) to it, at 127.0.0.1, is answered (TCP).
A way that this machine does not have is
	WAY | skip | REASON
"""
import ctypes
import errno
import fcntl
import mmap
import os
import re
import shutil
import signal
import socket as S
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
import binds	# noqa: E402
from binds import TCP, UDP, IPPROTO_MPTCP, REUSEADDR, kept  # noqa: E402

PORT, OTHER = 22000, 22001
CLONE_FILES, CLONE_NEWPID, CLONE_NEWNET = 0x400, 0x20000000, 0x40000000
SIOCGSKNS = 0x894C
libc = ctypes.CDLL(None, use_errno=True)


class Skip(Exception):
    pass


def call(name, *args):
    """A function of libc, which returns -1 where it fails."""
    got = getattr(libc, name)(*args)
    if got < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return got


def run(*commands):
    for command in commands:
        try:
            done = subprocess.run(command, shell=True, text=True,
                                  stdin=subprocess.DEVNULL,
                                  capture_output=True)
        except OSError as e:
            raise Skip(str(e))
        if done.returncode != 0:
            raise Skip(f"{command}: {done.stderr.strip()[:60]}")


def rename(name):
    call("prctl", 15, name.encode(), 0, 0, 0)	# PR_SET_NAME


def child(name, work):
    """A process that has done this, and stays."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        call("prctl", 1, signal.SIGKILL, 0, 0, 0)	# PR_SET_PDEATHSIG
        os.close(r)
        rename(name)
        work()
        os.write(w, b".")
        time.sleep(60)
        os._exit(0)
    os.close(w)
    if os.read(r, 1) != b".":
        raise OSError("child")
    os.close(r)
    return pid


def thread(work):
    """A thread that has done this, and stays."""
    done = threading.Event()
    failed = []

    def stay():
        try:
            work()
        except OSError as e:
            failed.append(e)
        done.set()
        time.sleep(60)
    threading.Thread(target=stay, daemon=True).start()
    done.wait()
    if failed:
        raise failed[0]


def netns_of(path):
    return os.open(path, os.O_RDONLY)


class Way:
    """What is looked at, where it is not the usual."""

    def __init__(self, port=PORT, netns=None, addr="::", options=(),
                 bind_port=None, proto=None):
        self.port = port
        self.netns = netns		# gives a descriptor of it
        self.addr = addr		# of the bind
        self.options = options		# of the bind
        self.bind_port = port if bind_port is None else bind_port
        self.proto = proto		# of the bind


# Ways of TCP and UDP, except those in binds.py.

def mptcp(work):
    def way():
        try:
            S.socket(S.AF_INET, TCP, IPPROTO_MPTCP).close()
        except OSError:
            raise Skip("no MPTCP")
        return work()
    return way


def mptcp_subflow():
    run("ip address add 127.0.0.2/8 dev lo",
        "ip mptcp limits set subflow 2 add_addr_accepted 2",
        "ip mptcp endpoint add 127.0.0.2 subflow")
    s = binds.listener("127.0.0.1", OTHER, proto=IPPROTO_MPTCP)
    c = binds.sock(S.AF_INET, TCP, proto=IPPROTO_MPTCP)
    c.connect(("127.0.0.1", OTHER))
    a, _ = s.accept()
    kept.append(a)
    a.send(b"x")
    c.recv(1)
    for _ in range(200):
        with open("/proc/net/tcp") as f:
            # from 127.0.0.2, established
            found = re.search(r"0200007F:(\w{4}) 0100007F:%04X 01 " % OTHER,
                              f.read())
        if found:
            return Way(int(found[1], 16))
        time.sleep(0.02)
    raise Skip("no second subflow")


def mptcp_endpoint():
    run(f"ip mptcp endpoint add 127.0.0.1 port {PORT} signal")


def vxlan():
    run(f"ip link add vx0 type vxlan id 5 dstport {PORT}",
        "ip link set vx0 up")


def fork_work(name, *, before=None, prepare=None):
    """A listener of another process, which has done something else first."""
    def way():
        if before:
            before()

        def work():
            if prepare:
                prepare()
            binds.listener("0.0.0.0", PORT)
        child(name, work)
    return way


def as_nobody():
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def stopped():
    pid = child("other", lambda: binds.listener("0.0.0.0", PORT))
    os.kill(pid, signal.SIGSTOP)


def exited():
    """A zombie holds nothing."""
    pid = child("other", lambda: binds.listener("0.0.0.0", PORT))
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def handed_on(program):
    """The listener is a descriptor of a program, and of no other process."""
    s = binds.listener("0.0.0.0", PORT)
    os.set_inheritable(s.fileno(), True)
    if os.fork() == 0:
        call("prctl", 1, signal.SIGKILL, 0, 0, 0)
        os.execv(program, [program, "60"])
    name = os.path.basename(program)
    s.close()
    for _ in range(500):
        if subprocess.run(["prt-scan", "-H", "-o", "process", str(PORT)],
                          capture_output=True, text=True,
                          ).stdout.strip() == name:
            return
        time.sleep(0.01)


def executed():
    handed_on(shutil.which("sleep"))


def deleted():
    path = os.path.join(os.getcwd(), "deleted")
    shutil.copy(shutil.which("sleep"), path)
    handed_on(path)
    os.unlink(path)


def first_thread_ended():
    def work():
        binds.listener("0.0.0.0", PORT)
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        call("prctl", 1, signal.SIGKILL, 0, 0, 0)
        rename("other")
        work()
        threading.Thread(target=time.sleep, args=(60,)).start()
        os.write(w, b".")
        libc.pthread_exit(None)
    os.read(r, 1)
    while True:
        with open(f"/proc/{pid}/status") as f:
            if "\nState:\tZ" in f.read():
                return
        time.sleep(0.01)


def thread_table():
    def work():
        call("unshare", CLONE_FILES)
        binds.listener("0.0.0.0", PORT)
    thread(work)


def blocked():
    """Closed, while a thread of the process waits in accept(2)."""
    s = binds.listener("0.0.0.0", PORT)
    tid = []

    def work():
        tid.append(threading.get_native_id())
        libc.accept(s.fileno(), None, None)
    threading.Thread(target=work, daemon=True).start()
    accept = {"x86_64": 43, "aarch64": 202}.get(os.uname().machine)
    for _ in range(500):
        if tid:
            with open(f"/proc/self/task/{tid[0]}/syscall") as f:
                if f.read().startswith(f"{accept} "):
                    break
        time.sleep(0.01)
    else:
        raise Skip("no call to wait in")
    s.close()


def mapped():
    """A mapping is all that keeps it: as for TCP_ZEROCOPY_RECEIVE."""
    s = binds.listener("0.0.0.0", PORT)
    libc.mmap.restype = ctypes.c_void_p
    at = libc.mmap(None, ctypes.c_size_t(4096), 1, 1, s.fileno(),
                   ctypes.c_long(0))		# PROT_READ, MAP_SHARED
    if at == ctypes.c_void_p(-1).value:
        raise Skip(f"mmap: {os.strerror(ctypes.get_errno())}")
    s.close()


def ring():
    """A fixed file of an io_uring is all that keeps it."""
    if tuple(int(n) for n in re.findall(r"\d+", os.uname().release)[:2]) < \
            (6, 14):
        raise Skip("Linux before 6.14 does not tell")
    s = binds.listener("0.0.0.0", PORT)
    params = ctypes.create_string_buffer(120)
    fd = libc.syscall(425, 4, params)		# io_uring_setup
    fds = (ctypes.c_int * 1)(s.fileno())
    # io_uring_register(2), IORING_REGISTER_FILES
    if fd < 0 or libc.syscall(427, fd, 2, fds, 1) < 0:
        raise Skip("no io_uring")
    s.close()


def request():
    """A request of an io_uring, which accepts, is all that keeps it."""
    s = binds.listener("0.0.0.0", PORT)
    params = ctypes.create_string_buffer(120)
    fd = libc.syscall(425, 4, params)		# io_uring_setup
    if fd < 0:
        raise Skip("no io_uring")
    size = mmap.PAGESIZE
    queue = mmap.mmap(fd, size)			# IORING_OFF_SQ_RING
    entries = mmap.mmap(fd, size, offset=0x10000000)	# IORING_OFF_SQES
    # IORING_OP_ACCEPT, IORING_ACCEPT_MULTISHOT
    entries[:64] = struct.pack("=BBHi56x", 13, 0, 1, s.fileno())
    tail, array = (struct.unpack_from("=I", params, at)[0] for at in (44, 64))
    struct.pack_into("=I", queue, array, 0)
    struct.pack_into("=I", queue, tail, 1)
    # io_uring_enter
    if libc.syscall(426, fd, 1, 0, 0, None, ctypes.c_size_t(0)) != 1:
        raise Skip("no requests of an io_uring")
    kept.extend((queue, entries))
    s.close()


def thread_netns():
    fds = []

    def work():
        call("unshare", CLONE_NEWNET)
        fds.append(netns_of("/proc/thread-self/ns/net"))
        binds.listener("0.0.0.0", PORT)
    thread(work)
    return Way(netns=lambda: os.dup(fds[0]))


def socket_netns():
    """No process and no descriptor is in it, but this socket."""
    back = netns_of("/proc/self/ns/net")
    call("unshare", CLONE_NEWNET)
    s = binds.listener("0.0.0.0", PORT)
    call("setns", back, 0)
    os.close(back)
    return Way(netns=lambda: fcntl.ioctl(s.fileno(), SIOCGSKNS))


def other_netns(there):
    def way():
        pid = child("other", lambda: (call("unshare", CLONE_NEWNET),
                                      binds.listener("0.0.0.0", PORT)))
        if there:
            return Way(netns=lambda: netns_of(f"/proc/{pid}/ns/net"))
    return way


def syn_recv():
    """The listener is sent data first."""
    binds.listener("127.0.0.1", PORT, (S.IPPROTO_TCP, S.TCP_DEFER_ACCEPT, 60))
    binds.client("127.0.0.1", PORT)


def restarted():
    """What is left of a connection of a listener that had SO_REUSEADDR."""
    s = binds.listener("127.0.0.1", PORT, REUSEADDR)
    c = binds.client("127.0.0.1", PORT)
    a, _ = s.accept()
    s.close()
    a.close()
    c.close()
    binds.await_state(PORT, 6)
    return Way(options=[REUSEADDR])


def not_accepted():
    binds.listener("127.0.0.1", PORT)
    binds.client("127.0.0.1", PORT)


def late():
    s = binds.sock(S.AF_INET, TCP)
    s.setsockopt(S.IPPROTO_IP, binds.IP_BIND_ADDRESS_NO_PORT, 1)
    s.bind(("127.0.0.1", 0))
    # of all there are none
    return Way(0)


def sysctl(name, value):
    with open("/proc/sys/net/ipv4/" + name, "w") as f:
        f.write(value)


def reserved():
    sysctl("ip_local_reserved_ports", str(PORT))


def none_left():
    """bind(2) of any port, where the kernel has one to give."""
    sysctl("ip_local_port_range", f"{PORT} {PORT}")
    binds.listener("0.0.0.0", PORT)
    return Way(bind_port=0)


def dnat():
    run("nft add table ip t",
        "nft 'add chain ip t c { type nat hook output priority -100; }'",
        f"nft add rule ip t c tcp dport {PORT} dnat to 127.0.0.1:{OTHER}")
    binds.listener("127.0.0.1", OTHER)


def bpf(command, attributes):
    number = {"x86_64": 321, "aarch64": 280}.get(os.uname().machine)
    if number is None:
        raise Skip("no number of bpf(2)")
    got = libc.syscall(number, command,
                       ctypes.create_string_buffer(attributes, 128), 128)
    if got < 0:
        raise Skip(f"bpf {command}: {os.strerror(ctypes.get_errno())}")
    return got


def address(buffer):
    return ctypes.addressof(buffer)


def sockmap(s):
    """A map of one socket, this one."""
    fd = bpf(0, struct.pack("=5I", 15, 4, 8, 1, 0))
    key, value = (ctypes.create_string_buffer(struct.pack(f, n), 8)
                  for f, n in (("=I", 0), ("=Q", s.fileno())))
    kept.append((key, value))
    bpf(2, struct.pack("=IxxxxQQQ", fd, address(key), address(value), 0))
    return fd


def in_sockmap():
    s = binds.listener("0.0.0.0", PORT)
    sockmap(s)
    s.close()


def sk_lookup():
    """Any connection is given to the one listener, whatever its port."""
    fd = sockmap(binds.listener("127.0.0.1", OTHER))

    def op(code, dst=0, src=0, offset=0, value=0):
        return struct.pack("=BBhi", code, src << 4 | dst, offset, value)
    program = b"".join((
        op(0xbf, 6, 1),				# r6 = context
        op(0x62, 10, 0, -4, 0),			# key = 0
        op(0x18, 1, 1, 0, fd), op(0),		# r1 = the map
        op(0xbf, 2, 10), op(0x07, 2, 0, 0, -4),	# r2 = &key
        op(0x85, value=1),			# bpf_map_lookup_elem
        op(0x15, 0, 0, 7, 0),			# none: pass
        op(0xbf, 7, 0),
        op(0xbf, 1, 6), op(0xbf, 2, 7), op(0xb7, 3),
        op(0x85, value=124),			# bpf_sk_assign
        op(0xbf, 1, 7), op(0x85, value=86),	# bpf_sk_release
        op(0xb7, 0, 0, 0, 1), op(0x95)))	# SK_PASS
    code = ctypes.create_string_buffer(program, len(program))
    licence = ctypes.create_string_buffer(b"GPL")
    log = ctypes.create_string_buffer(65536)
    # BPF_PROG_TYPE_SK_LOOKUP, for BPF_SK_LOOKUP
    prog = bpf(5, struct.pack("=IIQQIIQII16sII", 30, len(program) // 8,
                              address(code), address(licence), 1, len(log),
                              address(log), 0, 0, b"", 0, 36))
    bpf(28, struct.pack("=4I", prog, netns_of("/proc/self/ns/net"), 36, 0))


def proxy():
    """As docker-proxy does: the server is in another network namespace."""
    child("server", lambda: (call("unshare", CLONE_NEWNET),
                             binds.listener("0.0.0.0", OTHER)))
    child("docker-proxy", lambda: binds.listener("0.0.0.0", PORT))


def with_options(work, **options):
    def way():
        work(PORT)
        return Way(**options)
    return way


def other_kind(family, kind, proto, *at):
    def way():
        try:
            s = S.socket(family, kind, proto)
            kept.append(s)
            if at:
                s.bind(*at)
        except OSError as e:
            raise Skip(str(e))
    return way


def simple(work):
    def way():
        got = work(PORT)
        return Way(got) if isinstance(got, int) else None
    return way


def twins6(port):
    binds.listener("::,v6only", port)


WAYS = [
    # listeners
    ("listen", TCP, simple(lambda p: binds.listener("0.0.0.0", p))),
    ("listen on :: (dual stack)", TCP,
     simple(lambda p: binds.listener("::", p))),
    ("listen on :: (v6only)", TCP, simple(twins6)),
    ("v6only, a bind of 0.0.0.0", TCP, with_options(twins6, addr="0.0.0.0")),
    ("v6only twins", TCP, simple(binds.twins)),
    ("listen on another address", TCP,
     with_options(lambda p: binds.listener("127.0.0.2", p),
                  addr="127.0.0.1")),
    ("listen on a device", TCP,
     simple(lambda p: binds.listener("0.0.0.0", p, binds.DEVICE))),
    ("SO_REUSEPORT group", TCP, simple(binds.group(TCP, binds.REUSEPORT))),
    ("SO_REUSEPORT, the next has it too", TCP,
     with_options(binds.group(TCP, binds.REUSEPORT), addr="0.0.0.0",
                  options=[binds.REUSEPORT])),
    ("MPTCP listener", TCP, mptcp(
        lambda: binds.listener("0.0.0.0", PORT, proto=IPPROTO_MPTCP) and None)),
    # sockets that are only bound
    ("bound", TCP, simple(lambda p: binds.bound(TCP, "0.0.0.0", p))),
    ("bound, refused connect", TCP, simple(binds.refused)),
    ("listener after shutdown(2)", TCP, simple(binds.shut)),
    ("connect of AF_UNSPEC", TCP, simple(binds.disconnected)),
    ("MPTCP, bound", TCP, mptcp(
        lambda: binds.bound(TCP, "0.0.0.0", PORT, proto=IPPROTO_MPTCP) and
        None)),
    # connections
    ("accepted, listener closed", TCP,
     simple(binds.accepted("0.0.0.0", "127.0.0.1"))),
    ("not accepted yet", TCP, not_accepted),
    ("outgoing", TCP, simple(binds.outgoing("0.0.0.0", "127.0.0.1"))),
    ("outgoing, IPv6", TCP, simple(binds.outgoing("::", "::1"))),
    ("IP_BIND_ADDRESS_NO_PORT, connected", TCP, simple(binds.late_port)),
    ("MPTCP subflow", TCP, mptcp(mptcp_subflow)),
    ("half-open, at the listener", TCP, syn_recv),
    ("half-open, at the client", TCP, simple(binds.syn_sent)),
    ("peer has closed", TCP, simple(binds.close_wait)),
    ("closed, peer has not", TCP, simple(binds.fin_wait2)),
    ("closed, data not taken (orphan)", TCP, simple(binds.orphan)),
    ("TIME_WAIT", TCP, simple(binds.time_wait)),
    ("TIME_WAIT, SO_REUSEADDR of both", TCP, restarted),
    # UDP
    ("UDP", UDP, simple(lambda p: binds.bound(UDP, "0.0.0.0", p))),
    ("UDP on ::", UDP, simple(lambda p: binds.bound(UDP, "::", p))),
    ("UDP, connected", UDP,
     simple(binds.udp_connected(S.AF_INET, "127.0.0.1"))),
    ("UDP, SO_REUSEADDR", UDP, simple(binds.group(UDP, REUSEADDR))),
    # holders
    ("of another user", TCP, fork_work("other", prepare=as_nobody)),
    ("of a stopped process", TCP, stopped),
    ("of another pid namespace", TCP,
     fork_work("other", before=lambda: call("unshare", CLONE_NEWPID))),
    ("of a program run since", TCP, executed),
    ("of a deleted program", TCP, deleted),
    ("of a process without first thread", TCP, first_thread_ended),
    ("of one thread only", TCP, thread_table),
    ("of an io_uring only", TCP, ring),
    ("of a request of an io_uring only", TCP, request),
    ("of a message (SCM_RIGHTS) only", TCP, simple(binds.in_flight)),
    ("of a call that waits only", TCP, blocked),
    ("of a mapping only", TCP, mapped),
    ("of a proxy of containers", TCP, proxy),
    ("of the kernel: MPTCP endpoint", TCP, mptcp(mptcp_endpoint)),
    ("of the kernel: VXLAN", UDP, vxlan),
    # network namespaces
    ("in another netns, a bind here", TCP, other_netns(False)),
    ("in another netns, a bind there", TCP, other_netns(True)),
    ("in the netns of a thread", TCP, thread_netns),
    ("in the netns of a socket", TCP, socket_netns),
    # no port is held, whatever bind(2) or connect(2) says
    ("nothing", TCP, simple(lambda p: None)),
    ("closed", TCP, simple(binds.closed(TCP))),
    ("held by a process that has ended", TCP, exited),
    ("the port of the other protocol", TCP,
     simple(lambda p: binds.bound(UDP, "::", p))),
    ("IP_BIND_ADDRESS_NO_PORT, no port yet", TCP, late),
    ("ip_local_reserved_ports", TCP, reserved),
    ("no port is left to give", TCP, none_left),
    ("an address that is not here", TCP,
     with_options(lambda p: None, addr="192.0.2.1")),
    ("raw socket", TCP, other_kind(S.AF_INET, S.SOCK_RAW, S.IPPROTO_TCP)),
    ("UDP-Lite", UDP,
     other_kind(S.AF_INET, UDP, 136, ("0.0.0.0", PORT))),
    ("unix socket of that name", TCP,
     other_kind(S.AF_UNIX, TCP, 0, f"\0{PORT}")),
    ("sockmap that outlives its socket", TCP, in_sockmap),
    ("DNAT only", TCP, dnat),
    ("BPF sk_lookup only", TCP, sk_lookup),
]


def bind_says(kind, way):
    family = S.AF_INET6 if ":" in way.addr else S.AF_INET
    with S.socket(family, kind) as s:
        for option in way.options:
            s.setsockopt(*option)
        try:
            s.bind((way.addr, way.bind_port))
        except OSError as e:
            return errno.errorcode[e.errno]
    return "ok"


def connect_says(kind, way):
    if kind != TCP or way.port == 0:
        return "-"
    with S.socket(S.AF_INET) as s:
        s.settimeout(0.5)
        try:
            s.connect(("127.0.0.1", way.port))
        except OSError:
            return "no"
    return "yes"


def listed(rows):
    return " ".join(sorted(set(rows))) or "-"


def prt_scan(kind, way, inode):
    words = ["prt-scan", "-H", "-b", "-t" if kind == TCP else "-u",
             "-o", "state,process,netns,netns_id"]
    words += ["-N"] if inode else []
    words += sys.argv[1:]
    words += [str(way.port)] if way.port else []
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        return f"exit {done.returncode}"
    rows = []
    for line in done.stdout.splitlines():
        state, process, netns, netns_id = line.split("\t")
        if inode is None or netns_id == str(inode):
            rows.append(f"{state}/{process}" + "@netns" * (netns != "-"))
    return listed(rows)


def ss(kind, way):
    if shutil.which("ss") is None:
        return "?"
    words = ["ss", "-Hanp", "-t" if kind == TCP else "-u"]
    words += [f"sport = :{way.port}"] if way.port else []
    done = subprocess.run(words, capture_output=True, text=True)
    rows = []
    for line in done.stdout.splitlines():
        state = line.split()[0]
        # BOUND comes from -B of iproute2 6.9, if that is installed
        if kind == TCP and state == "UNCONN":
            continue
        names = re.findall(r'\("([^"]*)"', line) or ["-"]
        rows += [f"{state}/{name}" for name in names]
    return listed(rows)


def look(kind, way):
    """The kernel's answers last, as they make sockets."""
    inode = None
    if way.netns:
        there = way.netns()
        inode = os.fstat(there).st_ino
        os.close(there)
    cells = [prt_scan(kind, way, inode), ss(kind, way)]
    if way.netns:
        there = way.netns()
        call("setns", there, 0)
        run("ip link set lo up")
    cells[1:1] = [bind_says(kind, way), connect_says(kind, way)]
    return cells


def row(name, kind, work):
    rename("holds")
    call("unshare", CLONE_NEWNET)
    run("ip link set lo up")
    try:
        return [name] + look(kind, work() or Way())
    except Skip as e:
        return [name, "skip", str(e).replace("\n", " ")]


def main():
    for name, kind, work in WAYS:
        pid = os.fork()
        if pid == 0:
            signal.alarm(60)
            try:
                print(" | ".join(row(name, kind, work)), flush=True)
            except Exception as e:
                print(f"{name} | failed | {e!r}", flush=True)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


main()
