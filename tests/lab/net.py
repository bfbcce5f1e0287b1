#!/usr/bin/python3
"""net.py: the plain ends of the lab's connections.

    net.py hold PORT...             accepts on any address, UDP too, answers nothing
    net.py listen ADDR PORT         the same on one
    net.py connect ADDR PORT [N]    N connections, kept
    net.py talk ADDR PORT           a UDP connection, kept
    net.py ask ADDR PORT [N]        N datagrams, of DNS questions
"""
import selectors
import socket
import struct
import sys
import time


def listener(addr, port):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if addr == "::":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.bind((addr, int(port)))
    s.listen(256)
    return s


def hold(listeners):
    kept = []
    sel = selectors.DefaultSelector()
    for s in listeners:
        sel.register(s, selectors.EVENT_READ)
    while True:
        for key, _ in sel.select():
            kept.append(key.fileobj.accept())


def question(n):
    name = b"".join(bytes([len(x)]) + x
                    for x in (b"h%d" % n, b"lab", b"example"))
    return struct.pack(">6H", n, 0x100, 1, 0, 0, 0) + name + b"\0\0\1\0\1"


def main(verb, *args):
    if verb == "hold":
        listeners = [listener("::", p) for p in args]
        deaf = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for p in args]
        for s, port in zip(deaf, args):
            s.bind(("", int(port)))
        open("/srv/lab/held", "w").close()
        hold(listeners)
    elif verb == "listen":
        hold([listener(*args)])
    elif verb == "connect":
        n = int(args[2]) if len(args) > 2 else 1
        kept = [socket.create_connection(args[:2]) for _ in range(n)]
        time.sleep(300 * len(kept))
    elif verb == "talk":
        family = socket.AF_INET6 if ":" in args[0] else socket.AF_INET
        s = socket.socket(family, socket.SOCK_DGRAM)
        s.connect((args[0], int(args[1])))
        time.sleep(300)
    elif verb == "ask":
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for n in range(int(args[2])):
            s.sendto(question(n), (args[0], int(args[1])))
        time.sleep(300)


main(*sys.argv[1:])
