"""actors.py: processes that do on a network namespace of their own what
tests/news-live.bats says, step by step.

Each line of standard input is a play: steps with ; between them.  `anew' ends
all actors and goes to a new namespace in which loopback is up; `port PORT STATE'
waits for a TCP socket to be in that state; ip, cp and mv are commands; @WHO
is a pid.  Any other step is WHO VERB ARG...: WHO is an actor, a process of that name, made when it is
first named; VERB is a function of Actor or Stage below.  A socket is known by a
name that the play gives it, in each process that has it.  Then `ready' is
printed, and before it error=REASON if a step failed.  Ends with all its actors
where its standard input does.
"""
import ctypes
import fcntl
import os
import select
import shlex
import signal
import socket as S
import struct
import subprocess
import sys
import threading
import time

CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
SO_REUSEPORT, SO_BINDTODEVICE = 15, 25
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
PATIENCE = 20			# seconds
SYS_PIDFD_GETFD = 438
STATES = {"ESTABLISHED": 1, "SYN_SENT": 2, "SYN_RECV": 3, "FIN_WAIT1": 4,
          "FIN_WAIT2": 5, "TIME_WAIT": 6, "CLOSE_WAIT": 8, "LISTEN": 10}
libc = ctypes.CDLL(None, use_errno=True)


def call(name, *args):
    if getattr(libc, name)(*args) < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def until(what, *args):
    """Waits for what(*args) to be true."""
    end = time.monotonic() + PATIENCE
    while not what(*args):
        if time.monotonic() > end:
            raise OSError(f"never: {what.__name__}")
        time.sleep(0.002)


def word_of(pid, name):
    with open(f"/proc/{pid}/{name}") as f:
        return f.read().strip()


def status(pid):
    """The letter of its state."""
    return word_of(pid, "stat").rpartition(") ")[2][0]


def address(text):
    """Of 127.0.0.1:80, [::1]:80 and *:80, what bind(2) wants, and the family."""
    host, _, port = text.rpartition(":")
    host = {"*": "0.0.0.0"}.get(host, host.strip("[]"))
    return S.AF_INET6 if ":" in host else S.AF_INET, (host, int(port))


def bound(kind, at, options=()):
    """Options: reuse, reuseport, defer, v6only, v6both, dev=NAME."""
    family, where = address(at)
    s = S.socket(family, kind)
    if kind == S.SOCK_STREAM:
        s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1)
    for option in options:
        name, _, value = option.partition("=")
        if name == "reuseport":
            s.setsockopt(S.SOL_SOCKET, SO_REUSEPORT, 1)
        elif name == "reuse":
            s.setsockopt(S.SOL_SOCKET, S.SO_REUSEADDR, 1)
        elif name == "defer":
            s.setsockopt(S.IPPROTO_TCP, S.TCP_DEFER_ACCEPT, 60)
        elif name == "dev":
            s.setsockopt(S.SOL_SOCKET, SO_BINDTODEVICE, value.encode())
        else:
            s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, int(name == "v6only"))
    s.bind(where)
    return s


class Actor:
    """What a process does; socks are its sockets by name."""

    def __init__(self, name, control, socks):
        self.control = control
        self.socks = socks
        self.rename(name)

    def listen(self, name, at=None, *options):
        """Without an address, one that is bound, or listens already."""
        if at is not None:
            self.socks[name] = bound(S.SOCK_STREAM, at, options)
        self.socks[name].listen(8)

    def bind(self, name, at, *options):
        self.socks[name] = bound(S.SOCK_STREAM, at, options)

    def udp(self, name, at, *options):
        self.socks[name] = bound(S.SOCK_DGRAM, at, options)

    def packet(self, name):
        self.socks[name] = S.socket(S.AF_PACKET, S.SOCK_RAW, S.htons(3))

    def connect(self, name, at, local=None):
        """One that there is, or one made from that address."""
        if local is not None:
            self.socks[name] = bound(S.SOCK_STREAM, local)
        self.socks[name].connect(address(at)[1])

    def refused(self, name, at):
        try:
            self.connect(name, at)
        except ConnectionRefusedError:
            return
        raise OSError("was not refused")

    def unconnect(self, name):
        unspec = ctypes.create_string_buffer(16)
        call("connect", self.socks[name].fileno(), unspec, 16)

    def accept(self, name, listener):
        self.socks[name] = self.socks[listener].accept()[0]

    def send(self, name, size):
        self.socks[name].sendall(bytes(int(size)))

    def shut(self, name):
        self.socks[name].shutdown(S.SHUT_RDWR)

    def close(self, name):
        self.socks.pop(name).close()

    def dup(self, name, other):
        self.socks[other] = self.socks[name].dup()

    def reset(self, name):
        """Closed without any farewell."""
        self.socks[name].setsockopt(S.SOL_SOCKET, S.SO_LINGER,
                                    struct.pack("ii", 1, 0))
        self.close(name)

    def rename(self, name):
        call("prctl", PR_SET_NAME, name.encode(), 0, 0, 0)

    def title(self, text):
        """As setproctitle(3), over the arguments."""
        start, end = (int(n) for n in
                      word_of("self", "stat").rpartition(") ")[2].split()[45:47])
        ctypes.memmove(start, text.encode().ljust(end - start, b"\0"),
                       end - start)

    def user(self, uid):
        os.setgroups([])
        os.setresgid(*[int(uid)] * 3)
        os.setresuid(*[int(uid)] * 3)

    def chdir(self, path):
        os.chdir(path)

    def netns(self):
        call("unshare", CLONE_NEWNET)

    def setns(self, path):
        fd = os.open(path, os.O_RDONLY)
        call("setns", fd, CLONE_NEWNET)
        os.close(fd)

    def pidns(self):
        """Of its children."""
        call("unshare", CLONE_NEWPID)

    def chroot(self, path):
        os.chroot(path)
        os.chdir("/")

    def post(self, name):
        """Sent to itself, and not received."""
        here, there = S.socketpair(S.AF_UNIX)
        S.send_fds(here, [b"."], [self.socks[name].fileno()])
        self.socks.pop(name).close()
        self.posted = here, there

    def copies(self, pid, fd):
        """Of another's socket, each for a moment, as scan/linux/copy.c."""
        pidfd = os.pidfd_open(int(pid))

        def work():
            while True:
                copy = libc.syscall(SYS_PIDFD_GETFD, pidfd, int(fd), 0)
                time.sleep(0.001)
                os.close(copy)
                time.sleep(0.001)
        threading.Thread(target=work, daemon=True).start()

    def fd(self, name, want):
        """As that descriptor."""
        os.dup2(self.socks[name].fileno(), int(want))

    def churn(self, at):
        """Connects there, and closes, all the time."""
        def work():
            listener = bound(S.SOCK_STREAM, at)
            listener.listen(8)
            while True:
                with S.create_connection(address(at)[1]):
                    listener.accept()[0].close()
        threading.Thread(target=work, daemon=True).start()

    def exec(self, path, *args):
        for s in self.socks.values():
            s.set_inheritable(True)
        os.execv(path, [path, *args])

    def thread(self):
        """Its first thread ends, and another one stays."""
        threading.Thread(target=time.sleep, args=(120,)).start()
        self.control.send(b"ok")
        libc.pthread_exit(None)

    def fork(self, name):
        """The new actor's end of its control comes with the next message."""
        _, fds, _, _ = S.recv_fds(self.control, 1, 1)
        pid = os.fork()
        if pid == 0:
            self.control.close()
            self.control = S.socket(fileno=fds[0])
            self.control.set_inheritable(False)
            self.rename(name)
            self.control.send(b"ok")
            return False
        os.close(fds[0])
        self.control.send(str(pid).encode())
        return False

    def give(self, name):
        S.send_fds(self.control, [b"."], [self.socks[name].fileno()])
        return False

    def take(self, name):
        _, fds, _, _ = S.recv_fds(self.control, 1, 1)
        self.socks[name] = S.socket(fileno=fds[0])

    def serve(self):
        while True:
            words = shlex.split(self.control.recv(4096).decode())
            if not words:
                os._exit(0)
            answer = b"ok"
            try:
                if getattr(self, words[0])(*words[1:]) is False:
                    continue
            except Exception as e:
                answer = f"{type(e).__name__}: {e}".encode()
            self.control.send(answer)


class Stage:
    """What is done to a process, or to several; actors are pid and control."""

    VERBS = ("fork", "give", "exec", "thread", "stop", "zombie", "die",
             "cgroup")

    def __init__(self):
        self.actors = {}
        self.own = set()	# those that are children of this process

    def ask(self, who, *words):
        control = self.actors[who][1]
        control.send(shlex.join(words).encode())
        return self.answer(control)

    @staticmethod
    def answer(control):
        answer = control.recv(4096).decode()
        if answer not in ("ok", ""):
            raise OSError(answer)

    def enter(self, who):
        """A process of that name, which is an actor from then on."""
        ours, theirs = S.socketpair(S.AF_UNIX, S.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            ours.close()
            for _, control in self.actors.values():
                control.close()
            null = os.open("/dev/null", os.O_RDWR)
            for fd in (0, 1):
                os.dup2(null, fd)
            os.close(null)
            actor = Actor(who, theirs, {})
            theirs.send(b"ok")
            actor.serve()
        theirs.close()
        ours.settimeout(PATIENCE)
        self.actors[who] = pid, ours
        self.own.add(pid)
        self.answer(ours)

    def fork(self, who, name):
        ours, theirs = S.socketpair(S.AF_UNIX, S.SOCK_SEQPACKET)
        control = self.actors[who][1]
        ours.settimeout(PATIENCE)
        control.send(f"fork {name}".encode())
        S.send_fds(control, [b"."], [theirs.fileno()])
        theirs.close()
        self.actors[name] = int(control.recv(64)), ours
        self.answer(ours)

    def give(self, who, name, to):
        """Of both from then on."""
        if to not in self.actors:
            self.enter(to)
        source, target = self.actors[who][1], self.actors[to][1]
        source.send(f"give {name}".encode())
        _, fds, _, _ = S.recv_fds(source, 1, 1)
        target.send(f"take {name}".encode())
        S.send_fds(target, [b"."], fds)
        os.close(fds[0])
        self.answer(target)

    def exec(self, who, path, *args):
        self.ask(who, "exec", path, *args)
        until(lambda: word_of(self.actors[who][0], "comm") ==
              os.path.basename(path)[:15])

    def thread(self, who):
        self.ask(who, "thread")
        until(lambda: status(self.actors[who][0]) == "Z")

    def stop(self, who):
        os.kill(self.actors[who][0], signal.SIGSTOP)
        until(lambda: status(self.actors[who][0]) == "T")

    def zombie(self, who):
        """Ends, and nobody waits for it."""
        os.kill(self.actors[who][0], signal.SIGKILL)
        os.waitid(os.P_PID, self.actors[who][0], os.WEXITED | os.WNOWAIT)

    def cgroup(self, who, path):
        """What a test that mounts such a file takes for its control group."""
        with open(f"cgroup.{self.actors[who][0]}", "w") as f:
            f.write(f"0::{path}\n")

    def die(self, who):
        pid, control = self.actors.pop(who)
        if os.path.exists(f"cgroup.{pid}"):
            os.unlink(f"cgroup.{pid}")
        gone = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        if not select.select([gone], [], [], PATIENCE)[0]:
            raise OSError(f"{who} does not die")
        os.close(gone)
        control.close()
        if pid in self.own:
            os.waitpid(pid, 0)
            self.own.remove(pid)

    def becomes(self, port, state):
        """A TCP socket with that local port has that state."""
        def is_so():
            for name in ("net/tcp", "net/tcp6"):
                for line in word_of("self", name).splitlines()[1:]:
                    words = line.split()
                    if int(words[1][-4:], 16) == int(port) and \
                            int(words[3], 16) == STATES[state]:
                        return True
            return False
        until(is_so)

    def anew(self):
        for who in list(self.actors):
            self.die(who)
        call("unshare", CLONE_NEWNET)
        with S.socket(S.AF_INET, S.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))

    def step(self, words):
        words = [str(self.actors[word[1:]][0]) if word[0] == "@" else word
                 for word in words]
        who, args = words[0], words[1:]
        if who == "anew":
            self.anew()
        elif who in ("ip", "cp", "mv"):
            subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        elif who == "port":
            self.becomes(*args)
        else:
            if who not in self.actors:
                self.enter(who)
            if args[0] in self.VERBS:
                getattr(self, args[0])(who, *args[1:])
            else:
                self.ask(who, *args)


def main():
    stage = Stage()
    print(f"main={os.getpid()}\nready", flush=True)
    for line in sys.stdin:
        for step in line.split(";"):
            try:
                if step.strip():
                    stage.step(step.split())
            except Exception as e:
                print(f"error={step.strip()}: {e}".replace("\n", " "))
                break
        print("ready", flush=True)
    for who in list(stage.actors):
        stage.die(who)


main()
