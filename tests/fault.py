#!/usr/bin/python3
"""Runs a program again and again, and makes one call after the other fail.

fault.py LIBRARY FAULT.C STATE|- COMMAND... <PLAN

A line of PLAN is CALL HOW..., HOW as fault.c has it.  STATE is put back before
each run and must be there whole after it, old or new.  What may not be: a
signal, a hang, status 2 without a message, status 0 with less than all.  EACCES
hides a value, which is `-' then, and no fault.
"""
import os
import re
import struct
import shutil
import subprocess
import sys
import tempfile

library, source, state, *command = sys.argv[1:]
WHOLE = ("byte", "short", "eintr")      # what must change nothing
CALLS = re.findall(r"^\t_\((\w+)\)", open(source).read(), re.M)
ERRORS = {e: n for n, e in __import__("errno").errorcode.items()}
WAIT = 60                       # seconds that are a hang, however slow

log = tempfile.NamedTemporaryFile(dir=".")
blank = bytes(4 * len(CALLS))


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


old = read(state)
command[0] = shutil.which(command[0])


def run(spec=None):
    """Its status, output, messages, state; and how often each call came."""
    if old is not None:
        with open(state, "wb") as f:
            f.write(old)
    with open(log.name, "wb") as f:
        f.write(blank)
    env = dict(os.environ, LD_PRELOAD=library, PRT_FAULT_LOG=log.name)
    # what the program finds there; it was itself found already
    env["PATH"] = os.environ.get("FAULT_PATH", os.defpath)
    if spec:
        env["PRT_FAULT"] = spec
    p = subprocess.run(command, env=env, stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=WAIT, close_fds=False)
    counts = struct.unpack("%dI" % len(CALLS), read(log.name))
    return (p.returncode, p.stdout, p.stderr, read(state),
            dict(zip(CALLS, counts)))


def plain(output):
    """Without what differs from run to run."""
    return re.sub(rb"(?m)^(##prt.*?) time=\S+", rb"\1", output)


def is_less(output, all_of_it):
    """A record is not there, not even without its owner."""
    def keys(text):
        return {tuple(l.split(b"\t")[:6]) for l in text.splitlines()
                if not l.startswith(b"#")}
    return not keys(all_of_it) <= keys(output)


def complaint(how, got, want):
    """What is wrong with a run, or nothing."""
    status, out, err, kept, _ = got
    if status not in (0, 2):
        return "status %d" % status
    if kept not in (want[3], old):
        return "the state is neither the old nor the new"
    if how in WHOLE:
        if status or plain(out) != plain(want[1]) or err != want[2]:
            return "another answer"
    elif status == 2:
        if not err:
            return "status 2 without a message"
    elif plain(out) != plain(want[1]):
        hidden = re.search(rb"^##prt .* unowned=[1-9]", out)
        if is_less(out, want[1]):
            return "status 0, and less"
        if not err and not hidden and how != "EACCES":
            return "status 0, and another answer without a word"
    elif kept != want[3]:
        return "status 0, and the old state"
    return None


want = run()
if want[0] != 0 or want[2]:
    sys.exit("it fails without a fault: %r" % (want,))
if plain(run()[1]) != plain(want[1]):
    sys.exit("its output is not stable")
runs = bad = 0
for line in sys.stdin:
    call, *hows = line.split()
    for how in hows:
        fault = ERRORS.get(how, how)
        n = 1
        while True:
            came = 0
            for end in (n, 1 << 30):
                if how in WHOLE and end == n:
                    continue
                try:
                    got = run("%s:%s:%d:%d" % (call, fault, n, end))
                except subprocess.TimeoutExpired:
                    got = None
                runs += 1
                wrong = complaint(how, got, want) if got else "a hang"
                came = max(came, got[4][call] if got else n)
                if wrong:
                    bad += 1
                    print("%s %s at %d%s: %s: %r" % (call, how, n,
                          "" if end == n else " and on", wrong,
                          got and got[2]))
            if n >= came or how in WHOLE:
                break
            n += 1
print("%d runs, %d wrong" % (runs, bad))
sys.exit(bad > 0 or runs == 0)
