"""portless.py: makes sockets of protocols without ports in the network namespace
that it is in, which is its own, says `main=PID' and `ready', and ends where its
standard input does.
"""
import ctypes
import os
import socket
import struct
import subprocess
import sys

SO_ATTACH_FILTER = 26
SO_ATTACH_BPF = 50
BPF_PROG_LOAD = 5
BPF_CALLS = {"x86_64": 321, "aarch64": 280}


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def attach(s, instructions):
    """A classic filter: so many times `return 65535'."""
    code = ctypes.create_string_buffer(
        struct.pack("=HBBI", 6, 0, 0, 65535) * instructions)
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack(
        "@HP", instructions, ctypes.addressof(code)))


def attach_long(s):
    """As long as a filter may be: before Linux 6.8 the memory of a socket's
    options, net.core.optmem_max, is less.  Returns how long it is."""
    for instructions in (4096, 1000):
        try:
            attach(s, instructions)
            return instructions
        except OSError:
            pass
    raise OSError("no long filter")


def attach_ebpf(s):
    """r0 = 0; exit.  False where it cannot be tried."""
    call = BPF_CALLS.get(os.uname().machine)
    if call is None:
        return False
    code = ctypes.create_string_buffer(
        struct.pack("=BBhi", 0xB7, 0, 0, 0) + struct.pack("=BBhi", 0x95, 0, 0, 0))
    words = ctypes.create_string_buffer(b"GPL")
    attr = ctypes.create_string_buffer(struct.pack(
        "=IIQQ", 1, 2, ctypes.addressof(code), ctypes.addressof(words)), 120)
    libc = ctypes.CDLL(None, use_errno=True)
    fd = libc.syscall(call, BPF_PROG_LOAD, attr, 120)
    if fd < 0:
        return False
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_BPF, struct.pack("=i", fd))
    os.close(fd)
    return True


def raw(family, protocol, address=None, peer=None):
    s = socket.socket(family, socket.SOCK_RAW, protocol)
    if address is not None:
        s.bind((address, 0))
    if peer is not None:
        s.connect((peer, 0))
    return s


def packet(kind, ethertype, interface=None):
    s = socket.socket(socket.AF_PACKET, kind,
                      0 if interface else socket.htons(ethertype))
    if interface is not None:
        s.bind((interface, ethertype))
    return s


def ping(family, protocol, address, ident, peer=None):
    s = socket.socket(family, socket.SOCK_DGRAM, protocol)
    s.bind((address, ident))
    if peer is not None:
        s.connect((peer, 0))
    return s


def vsock(port, listens):
    s = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    s.bind((socket.VMADDR_CID_ANY, port))
    if listens:
        s.listen()
    return s


def vsock_pair(listener):
    """Both ends of a connection to this machine itself, CID 1."""
    client = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
    client.bind((socket.VMADDR_CID_ANY, 5000))
    client.settimeout(5)
    client.connect((1, 70000))
    return client, listener.accept()[0]


def main():
    ip("link", "set", "lo", "up")
    ip("link", "add", "sniff0", "type", "veth", "peer", "name", "-")
    ip("link", "set", "sniff0", "up")
    ip("link", "set", "-", "up")
    with open("/proc/sys/net/ipv4/ping_group_range", "w") as f:
        f.write("0 2147483647")
    made = [
        raw(socket.AF_INET, 1),
        raw(socket.AF_INET6, 58),
        raw(socket.AF_INET, 89, "127.0.0.1", "127.0.0.2"),
        # two that are alike
        raw(socket.AF_INET, 89, "127.0.0.1", "127.0.0.2"),
        packet(socket.SOCK_RAW, 3),
        packet(socket.SOCK_DGRAM, 0x0800, "sniff0"),
        packet(socket.SOCK_RAW, 0x88CC, "-"),
        packet(socket.SOCK_RAW, 0),
        ping(socket.AF_INET, 1, "127.0.0.1", 4242),
        ping(socket.AF_INET6, 58, "::1", 4243),
        ping(socket.AF_INET, 1, "127.0.0.1", 4244, "127.0.0.1"),
    ]
    attach(made[0], 3)
    attach(made[5], 4)
    # more than a datagram of a dump can hold
    print("long=%d" % attach_long(made[6]))
    if attach_ebpf(made[4]):
        print("ebpf=yes")
    try:
        made += [vsock(1024, False), vsock(70000, True)]
        # it has no port
        made.append(socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))
        print("vsock=yes")
        made.append(vsock_pair(made[-2]))
        print("vsock_pair=yes")
    except OSError:
        pass
    print("main=%d\nready" % os.getpid(), flush=True)
    sys.stdin.read()
    return made


main()
