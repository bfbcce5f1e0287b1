"""truth.py PID: reads prt-scan's records of that process on standard input and
compares process, exe and cmdline with what /proc says now.  Whatever the values,
nothing in the output may move a terminal's cursor, hide or turn text around."""
import os
import re
import sys

HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
LETTERS = {b"\\": b"\\", b"t": b"\t", b"n": b"\n", b"r": b"\r"}


def unescape(value):
    if value == b"-":
        return b""
    return re.sub(
        rb"\\(x[0-9a-f]{2}|.)",
        lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x"
        else LETTERS[m[1]], value)


def main():
    proc = b"/proc/" + os.fsencode(sys.argv[1])
    text = sys.stdin.buffer.read()
    assert not HOSTILE.search(text.decode("utf-8")), text
    lines = [line for line in text.split(b"\n") if line[:1] not in (b"#", b"")]
    assert lines, "no record"
    for line in lines:
        fields = line.split(b"\t")
        assert len(fields) == 19, line
        process, exe, cmdline = (unescape(fields[i]) for i in (11, 17, 18))
        with open(proc + b"/stat", "rb") as f:
            stat = f.read()
        want = stat[stat.index(b"(") + 1:stat.rindex(b")")]
        assert process == want, (process, want)
        want = os.readlink(proc + b"/exe")
        assert exe == want, (exe, want)
        with open(proc + b"/cmdline", "rb") as f:
            want = f.read().rstrip(b"\0").replace(b"\0", b" ")
        if len(want) > 4096:
            assert cmdline.endswith(b"..."), cmdline
            cmdline = cmdline[:-3]
            assert 4092 < len(cmdline) <= 4096, len(cmdline)
            want = want[:len(cmdline)]
        assert cmdline == want, (cmdline, want)


main()
