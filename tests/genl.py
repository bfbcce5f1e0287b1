#!/usr/bin/python3
"""genl.py FAMILY COMMAND TYPE=FORMAT:VALUE...: one request of generic netlink.

FORMAT is struct's, or s, a text, or x, bytes in hexadecimal.  Exits with what the kernel says.
"""
import socket
import struct
import sys

family, command, *attributes = sys.argv[1:]


def attribute(number, value):
    a = struct.pack("=HH", 4 + len(value), number) + value
    return a + bytes(-len(a) % 4)


def ask(kind, number, body):
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    payload = struct.pack("=BBH", number, 1, 0) + body
    s.send(struct.pack("=IHHII", 16 + len(payload), kind, 5, 1, 0) + payload)
    answer = s.recv(65536)
    length, kind = struct.unpack("=IH", answer[:6])
    if kind == 2:
        error = -struct.unpack("=i", answer[16:20])[0]
        if error:
            sys.exit("%s: error %d" % (family, error))
    return answer[:length]


# CTRL_CMD_GETFAMILY; here, the request may load a module
answer = ask(16, 3, attribute(2, family.encode() + b"\0"))[20:]
number = 0
while answer:
    length, kind = struct.unpack("=HH", answer[:4])
    if kind == 1:
        number = struct.unpack("=H", answer[4:6])[0]
    answer = answer[(length + 3) & ~3:]
body = b""
for text in attributes:
    kind, value = text.split("=", 1)
    form, value = value.split(":", 1)
    if form == "s":
        value = value.encode() + b"\0"
    elif form == "x":
        value = bytes.fromhex(value)
    else:
        value = struct.pack("=" + form, int(value))
    body += attribute(int(kind), value)
ask(number, int(command), body)
