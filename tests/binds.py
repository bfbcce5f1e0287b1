"""What bind(2) says of a port, and what prt-scan -q -b says of it.

Runs in an empty network namespace where loopback is up.  For each way of having
a port, and each address that another program may then want to bind, without
SO_REUSEADDR, it prints
	WAY PROTO OPERAND ANSWER STATUS
ANSWER being what bind(2) gave (ok, EADDRINUSE), STATUS what prt-scan exits with,
which gets all arguments, too.
"""
import errno
import os
import socket as S
import struct
import subprocess
import sys
import time

TCP, UDP = S.SOCK_STREAM, S.SOCK_DGRAM
IP_BIND_ADDRESS_NO_PORT, SO_REUSEPORT, IPPROTO_MPTCP = 24, 15, 262

# Operands of prt-scan (PORT is replaced): family, address, v6only of the bind.
WANTED = [
    (["0.0.0.0:PORT"], S.AF_INET, "0.0.0.0", 0),
    (["-4", "PORT"], S.AF_INET, "0.0.0.0", 0),
    (["127.0.0.1:PORT"], S.AF_INET, "127.0.0.1", 0),
    (["127.0.0.2:PORT"], S.AF_INET, "127.0.0.2", 0),
    (["127.0.0.6:PORT"], S.AF_INET, "127.0.0.6", 0),
    (["PORT"], S.AF_INET6, "::", 0),
    (["[::]:PORT"], S.AF_INET6, "::", 0),
    (["-6", "PORT"], S.AF_INET6, "::", 1),
    (["-6", "[::]:PORT"], S.AF_INET6, "::", 1),
    (["[::1]:PORT"], S.AF_INET6, "::1", 0),
    (["[::ffff:127.0.0.1]:PORT"], S.AF_INET6, "::ffff:127.0.0.1", 0),
]

PLACES = {
    "0.0.0.0": (S.AF_INET, "0.0.0.0", 0),
    "127.0.0.1": (S.AF_INET, "127.0.0.1", 0),
    "127.0.0.2": (S.AF_INET, "127.0.0.2", 0),
    "::": (S.AF_INET6, "::", 0),
    "::,v6only": (S.AF_INET6, "::", 1),
    "::1": (S.AF_INET6, "::1", 0),
    "::ffff:127.0.0.1": (S.AF_INET6, "::ffff:127.0.0.1", 0),
    "::ffff:0.0.0.0": (S.AF_INET6, "::ffff:0.0.0.0", 0),
}
kept = []


def sock(family, kind, v6only=0, proto=0):
    s = S.socket(family, kind, proto)
    if family == S.AF_INET6:
        s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, v6only)
    kept.append(s)
    return s


def bound(kind, place, port, *options, proto=0):
    family, addr, v6only = PLACES[place]
    s = sock(family, kind, v6only, proto)
    for level, option, value in options:
        s.setsockopt(level, option, value)
    s.bind((addr, port))
    return s


def listener(place, port, *options, proto=0, backlog=8):
    s = bound(TCP, place, port, *options, proto=proto)
    s.listen(backlog)
    return s


def client(addr, port, local=None):
    s = sock(S.AF_INET6 if ":" in addr else S.AF_INET, TCP)
    if local:
        s.bind((addr, local))
    s.connect((addr, port))
    return s


def pair(place, addr, port, local=None):
    """Listener, client, server's end."""
    s = listener(place, port)
    c = client(addr, port, local)
    a, _ = s.accept()
    kept.append(a)
    return s, c, a


def await_state(port, *states):
    """Until the end with that local port is in one of these states."""
    for _ in range(500):
        for name in ("tcp", "tcp6"):
            with open("/proc/net/" + name) as f:
                for line in list(f)[1:]:
                    word = line.split()
                    if int(word[1].split(":")[1], 16) == port and \
                            int(word[3], 16) in states:
                        return
        time.sleep(0.01)
    raise TimeoutError(f"{port} is in none of {states}")


def refused(port):
    s = bound(TCP, "127.0.0.1", port)
    try:
        s.connect(("127.0.0.1", 1))
    except ConnectionRefusedError:
        pass


def shut(port):
    listener("0.0.0.0", port).shutdown(S.SHUT_RDWR)


def disconnected(port):
    s, c, a = pair("127.0.0.1", "127.0.0.1", port + 1, port)
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(c.fileno(), struct.pack("H14x", S.AF_UNSPEC), 16) != 0:
        raise OSError(ctypes.get_errno(), "connect")


def accepted(place, addr):
    def way(port):
        s, c, a = pair(place, addr, port)
        s.close()
    return way


def outgoing(place, addr):
    def way(port):
        s, c, a = pair(place, addr, port)
        return c.getsockname()[1]
    return way


def time_wait(port):
    s, c, a = pair("127.0.0.1", "127.0.0.1", port + 1, port)
    c.close()
    a.close()
    await_state(port, 6)


def time_wait6(port):
    s, c, a = pair("::", "::1", port + 1, port)
    c.close()
    a.close()
    await_state(port, 6)


def fin_wait2(port):
    s, c, a = pair("127.0.0.1", "127.0.0.1", port + 1, port)
    c.close()
    await_state(port, 5)


def close_wait(port):
    s, c, a = pair("127.0.0.1", "127.0.0.1", port + 1, port)
    a.close()
    await_state(port, 8)


def orphan(port):
    """FIN_WAIT1: what was sent does not fit in the peer's window."""
    s, c, a = pair("127.0.0.1", "127.0.0.1", port + 1, port)
    c.setblocking(False)
    try:
        while True:
            c.send(bytes(1 << 20))
    except BlockingIOError:
        c.close()
    await_state(port, 4)


def syn_sent(port):
    listener("127.0.0.1", port + 1, backlog=0)
    client("127.0.0.1", port + 1)
    s = bound(TCP, "127.0.0.1", port)
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", port + 1))
    await_state(port, 2)


def in_flight(port):
    """In a message that nobody has received."""
    s = listener("127.0.0.1", port)
    a, b = S.socketpair(S.AF_UNIX, UDP)
    S.send_fds(a, [b"x"], [s.fileno()])
    kept.extend((a, b))
    s.close()


def late_port(port):
    """A port that connect(2) chooses."""
    s, c, a = pair("127.0.0.1", "127.0.0.1", port)
    d = sock(S.AF_INET, TCP)
    d.setsockopt(S.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    d.bind(("127.0.0.2", 0))
    d.connect(("127.0.0.1", port))
    return d.getsockname()[1]


def closed(kind):
    def way(port):
        bound(kind, "0.0.0.0", port).close()
    return way


def elsewhere(port):
    """In another network namespace."""
    r, w = os.pipe()
    if os.fork() == 0:
        try:
            os.close(r)
            libc = __import__("ctypes").CDLL(None)
            assert libc.unshare(0x40000000) == 0	# CLONE_NEWNET
            s = listener("0.0.0.0", port)
            os.write(w, b"x")
            sys.stdin.read()
        finally:
            os._exit(0)
    os.close(w)
    assert os.read(r, 1) == b"x"


def udp_connected(family, addr, place=None):
    def way(port):
        s = bound(UDP, place, port) if place else sock(family, UDP)
        s.connect((addr, 9))
        return s.getsockname()[1]
    return way


def udp_disconnected(port):
    s = bound(UDP, "0.0.0.0", port)
    s.connect(("127.0.0.1", 9))
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.connect(s.fileno(), struct.pack("H14x", S.AF_UNSPEC), 16) != 0:
        raise OSError(ctypes.get_errno(), "connect")


def group(kind, *options):
    def way(port):
        for _ in range(2):
            s = bound(kind, "0.0.0.0", port, *options)
            if kind == TCP:
                s.listen()
    return way


def twins(port):
    listener("0.0.0.0", port)
    listener("::,v6only", port)


REUSEADDR = (S.SOL_SOCKET, S.SO_REUSEADDR, 1)
REUSEPORT = (S.SOL_SOCKET, SO_REUSEPORT, 1)
DEVICE = (S.SOL_SOCKET, S.SO_BINDTODEVICE, b"lo")

WAYS = [
    ("nothing", TCP, lambda port: None),
    ("closed", TCP, closed(TCP)),
    ("nothing", UDP, lambda port: None),
    ("closed", UDP, closed(UDP)),
    ("elsewhere", TCP, elsewhere),
    ("other-protocol", TCP, lambda port: bound(UDP, "::", port)),
    ("other-protocol", UDP, lambda port: listener("::", port)),
    ("refused", TCP, refused),
    ("shutdown", TCP, shut),
    ("disconnected", TCP, disconnected),
    ("accepted", TCP, accepted("0.0.0.0", "127.0.0.1")),
    ("accepted-mapped", TCP, accepted("::", "127.0.0.1")),
    ("accepted6", TCP, accepted("::", "::1")),
    ("accepted6,v6only", TCP, accepted("::,v6only", "::1")),
    ("accepted6,::1", TCP, accepted("::1", "::1")),
    ("outgoing", TCP, outgoing("0.0.0.0", "127.0.0.1")),
    ("outgoing6", TCP, outgoing("::", "::1")),
    ("late-port", TCP, late_port),
    ("time-wait", TCP, time_wait),
    ("time-wait6", TCP, time_wait6),
    ("fin-wait2", TCP, fin_wait2),
    ("close-wait", TCP, close_wait),
    ("orphan", TCP, orphan),
    ("syn-sent", TCP, syn_sent),
    ("in-flight", TCP, in_flight),
    ("twins", TCP, twins),
    ("reuseport", TCP, group(TCP, REUSEPORT)),
    ("reuseport", UDP, group(UDP, REUSEPORT)),
    ("reuseaddr", UDP, group(UDP, REUSEADDR)),
    ("reuseaddr", TCP, lambda port: listener("0.0.0.0", port, REUSEADDR)),
    ("connected", UDP, udp_connected(S.AF_INET, "127.0.0.1")),
    ("connected6", UDP, udp_connected(S.AF_INET6, "::1")),
    ("connected-mapped", UDP, udp_connected(S.AF_INET6, "::ffff:127.0.0.1")),
    ("connected,bound", UDP, udp_connected(S.AF_INET, "127.0.0.1", "0.0.0.0")),
    ("connected,::", UDP, udp_connected(S.AF_INET6, "::1", "::")),
    ("connected,::1", UDP, udp_connected(S.AF_INET6, "::1", "::1")),
    ("disconnected", UDP, udp_disconnected),
]
for place in PLACES:
    WAYS += [
        ("listen," + place, TCP, lambda port, p=place: listener(p, port)),
        ("bound," + place, TCP, lambda port, p=place: bound(TCP, p, port)),
        ("bound," + place, UDP, lambda port, p=place: bound(UDP, p, port)),
    ]
for place in ("0.0.0.0", "127.0.0.1", "::", "::,v6only"):
    WAYS += [
        ("device," + place, TCP,
         lambda port, p=place: listener(p, port, DEVICE)),
        ("device," + place, UDP,
         lambda port, p=place: bound(UDP, p, port, DEVICE)),
    ]
try:
    S.socket(S.AF_INET, TCP, IPPROTO_MPTCP).close()
    WAYS += [
        ("mptcp-listen", TCP,
         lambda port: listener("0.0.0.0", port, proto=IPPROTO_MPTCP)),
        ("mptcp-bound", TCP,
         lambda port: bound(TCP, "0.0.0.0", port, proto=IPPROTO_MPTCP)),
    ]
except OSError:
    pass


def bind(kind, family, addr, v6only, port):
    with S.socket(family, kind) as s:
        if family == S.AF_INET6:
            s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, v6only)
        try:
            s.bind((addr, port))
        except OSError as e:
            return errno.errorcode[e.errno]
    return "ok"


def main():
    port = 21000
    for name, kind, way in WAYS:
        port += 10
        chosen = way(port)
        at = chosen if isinstance(chosen, int) else port
        for operand, family, addr, v6only in WANTED:
            answer = bind(kind, family, addr, v6only, at)
            words = [word.replace("PORT", str(at)) for word in operand]
            status = subprocess.call(
                ["prt-scan", "-q", "-b", "-t" if kind == TCP else "-u"] +
                sys.argv[1:] + words, stderr=subprocess.DEVNULL)
            print(name, "tcp" if kind == TCP else "udp", ",".join(operand),
                  answer, status)
        for s in kept:
            s.close()
        kept.clear()


if __name__ == "__main__":
    main()
