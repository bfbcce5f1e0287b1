#!/usr/bin/env bats
# Hostile names, in proc trees, since no live process can have them all.
# Whatever a name contains, the value is right, and none of it reaches a
# terminal raw.
# shellcheck disable=SC2154,SC2016

load helpers
load proc-tree

setup()
{
	requires python3
	tree_make
}

teardown()
{
	if [ -n "${pid-}" ]; then
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	fi
	[ -z "${names-}" ] || ip netns del "$names"
}

# await COMMAND...: repeats it until it succeeds, for five seconds at most.
await()
{
	local i

	for ((i = 0; i < 250; i++)); do
		! "$@" 2>/dev/null || return 0
		sleep 0.02
	done
	return 1
}

# check_names CODE: starts a process for each name that CODE's values() returns,
# and compares the records with the names.
check_names()
{
	python3 - "$1" "$tree" <<-'END'
	import os, re, subprocess, sys
	tree = sys.argv[2].encode()
	HOSTILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f"
	                     "\u2028-\u202e\u2060-\u206f\ufeff"
	                     "\U000e0000-\U000e007f]")
	LETTERS = {b"\\": b"\\", b"t": b"\t", b"n": b"\n", b"r": b"\r"}

	def unescape(value):
	    if value == b"-":
	        return b""
	    return re.sub(rb"\\(x[0-9a-f]{2}|.)", lambda m: LETTERS.get(
	        m[1]) or bytes([int(m[1][1:], 16)]), value)

	exec(sys.argv[1])
	names = list(values())
	with open(tree + b"/net/tcp", "ab") as tcp:
	    for i in range(len(names)):
	        tcp.write(b"%4d: 0100007F:%04X 00000000:0000 0A 00000000:00000000 "
	                  b"00:00000000 00000000 0 0 %d 1\n" % (i, i, 1000 + i))
	for i, name in enumerate(names):
	    d = tree + b"/%d" % (100 + i)
	    os.makedirs(d + b"/fd")
	    os.symlink(b"socket:[%d]" % (1000 + i), d + b"/fd/3")
	    with open(d + b"/stat", "wb") as f:
	        f.write(b"%d (%s) S 1 1 1 0 -1 0 0 0 0 0 5 6 0 0 20 0 1 0 100 1 1\n"
	                % (100 + i, name))
	    with open(d + b"/cmdline", "wb") as f:
	        f.write(b"a\0" + name + b"\0")
	    with open(d + b"/cgroup", "wb") as f:
	        f.write(b"0::/lxc.payload." + name.replace(b"\n", b"") + b"\n")
	    os.symlink(b"/" + name, d + b"/exe")
	    os.symlink(b"/x/" + name, d + b"/cwd")
	out = subprocess.run(
	    ["prt-scan", "--proc=" + sys.argv[2], "-H", "-o",
	     "process,local_port,exe,cwd,cmdline,cgroup,container"],
	    stdout=subprocess.PIPE, check=True).stdout
	assert not HOSTILE.search(out.decode("utf-8")), out
	lines = out.split(b"\n")
	assert lines.pop() == b"" and len(lines) == len(names), len(lines)
	for line in lines:
	    assert line[:1] != b"#", line
	    v = [unescape(f) for f in line.split(b"\t")]
	    name = names[int(v[1])]
	    group = name.replace(b"\n", b"")
	    cut = group.split(b"/")[0].split(b":")[0]
	    assert v[:6] == [name, v[1], b"/" + name, b"/x/" + name, b"a " + name,
	                     b"/lxc.payload." + group], (name, line)
	    if cut == group:
	        cut = cut.replace(b"\\x2d", b"-")[:64]    # as systemd has it
	        assert v[6] == (b"lxc/" + cut if cut else b""), line
	END
}

@test "every byte, alone and in a name" {
	check_names '
def values():
    for b in range(1, 256):
        yield bytes([b])
        yield b"a" + bytes([b, b]) + b"b"'
}

@test "characters at the edges of what is hostile, whole and cut" {
	check_names '
def values():
    for edge in (0x80, 0x9f, 0xa0, 0x61c, 0x200b, 0x200f, 0x2028, 0x202e,
                 0x2060, 0x206f, 0xd800, 0xdfff, 0xfeff, 0xffff, 0x10000,
                 0xe0000, 0xe007f, 0x10ffff):
        for c in range(edge - 1, min(edge + 2, 0x110000)):
            c = chr(c).encode("utf-8", "surrogatepass")
            for n in range(1, len(c) + 1):
                yield c[:n]
                yield b"a" + c[:n] + b"b" + c[-n:]'
}

@test "what has a meaning elsewhere in a record, a header or stat" {
	check_names '
def values():
    yield from (b"-", b"--", b"#", b"##prt 1", b"##end records=0", b"# x",
                b"\\", b"\\\\", b"\\x2d", b"\\t", b"a\tb\tc", b"a\nb\nc",
                b"\n#x\n", b"\r\n", b") (", b"(((", b")))", b"(x) S 1 2 3",
                b")\n(", b" ", b"  x  ", b"\t", b"\x1b]0;x\x07", b"\xef\xbb\xbf",
                b"x\0".rstrip(b"\0"), b"\xff" * 64, b"x" * 255)'
}

@test "the name is that of stat, not of comm or status" {
	tree_socket 22 77
	tree_process 40 'of stat'
	tree_fd 40 3 'socket:[77]'
	echo 'of comm' >"$tree/40/comm"
	run -0 scan_tree process
	assert_output_is 'of stat'
}

# cmdline_is WANT <BYTES: they are read as WANT, a python expression.
cmdline_is()
{
	rm -rf "$tree/40" "$net/tcp"
	tree_make
	tree_socket 22 77
	tree_process 40 x
	tree_fd 40 3 'socket:[77]'
	cat >"$tree/40/cmdline"
	scan_tree cmdline >"$BATS_TEST_TMPDIR/got"
	python3 - "$BATS_TEST_TMPDIR/got" "$1" <<-'END'
	import sys
	got = open(sys.argv[1], "rb").read().rstrip(b"\n")
	want = eval(sys.argv[2])
	assert got == want, (len(got), len(want), got[-40:], want[-40:])
	END
}

# bytes EXPRESSION
bytes()
{
	python3 -c 'import sys; sys.stdout.buffer.write(eval(sys.argv[1]))' "$1"
}

@test "a command line: where it is cut, and what NULs are" {
	bytes 'b""' | cmdline_is 'b"-"'
	bytes 'b"\0"' | cmdline_is 'b"-"'
	bytes 'b"\0" * 9000' | cmdline_is 'b"-"'
	bytes 'b"a"' | cmdline_is 'b"a"'
	bytes 'b"a\0\0\0b\0\0"' | cmdline_is 'b"a   b"'
	bytes 'b"\0a\0"' | cmdline_is 'b" a"'
	bytes 'b"x" * 4095 + b"\0"' | cmdline_is 'b"x" * 4095'
	bytes 'b"x" * 4096 + b"\0"' | cmdline_is 'b"x" * 4096'
	bytes 'b"x" * 4096 + b"\0" * 4' | cmdline_is 'b"x" * 4096'
	bytes 'b"x" * 4097 + b"\0"' | cmdline_is 'b"x" * 4096 + b"..."'
	bytes 'b"x" * 9000 + b"\0"' | cmdline_is 'b"x" * 4096 + b"..."'
	bytes 'b"x" * 4095 + "é".encode() + b"\0"' |
		cmdline_is 'b"x" * 4095 + b"..."'
	bytes 'b"x" * 4094 + "é".encode() + b"y\0"' |
		cmdline_is 'b"x" * 4094 + "é".encode() + b"..."'
	bytes 'b"x" * 4093 + "\U0001f600".encode() + b"\0"' |
		cmdline_is 'b"x" * 4093 + b"..."'
	bytes 'b"x" * 4092 + "\U0001f600".encode() + b"\0"' |
		cmdline_is 'b"x" * 4092 + "\U0001f600".encode()'
	bytes 'b"\xff" * 4097' | cmdline_is 'b"\\xff" * 4096 + b"..."'
}

# As setproctitle(3) and similar functions leave it.
@test "a title that a daemon gave itself in the place of long arguments" {
	bytes 'b"x: idle" + b"\0" * 4093' | cmdline_is 'b"x: idle"'
	bytes 'b"x: idle" + b"\0" * 30000' | cmdline_is 'b"x: idle"'
	bytes 'b"x: idle" + b"\0" * 30000 + b"y\0"' |
		cmdline_is 'b"x: idle" + b" " * 4089 + b"..."'
	bytes 'b"x" * 4090 + b"\0" * 30 + b"y\0"' |
		cmdline_is 'b"x" * 4090 + b" " * 6 + b"..."'
}

@test "containers of a tree, and what only looks like one" {
	local id pid=100
	id=$(printf '%064x' 11)
	while read -r path; do
		tree_socket $pid $((1000 + pid))
		tree_process $pid x
		tree_fd $pid 3 "socket:[$((1000 + pid))]"
		printf '3:pids:/\n0::%s\n' "${path//ID/$id}" >"$tree/$pid/cgroup"
		pid=$((pid + 1))
	done <<-'END'
	/system.slice/docker-ID.scope
	/user.slice/user-1000.slice/session-3.scope/docker-ID.scope
	/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ID.scope
	/docker/0ID
	/machine.slice/machine-web\x2d1.scope/payload
	/kubepods/pod1/ID
	END
	pid=
	run -0 scan_tree container,container_id
	assert_output_is "docker/${id:0:12}	$id
-	-
podman/${id:0:12}	$id
-	-
nspawn/web-1	web\\\\x2d1
cri/${id:0:12}	$id"
}

@test "a device of such a name" {
	requires root ip
	name=$'\e[2J\xff#'
	unshare -n python3 - "$name" 3>&- <<-'END' &
	import fcntl, os, socket, struct, subprocess, sys, time
	subprocess.run(["ip", "link", "add", "v0", "type", "veth", "peer",
	                "name", "v1"], check=True)
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	name = os.fsencode(sys.argv[1])
	fcntl.ioctl(s, 0x8923, struct.pack("16s16s", b"v0", name))   # SIOCSIFNAME
	s.setsockopt(socket.SOL_SOCKET, 25, name)          # SO_BINDTODEVICE
	s.bind(("0.0.0.0", 20661))
	time.sleep(60)
	END
	pid=$!
	await nsenter -n -t "$pid" prt-scan -q 20661
	run -0 nsenter -n -t "$pid" prt-scan -H -o iface,local_port
	assert_output_is '\x1b[2J\xff#	20661'
}

@test "a namespace of such a name" {
	requires root ip
	names=$'#\e[2J\t\xff'"$$"
	ip netns add "$names" || skip 'ip takes no such name'
	ip netns exec "$names" python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 20662))
time.sleep(60)' 3>&- &
	pid=$!
	await prt-scan -Nq 20662
	run -0 --separate-stderr prt-scan -NH -o netns,local_port \
		20662
	assert_output_is "\\x23\\x1b[2J\\t\\xff$$	20662"
}
