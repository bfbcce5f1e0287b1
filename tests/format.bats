#!/usr/bin/env bats
# prt-flag's json, csv and tables of records.

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	unset COLUMNS NO_COLOR
	{
		printf '##prt 1 time=2026-11-24T03:10:00.123Z host=web1\n'
		record '#proto' state local_addr local_port remote_addr \
			remote_port dir service netns container pid process \
			user uid fd ppid parent exe cmdline
		record tcp LISTEN 0.0.0.0 22 - - - ssh - - 712 sshd root 0 3 \
			1 systemd /usr/sbin/sshd 'sshd: [listener] 0 of 10-100'
		record tcp LISTEN :: 443 - - - https - docker/web-1 20133 \
			nginx www-data 33 6,7 20100 nginx /usr/sbin/nginx \
			'nginx: worker process'
		record tcp ESTABLISHED 192.168.1.15 43210 192.168.1.4 5432 \
			out postgresql - - 20140 worker app 900 9 1 systemd \
			"/opt/app/releases/2026-11-24/bin/worker (replaced)" \
			'/opt/app/bin/worker --queue default --threads 16'
		record tcp TIME_WAIT 192.168.1.15 22 192.168.1.4 50022 in \
			ssh - - - - - - - - - - -
		printf '##end records=4\n'
	} >sample
}

record()
{
	local IFS=$'\t'

	printf '%s\n' "$*"
}

# on_terminal COLUMNS CMD...: its output on a terminal of that width.
on_terminal()
{
	python3 -c '
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
while True:
    try:
        block = os.read(fd, 65536)
    except OSError:
        break
    if not block:
        break
    text += block
sys.stdout.buffer.write(text.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))' "$@"
}

# 600 records with bytes of every kind in every column: `hostile'.
write_hostile()
{
	python3 -c '
import random, sys
random.seed(int(sys.argv[1]))
names = ("proto state local_addr local_port remote_addr remote_port dir "
         "service netns container pid process user uid fd ppid parent exe "
         "cmdline was rx_bytes unknown").split()
bits = [b"\xe2\x80\xae", b"\xf3\xa0\x80\x81", b"\xc2\x9b", b"\x1b[2J",
        b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe4\xb8\xad", b"e\xcc\x81",
        b"\\", b"\"", b"=", b",", b"a=b,c", b"@x", b"+1", b"1.5", b"007",
        b"1e9", b"-", b"::", b"]:", b"\r\n", b"\t", b"\0", b"\x7f", b"#"]

def value():
    if random.random() < 0.002:
        return b"9" * 5000
    if random.random() < 0.3:
        return str(random.randrange(10 ** random.randrange(1, 25))).encode()
    return b"".join(random.choice(bits) if random.random() < 0.5 else
                    bytes([random.randrange(256)])
                    for _ in range(random.randrange(12)))

def escaped(v):
    if v in (b"", b"-"):
        return b"\\x2d" if v else b"-"
    return b"".join(b"\\\\" if c == 92 else
                    b"\\x%02x" % c if c in b"\0\t\n\r#" or
                    random.random() < 0.3 else bytes([c]) for c in v)

out = sys.stdout.buffer
out.write(b"##prt 1 time=2026-11-24T03:10:00.123Z\n")
out.write(b"#" + "\t".join(names).encode() + b"\n")
for i in range(600):
    out.write(b"\t".join(escaped(value()) for n in names) + b"\n")
out.write(b"##end records=600\n")' "$1" >hostile
}

# check_hostile FORMAT <output: its values are those of `hostile'.
check_hostile()
{
	python3 -c '
import csv, io, json, re, sys

def unescape(v):
    short = {b"\\\\": b"\\", b"\\t": b"\t", b"\\n": b"\n", b"\\r": b"\r"}
    return re.sub(rb"\\(?:x..|.)", lambda m: short.get(m[0]) or
                  bytes([int(m[0][2:], 16)]), v, flags=re.S)

def text(v):
    return re.sub("[\ud800-\udfff]", "\ufffd",
                  v.decode("utf-8", "surrogateescape"))

def number(v):
    ok = re.fullmatch(rb"-?(0|[1-9][0-9]*)(\.[0-9]+)?", v) and len(v) <= 40
    return json.loads(v) if ok else None

def pairs(v):
    found, words, at = {}, [b""], 0
    while at < len(v):
        c, at = v[at:at + 1], at + 1
        if c == b"=" and len(words) == 1:
            words.append(b"")
        elif c == b",":
            found[text(words[0])] = text(words[1]) if words[1:] else None
            words = [b""]
        else:
            if c == b"\\" and at < len(v):
                c, at = v[at:at + 1], at + 1
            words[-1] += c
    found[text(words[0])] = text(words[1]) if words[1:] else None
    return found

def wanted(name, v):
    if v == b"-":
        return None
    v = unescape(v)
    if name == "fd":
        return [number(n) for n in v.split(b",")]
    if name == "was":
        return pairs(v)
    if name.endswith("_port") or name in ("pid", "uid", "ppid", "rx_bytes"):
        return number(v)
    return text(v)

HOSTILE = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
                     "\u2060-\u206f\ufeff\U000e0000-\U000e007f]")

def cell(v):
    if v == b"-":
        return ""
    v = unescape(v)
    out = "\x27" if re.match("[-=+@\uff1d\uff0b\uff0d\uff20]",
                          v.decode("utf-8", "surrogateescape")) else ""
    short = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
    for c in v.decode("utf-8", "surrogateescape"):
        if c in short:
            out += short[c]
        elif HOSTILE.match(c) or "\udc80" <= c <= "\udcff":
            out += "".join("\\x%02x" % b
                           for b in c.encode("utf-8", "surrogateescape"))
        else:
            out += c
    return out

lines = open("hostile", "rb").read().split(b"\n")[1:-2]
names = lines[0][1:].decode().split("\t")
rows = [l.split(b"\t") for l in lines[1:]]
raw = sys.stdin.buffer.read()
got = raw.decode("utf-8")
assert not HOSTILE.search(got.replace("\r\n", "").replace("\n", ""))
if sys.argv[1] == "json":
    found = [json.loads(l) for l in got.split("\n")[:-1]]
    for row, o in zip(rows, found):
        assert list(o) == names + ["flags"], o
        assert o["flags"] is None or isinstance(o["flags"], list)
        for n, v in zip(names, row):
            assert o[n] == wanted(n, v), (n, v, o[n], wanted(n, v))
else:
    csv.field_size_limit(1 << 30)
    assert got.count("\n") == got.count("\r\n")
    found = list(csv.reader(io.StringIO(got, newline=""), strict=True))
    assert found.pop(0) == names + ["flags"]
    for row, o in zip(rows, found):
        assert o[:-1] == [cell(v) for v in row], (row, o)
assert len(found) == len(rows) == 600' "$1"
}

# No line of the table on standard input is wider than $1 columns, and nothing
# in it can harm a terminal.
check_width()
{
	python3 -c '
import re, sys, unicodedata

def width(c):
    if unicodedata.category(c) in ("Mn", "Me", "Cn"):
        return 0  # of Cn nobody knows
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1

def columns(line):
    return len(line) if line.isascii() else sum(width(c) for c in line)

widest = 0
for line in sys.stdin.buffer.read().decode("utf-8").split("\n"):
    line = re.sub("^\x1b\\[3[123]m(.*)\x1b\\[0m$", r"\1", line)
    assert not re.search("[\0-\x1f\x7f-\x9f\u202a-\u202e]", line), line
    assert not line.endswith(" "), line
    widest = max(widest, columns(line))
assert widest <= int(sys.argv[1]), widest
assert widest > 0' "$1"
}

@test "json: types by field, null for what is missing" {
	run -0 prt-flag -X -F json -e 'flag ssh local_port=22' \
		-o proto,local_port,pid,fd,flags,user sample
	[ "${#lines[@]}" -eq 4 ]
	[ "${lines[0]}" = '{"proto":"tcp","local_port":22,"pid":712,"fd":[3],"flags":["ssh"],"user":"root"}' ]
	[ "${lines[1]}" = '{"proto":"tcp","local_port":443,"pid":20133,"fd":[6,7],"flags":null,"user":"www-data"}' ]
	[ "${lines[3]}" = '{"proto":"tcp","local_port":22,"pid":null,"fd":null,"flags":["ssh"],"user":null}' ]
}

@test "json: was is an object, an unknown column a string" {
	printf '#proto\tlocal_port\twas\tzone\ntcp\t1\tuser=a\\\\,b,state=x\t7\n' |
		prt-flag -X -F json -o was,zone >out
	[ "$(cat out)" = '{"was":{"user":"a,b","state":"x"},"zone":"7"}' ]
}

@test "json: whatever the bytes, Python reads what was there" {
	requires python3
	for seed in 1 2 3; do
		write_hostile $seed
		prt-flag -X -F json hostile >out
		check_hostile json <out
	done
}

@test "json: whatever the bytes, jq takes it" {
	requires python3 jq
	write_hostile 4
	prt-flag -X -F json hostile >out
	[ "$(jq -c .unknown out | wc -l)" -eq 600 ]
}

@test "csv: a header line, CR LF, empty for what is missing" {
	printf '%s\r\n' 'proto,local_port,pid,user,fd' 'tcp,22,712,root,3' \
		'tcp,443,20133,www-data,"6,7"' 'tcp,43210,20140,app,9' \
		'tcp,22,,,' >want
	prt-flag -X -F csv -o proto,local_port,pid,user,fd sample | cmp want
	prt-flag -X -F csv -H -o proto,local_port,pid,user,fd sample |
		cmp <(sed 1d want)
}

@test "csv: no cell is a formula" {
	printf '#proto\tlocal_port\tprocess\n' >in
	printf 'tcp\t1\t%s\n' '=1+1' '+1' '-1' '@x' '\t=1' 'a=1' '\x2d' - >>in
	prt-flag -X -F csv -H -o process in | tr -d '\r' >out
	printf '%s\n' "'=1+1" "'+1" "'-1" "'@x" '\t=1' 'a=1' "'-" '""' |
		diff - out
}

@test "csv: whatever the bytes, Python reads what was there" {
	requires python3
	for seed in 5 6 7; do
		write_hostile $seed
		prt-flag -X -F csv hostile >out
		check_hostile csv <out
	done
}

@test "csv: one header line for snapshots of the same columns" {
	for h in a b; do
		printf '##prt 1 host=%s\n#proto\tlocal_port\thost\n' $h
		printf 'tcp\t1\t%s\n##end records=1\n' $h
	done | prt-flag -X -F csv | tr -d '\r' >out
	printf '%s\n' proto,local_port,host,flags tcp,1,a, tcp,1,b, | diff - out
}

@test "table: aligned, an end in one column, empty columns left out" {
	cut -f 1-13 sample | prt-flag -X -F table >out
	diff - out <<-'END'
	PROTO STATE     LOCAL              REMOTE            DIR SERVICE    CONTAINER      PID PROCESS USER
	tcp   LISTEN    0.0.0.0:22         -                 -   ssh        -              712 sshd    root
	tcp   LISTEN    [::]:443           -                 -   https      docker/web-1 20133 nginx   www-data
	tcp   ESTAB     192.168.1.15:43210 192.168.1.4:5432  out postgresql -            20140 worker  app
	tcp   TIME_WAIT 192.168.1.15:22    192.168.1.4:50022 in  ssh        -                - -       -
	END
}

@test "a table on a terminal, tsv elsewhere" {
	requires python3
	run -0 on_terminal 80 prt-flag -X sample
	diff - <(printf '%s\n' "$output") <<-'END'
	PROTO STATE     LOCAL              REMOTE            CONTAINER      PID PROCESS
	tcp   LISTEN    0.0.0.0:22         -                 -              712 sshd
	tcp   LISTEN    [::]:443           -                 docker/web-1 20133 nginx
	tcp   ESTAB     192.168.1.15:43210 192.168.1.4:5432  -            20140 worker
	tcp   TIME_WAIT 192.168.1.15:22    192.168.1.4:50022 -                - -
	END
	run -0 prt-flag -X sample
	[ "${lines[0]%% *}" = '##prt' ]
	on_terminal 80 prt-flag -X -F tsv sample | grep -q '^##end'
}

@test "table: more columns on a wide terminal, cut at the last" {
	requires python3
	run -0 on_terminal 145 prt-flag -X sample
	[[ ${lines[0]} == *' USER '*' CMDLINE' ]]
	[[ ${lines[1]} == *'sshd: [listener] 0 of 10-100' ]]
	[[ ${lines[3]} == */opt/app/bin/worker*+ ]]
	check_width 145 <<<"$output"
	run -0 on_terminal 200 prt-flag -X sample
	[[ ${lines[0]} == *' USER '*' EXE '*' CMDLINE' ]]
	check_width 200 <<<"$output"
}

@test "table: COLUMNS is the width, where it is a number, without a terminal too" {
	requires python3
	COLUMNS=40 run -0 on_terminal 80 prt-flag -X sample
	check_width 40 <<<"$output"
	for bad in '' 0 x 1e9 -5 99999999999999999999; do
		COLUMNS=$bad on_terminal 80 prt-flag -X sample |
			head -n 1 | grep -q ' PROCESS$'
	done
	# watch(1) sets COLUMNS, and wraps lines that are longer.
	run -0 env COLUMNS=40 prt-flag -X -F table sample
	check_width 40 <<<"$output"
	COLUMNS=x prt-flag -X -F table sample | head -n 1 | grep -q ' CMDLINE$'
}

@test "table: the flags stay where little else does" {
	requires python3
	for width in 80 60 45; do
		run -0 on_terminal $width prt-flag -X --color=never \
			-e 'flag a-rather-long-name local_port=22' sample
		[[ ${lines[0]} =~ ^(PROTO|STATE|LOCAL).*FLAGS$ ]]
		[[ ${lines[1]} == *a-rather-long-name ]]
		check_width $width <<<"$output"
	done
}

@test "table: IPv6 addresses are cut before their port" {
	requires python3
	printf '#proto\tlocal_addr\tlocal_port\tremote_addr\tremote_port\n' >in
	printf 'tcp\t%s\t50022\t%s\t443\n' \
		2001:db8:85a3:8d3:1319:8a2e:370:7348 \
		2606:2800:220:1:248:1893:25c8:1946 >>in
	run -0 on_terminal 60 prt-flag -X --disable=all in
	[[ ${lines[1]} == 'tcp   [2001:db8+:370:7348]:50022 [2606:2800:+:25c8:1946]:443' ]]
	check_width 60 <<<"$output"
}

@test "table: a path is cut at its front" {
	requires python3
	run -0 on_terminal 36 prt-flag -X -o pid,exe sample
	[[ ${lines[3]} == '20140 +'*'/worker (replaced)' ]]
}

@test "table: -o is exactly what it names" {
	requires python3
	run -0 on_terminal 20 prt-flag -X -o netns,local_addr,local_port,flags \
		sample
	[ "${lines[0]}" = 'NETNS LOCAL_ADDR   LOCAL_PORT FLAGS' ]
	[ "${lines[2]}" = '-     ::                  443 -' ]
}

@test "table: -w leaves nothing out and cuts nothing" {
	requires python3
	run -0 on_terminal 20 prt-flag -X -w sample
	[[ ${lines[0]} == PROTO*LOCAL*NETNS*CMDLINE*FLAGS ]]
	[[ ${lines[3]} == *'--queue default --threads 16'* ]]
}

@test "table: a long cell makes no other line long" {
	sed "s/worker process/&$(printf '%0200d' 0)/" sample >in
	run -0 prt-flag -X -F table -o process,cmdline,user in
	[ "${#lines[1]}" -lt 100 ]
	[[ ${lines[2]} == *0000' www-data' ]]
	[ "${#lines[0]}" -eq $((8 + 81 + 4)) ]
}

@test "table: -H leaves out the heading" {
	prt-flag -X -F table sample | sed 1d >want
	prt-flag -X -F table -H -o proto,state sample >out
	printf 'tcp %s\n' LISTEN LISTEN ESTABLISHED TIME_WAIT | diff - out
}

@test "table: nothing but the heading where there is no record" {
	run -0 prt-flag -X -F table -o proto,pid <(grep '^#[^#]' sample)
	[ "$output" = 'PROTO PID' ]
	run -0 prt-flag -X -F table -H <(grep '^#[^#]' sample)
	[ -z "$output" ]
}

@test "table: an empty line between two snapshots" {
	for h in a b; do
		printf '##prt 1 host=%s\n#proto\tlocal_port\thost\n' $h
		printf 'tcp\t1\t%s\n##end records=1\n' $h
	done | prt-flag -X -F table >out
	diff - out <<-'END'
	PROTO LOCAL_PORT HOST
	tcp            1 a

	PROTO LOCAL_PORT HOST
	tcp            1 b
	END
}

@test "table: colours by --color, NO_COLOR and what standard output is" {
	requires python3
	local yellow=$'\e[33m' flag

	flag=(prt-flag -X -F table -o 'local_port,flags' -e
		'flag ssh local_port=22')
	run -0 "${flag[@]}" sample
	[ "${lines[1]}" = '        22 ssh' ]
	run -0 "${flag[@]}" --color=always sample
	[ "${lines[1]}" = "$yellow        22 ssh"$'\e[0m' ]
	[ "${lines[2]}" = '       443 -' ]
	run -0 on_terminal 80 "${flag[@]}" sample
	[ "${lines[1]}" = "$yellow        22 ssh"$'\e[0m' ]
	run -0 on_terminal 80 "${flag[@]}" --color=never sample
	[ "${lines[1]}" = '        22 ssh' ]
	NO_COLOR=1 run -0 on_terminal 80 "${flag[@]}" sample
	[ "${lines[1]}" = '        22 ssh' ]
	NO_COLOR='' run -0 on_terminal 80 "${flag[@]}" sample
	[ "${lines[1]}" = "$yellow        22 ssh"$'\e[0m' ]
	NO_COLOR=1 run -0 "${flag[@]}" --color=always sample
	[ "${lines[1]}" = "$yellow        22 ssh"$'\e[0m' ]
	run -0 prt-flag -X -F json --color=always -o local_port sample
	[ "${lines[0]}" = '{"local_port":22}' ]
}

@test "table: whatever the bytes, no line is too wide or harms a terminal" {
	requires python3
	write_hostile 8
	for width in 1 20 80 200; do
		on_terminal $width prt-flag -X hostile >out
		check_width $width <out
		[ "$(wc -l <out)" -eq 601 ]
	done
	prt-flag -X -F table hostile | check_width 1000000
}

@test "each format tells of a full disk" {
	[ -c /dev/full ] || skip 'needs /dev/full'
	for format in tsv json csv table; do
		run -2 bash -c "prt-flag -X -F $format sample >/dev/full"
		[[ $output == 'prt-flag: standard output: '* ]]
	done
}

@test "standard output that does not wait, and is full, is waited for" {
	requires python3
	{
		head -n 2 sample
		awk 'NR == 3 { for (i = 0; i < 3000; i++) print }' sample
		echo '##end records=3000'
	} >many
	prt-flag -X -F json many >whole
	# The output is read only when the pipe is full.
	run -0 python3 -c '
import os, select, subprocess, sys
r, w = os.pipe()
os.set_blocking(w, False)
p = subprocess.Popen(["prt-flag", "-X", "-F", "json", "many"], stdout=w)
while p.poll() is None and select.select([], [w], [], 0)[1]:
    pass
full = p.poll() is None
os.close(w)
text = b""
while True:
    part = os.read(r, 100)
    if not part:
        break
    text += part
print(full, p.wait(), text == open("whole", "rb").read())'
	[ "$output" = 'True 0 True' ]
}
