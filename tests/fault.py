#!/usr/bin/python3
"""Runs a program again and again, and makes one call after the other fail.

fault.py LIBRARY FAULT.C STATE|- COMMAND... <PLAN

A line of PLAN is CALL HOW..., HOW as fault.c has it.  STATE is put back before
each run and must be there whole after it, old or new, and nothing beside it.  What may not be: a
signal, a hang, status 2 without a message, status 0 with less than all and no
message; a socket less at all, but in a network namespace that a message tells of;
and an owner less that the header does not count.  EACCES is no fault, and gets no
message: it hides a value, which is `-' then, or a container's id.
"""
import os
import re
import struct
import shutil
import subprocess
import sys
import tempfile

library, source, state, *command = sys.argv[1:]
KEY = [n.encode() for n in """host proto state local_addr local_port remote_addr
       remote_port netns iface change""".split()]
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
    # the program's own PATH; the program itself has been found already
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
    output = re.sub(rb"(?m)^(##prt.*?) time=\S+", rb"\1", output)
    output = re.sub(rb"(?m)^(##prt.*?) up=\d+", rb"\1", output)
    return re.sub(rb"\t20[0-9-]{8}T[0-9:.]{12}Z", b"\t", output)


def records(output):
    """Its records, each a dictionary by the names of the header."""
    names, found = [], []
    for line in plain(output).splitlines():
        if re.match(rb"#[a-z]", line):
            names = line[1:].split(b"\t")
        elif not line.startswith(b"#"):
            found.append(dict(zip(names, line.split(b"\t"))))
    return found


def key(record):
    """What a record is of, whoever owns it."""
    return tuple(record.get(name) for name in KEY)


def keys(output):
    return {key(r) for r in records(output)}


def untold(output, all_of_it, messages):
    """What is not there, but for namespaces that are told to be left out."""
    hidden = b"the network namespace of " in messages
    return [k for k in keys(all_of_it) - keys(output)
            for netns in [k[KEY.index(b"netns")]]
            if netns in (None, b"-") or not hidden and
            b"network namespace %s:" % netns not in messages]


def uncounted(output, all_of_it):
    """Sockets that have lost all their owners are as many as unowned says."""
    had = {key(r) for r in records(all_of_it) if r.get(b"pid", b"-") != b"-"}
    lost = [r for r in records(output) if r.get(b"pid") == b"-" and
            key(r) in had]
    counted = re.search(rb"^##prt .* unowned=(\d+)", output)
    return lost and (not counted or int(counted[1]) < len(lost))


def hides(name, value, whole):
    """Of a container that is not named there is the id; of a list what is left."""
    if name in (b"ancestors", b"children", b"shells") and \
            set(value.split(b",")) <= set(whole.split(b",")):
        return True
    runtime = whole.split(b"/")[0]
    return value in (whole, b"-") or name == b"container" and \
        re.fullmatch(re.escape(runtime) + b"/[0-9a-f]{12}", value)


def is_covered(output, all_of_it):
    """Each record is one that should be there, but for values that are hidden."""
    whole = records(all_of_it)
    return all(any(r.keys() == w.keys() and
                   all(hides(n, r[n], w[n]) for n in w) for w in whole)
               for r in records(output))


def complaint(call, how, got, want):
    """What is wrong with a run, or nothing."""
    status, out, err, kept, _ = got
    if status not in (0, 2):
        return "status %d" % status
    if kept not in (want[3], old):
        return "the state is neither the old nor the new"
    if call != "unlinkat" and os.path.exists(state + ".new"):
        return "a state that was begun is left"
    if how in WHOLE:
        if status or plain(out) != plain(want[1]) or err != want[2]:
            return "another answer"
    elif status == 2:
        if not err:
            return "status 2 without a message"
    elif plain(out) != plain(want[1]):
        if untold(out, want[1], err):
            return "status 0, and less"
        if uncounted(out, want[1]):
            return "status 0, and an owner less that is not counted"
        if how == "EACCES" and not is_covered(out, want[1]):
            return "status 0, and more than hidden"
        if not err and how != "EACCES":
            return "status 0, and another answer without a word"
    elif kept != want[3]:
        return "status 0, and the old state"
    return None


want = run()    # one that fails early has fewer calls
if want[0] != 0 or want[2]:
    sys.exit("it fails without a fault: %r" % (want,))
if plain(run()[1]) != plain(want[1]):
    sys.exit("its output is not stable")
runs = bad = 0
for line in sys.stdin:
    call, *hows = line.split()
    for how in hows:
        fault = ERRORS.get(how, how)
        n, came = 1, want[4][call]
        while True:
            for end in (n, 1 << 30):
                if how in WHOLE and end == n:
                    continue
                try:
                    got = run("%s:%s:%d:%d" % (call, fault, n, end))
                except subprocess.TimeoutExpired:
                    got = None
                runs += 1
                wrong = complaint(call, how, got, want) if got else "a hang"
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
