#!/usr/bin/env python3
"""raw.py N: N raw and N packet sockets, each with a filter that takes all.

Prints `ready', and ends with its standard input.
"""
import ctypes
import resource
import socket
import struct
import sys

SO_ATTACH_FILTER = 26
BPF_RET = 6

count = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (2 * count + 64, 2 * count + 64))
code = ctypes.create_string_buffer(struct.pack("HBBI", BPF_RET, 0, 0, 0xffff))
program = struct.pack("HL", 1, ctypes.addressof(code))
held = []
for i in range(count):
    held.append(socket.socket(socket.AF_INET, socket.SOCK_RAW,
                              socket.IPPROTO_ICMP))
    held.append(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
for one in held:
    one.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
print("ready", flush=True)
sys.stdin.read()
