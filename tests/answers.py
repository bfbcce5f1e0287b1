"""Where a wildcard listener answers, and what prt-scan -q ADDR:PORT says of it.

Runs in an empty network namespace, as root there.  Makes addresses on loopback
and on one end of a veth pair, whose other end is a peer's.  For each way of
listening and each address it prints
	WAY PROTO ADDR ANSWER STATUS
ANSWER being yes if this machine, or the peer, gets through to ADDR.
"""
import ctypes
import os
import socket as S
import subprocess

TCP, UDP = S.SOCK_STREAM, S.SOCK_DGRAM
ADDRS = ["127.0.0.1", "127.9.9.9", "10.8.0.1", "10.8.0.77", "10.9.0.1",
         "10.7.0.1", "10.9.0.2", "::1", "fd00:8::1", "fd00:9::1", "fd00:9::2",
         "fe80::9%v0"]
libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.check_call(["ip", *words])


def peer():
    """A process in a namespace of its own, until this one ends; its pid."""
    made, made_end = os.pipe()
    life, life_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(life_end)
        libc.unshare(0x40000000)	# CLONE_NEWNET
        os.write(made_end, b"x")
        os.read(life, 1)
        os._exit(0)
    os.read(made, 1)
    return pid


def enter(path):
    with open(path) as f:
        if libc.setns(f.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), path)


def make_net():
    pid = peer()
    nsenter = ["nsenter", "-n", "-t", str(pid), "ip"]
    ip("link", "set", "lo", "up")
    ip("addr", "add", "10.8.0.1/24", "dev", "lo")
    ip("addr", "add", "fd00:8::1/64", "dev", "lo")
    ip("link", "add", "v0", "type", "veth", "peer", "name", "v1")
    ip("link", "set", "v1", "netns", str(pid))
    ip("addr", "add", "10.9.0.1/24", "dev", "v0")
    ip("addr", "add", "fd00:9::1/64", "dev", "v0", "nodad")
    ip("addr", "add", "fe80::9/64", "dev", "v0", "nodad")
    ip("link", "set", "v0", "up")
    for words in ("link set lo up", "addr add 10.9.0.2/24 dev v1",
                  "addr add fd00:9::2/64 dev v1 nodad",
                  "addr add fe80::99/64 dev v1 nodad",
                  "link set v1 up", "route add 10.8.0.0/24 via 10.9.0.1",
                  "route add 10.7.0.1 via 10.9.0.1",
                  "route add fd00:8::/64 via fd00:9::1"):
        subprocess.check_call(nsenter + words.split())
    return f"/proc/{pid}/ns/net"


def try_tcp(family, addr, port, listener):
    with S.socket(family, TCP) as c:
        c.settimeout(0.3)
        try:
            c.connect(S.getaddrinfo(addr, port, family, TCP)[0][4])
            listener.accept()[0].close()
        except OSError:
            return False
    return True


def try_udp(family, addr, port, receiver):
    with S.socket(family, UDP) as c:
        receiver.settimeout(0.1)
        try:
            c.sendto(b"x", S.getaddrinfo(addr, port, family, UDP)[0][4])
            receiver.recv(1)
        except OSError:
            return False
    return True


def gets_through(kind, addr, port, s, there):
    family = S.AF_INET6 if ":" in addr else S.AF_INET
    attempt = try_tcp if kind == TCP else try_udp
    if attempt(family, addr, port, s):
        return True
    if addr in ("10.9.0.2", "fd00:9::2"):	# it would be its own
        return False
    try:
        enter(there)
        return attempt(family, addr.replace("v0", "v1"), port, s)
    finally:
        enter(HERE)


HERE = f"/proc/self/fd/{os.open('/proc/self/ns/net', os.O_RDONLY)}"
there = make_net()
port = 21000
for kind in (TCP, UDP):
    for place, v6only in (("0.0.0.0", 0), ("::", 0), ("::", 1)):
        for device in ("", "lo", "v0"):
            port += 1
            s = S.socket(S.AF_INET6 if ":" in place else S.AF_INET, kind)
            if ":" in place:
                s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, v6only)
            if device:
                s.setsockopt(S.SOL_SOCKET, S.SO_BINDTODEVICE, device.encode())
            s.bind((place, port))
            if kind == TCP:
                s.listen()
            way = place + (",v6only" if v6only else "") + \
                ("%" + device if device else "")
            for addr in ADDRS:
                end = addr.split("%")[0]
                end = f"[{end}]:{port}" if ":" in end else f"{end}:{port}"
                status = subprocess.call(
                    ["prt-scan", "-q", "-l",
                     "-t" if kind == TCP else "-u", end])
                answer = gets_through(kind, addr, port, s, there)
                print(way, "tcp" if kind == TCP else "udp", addr,
                      "yes" if answer else "no", status)
            s.close()
