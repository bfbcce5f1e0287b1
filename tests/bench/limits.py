# limits.py listeners N|cmdline BYTES: holds N listeners, in processes that each
# have as many descriptors as they may; or one, in a process with so long a
# command line.  Prints `ready', and ends with its standard input.
import os
import resource
import socket
import sys

SPARE = 32
ARGUMENT = 100000


def listen(ports):
    held = [socket.socket() for port in ports]
    for s, port in zip(held, ports):
        s.bind(("127.0.0.1", port))
        s.listen(1)
    return held


def listeners(n):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    each = limit - SPARE
    for first in range(1, n + 1, each):
        r, w = os.pipe()
        if os.fork() == 0:
            held = listen(range(first, min(first + each, n + 1)))
            os.write(w, b"x")
            sys.stdin.read()
            os._exit(len(held) == 0)
        os.close(w)
        if os.read(r, 1) != b"x":
            sys.exit("a process failed")


def cmdline(n):
    held = listen([1])
    held[0].set_inheritable(True)
    resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, 64 << 20))
    arguments = ["x" * min(ARGUMENT, n - i) for i in range(0, n, ARGUMENT)]
    os.execv(sys.executable, [sys.executable, "-c",
             "import sys; print('ready', flush=True); sys.stdin.read()"] +
             arguments)


{"listeners": listeners, "cmdline": cmdline}[sys.argv[1]](int(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
