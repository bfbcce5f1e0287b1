"""sctp.py: makes sockets of SCTP in the network namespace that it is in, which
is its own, says `main=PID' and `ready', and ends where its standard input does.
"""
import os
import socket
import struct
import subprocess
import sys
import time

SCTP = 132
BINDX_ADD = 100


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def made(family, kind, address, port, listens=True, v6only=None):
    s = socket.socket(family, kind, SCTP)
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((address, port))
    if listens:
        s.listen(5)
    return s


def stream(address, port, **more):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return made(family, socket.SOCK_STREAM, address, port, **more)


def main():
    ip("link", "set", "lo", "up")
    for address in ("10.9.0.1", "10.9.0.2", "10.9.0.3"):
        ip("addr", "add", address + "/32", "dev", "lo")
    ip("addr", "add", "fd00::1/128", "dev", "lo")
    # no host there answers
    ip("route", "add", "10.7.0.0/24", "dev", "lo")

    # one-to-one, with two addresses
    two = stream("10.9.0.1", 7000)
    two.setsockopt(SCTP, BINDX_ADD, struct.pack(
        "=H2s4s8x", socket.AF_INET, struct.pack("!H", 7000),
        socket.inet_aton("10.9.0.2")))
    client = stream("10.9.0.3", 7100, listens=False)
    client.connect(("10.9.0.1", 7000))
    accepted = two.accept()[0]

    mapped = stream("::ffff:10.9.0.2", 7001)
    client4 = stream("10.9.0.3", 7101, listens=False)
    client4.connect(("10.9.0.2", 7001))
    accepted4 = mapped.accept()[0]

    twins = (stream("::", 7002, v6only=1), stream("0.0.0.0", 7002))
    six = stream("fd00::1", 7003)

    # one-to-many: the associations belong to the same sockets
    many = made(socket.AF_INET, socket.SOCK_SEQPACKET, "10.9.0.1", 7004)
    peer = made(socket.AF_INET, socket.SOCK_SEQPACKET, "10.9.0.3", 7104,
                listens=False)
    peer.sendto(b"12345", ("10.9.0.1", 7004))

    waits = stream("10.9.0.3", 7105, listens=False)
    waits.setblocking(False)
    waits.connect_ex(("10.7.0.1", 7005))
    time.sleep(0.3)

    print("main=%d\nready" % os.getpid(), flush=True)
    sys.stdin.read()
    return (two, client, accepted, mapped, client4, accepted4, twins, six,
            many, peer, waits)


main()
