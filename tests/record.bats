#!/usr/bin/env bats
# The record stream from one program to the next: whatever bytes it holds, it
# comes out the same, in its one form.  t-record has the bytes by the thousand.
# shellcheck disable=SC2016

# shellcheck disable=SC2154
load helpers
load proc-tree

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# through PROGRAM FILE: the records of FILE after they have passed the program.
through()
{
	case $1 in
	prt-diff) prt-diff -a /dev/null "$2" ;;
	prt-flag) prt-flag "$2" ;;
	esac
}

# one_forms KIND: lines of two values, escaped or raw, for all cases of one byte
# or character; a second file has their one form.
one_forms()
{
	python3 - "$1" <<-'END'
	import re, sys
	hostile = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
	                     "\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
	names = {9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}

	def form(value):		# the one of prt(5)
	    out = ""
	    for c in value.decode("utf-8", "surrogateescape"):
	        raw = c.encode("utf-8", "surrogateescape")
	        if c == "\\" or hostile.match(c) or 0xdc80 <= ord(c) <= 0xdcff:
	            out += "".join(names.get(b, "\\x%02x" % b) for b in raw)
	        else:
	            out += c
	    return ("\\x2d" if out == "-" else out).encode()

	def escaped(value):		# another that reads the same
	    return b"".join(b"\\x%02X" % b for b in value)

	def raw(value):
	    return b"".join(b"\\\\" if b == 92 else bytes([b]) for b in value)

	values = [bytes([b]) for b in range(256)]
	values += [chr(c).encode("utf-8", "surrogatepass") for edge in
	           (0x80, 0x9f, 0x61c, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060,
	            0x206f, 0xd800, 0xdfff, 0xfeff, 0xe0000, 0xe007f, 0x10ffff)
	           for c in (edge - 1, edge, min(edge + 1, 0x10ffff))]
	if sys.argv[1] == "raw":	# what a line may have
	    values = [v for v in values if v not in (b"\0", b"\t", b"\n", b"-")]
	write = raw if sys.argv[1] == "raw" else escaped
	with open("in", "wb") as i, open("out", "wb") as o:
	    i.write(b"#proto\tlocal_port\tprocess\tzz\n")
	    for port, v in enumerate(values):
	        head = b"tcp\t%d\t" % port
	        i.write(head + write(v) + b"\t" + write(b"a" + v + b"b") + b"\n")
	        o.write(head + form(v) + b"\t" + form(b"a" + v + b"b") + b"\n")
	END
}

@test "any byte, escaped: the same value, in its one form" {
	requires python3
	one_forms escaped
	for program in prt-diff prt-flag; do
		through $program in | grep -v '^#' | cut -f 1-4 >got
		cmp out got
	done
}

@test "any byte that a line may have, raw: it leaves escaped" {
	requires python3
	one_forms raw
	for program in prt-diff prt-flag; do
		through $program in | grep -v '^#' | cut -f 1-4 >got
		cmp out got
	done
}

@test "a first value that begins with #, or is -" {
	printf '#zz\tproto\tlocal_port\n' >in
	printf '%s\ttcp\t1\n' '\x23x' '\x2d' '-' '' '\x23' >>in
	for program in prt-diff prt-flag; do
		run -0 --separate-stderr bash -c "$(declare -f through)
			through $program in | grep -v '^#' | cut -f 1 | sort"
		assert_output_is '-
-
\x23
\x23x
\x2d'
	done
}

@test "##prt: values with blanks, newlines and all that" {
	tree_make
	tree_socket 22 77
	mkdir -p "$tree/sys/kernel"
	printf 'a b\\c\nd\te\e=\xff-\n' >"$tree/sys/kernel/hostname"
	prt-scan --proc="$tree" -o +host >in
	host='a\x20b\\c\nd\te\x1b=\xff-'
	[[ $(head -n 1 in) == *" host=$host "* ]]
	[ "$(column host <in)" = "${host//'\x20'/ }" ]
	for program in prt-diff prt-flag; do
		run -0 through $program in
		[[ ${lines[0]} == *" host=$host "* ]]
	done
}

@test "##prt: values that are not known" {
	tree_make
	tree_socket 22 77
	prt-scan --proc="$tree" >in
	[[ $(head -n 1 in) == *" host=- boot=- "* ]]
	run -0 prt-diff in in
	[ -z "$output" ]
	run -0 prt-flag in
	[[ ${lines[0]} == *" host=- boot=- "* ]]
	printf '##prt 1 time=- host= scope=- unowned=- euid=\n' >two
	grep -v '^##prt' in >>two
	run -0 prt-diff in two
	run -0 prt-flag two
}

@test "a live stream whose lines were moved, or that has lost its header" {
	prt-scan -H >records
	[ -s records ] || skip 'there is no socket'
	prt-scan >in
	sed '/^##prt/d' in >unmarked	# of any machine, at any time
	prt-flag -H in | sort >want
	for moved in 'sort' 'sort -r' 'sort -R' 'grep -v ^#[a-z]'; do
		$moved in >moved
		[ "$(prt-diff -a in moved | grep -c '^##')" = 2 ]
		prt-flag -H moved | sort >got
		cut -f 1-19 got | cmp - <(cut -f 1-19 want)
	done
	grep -v '^#' in >bare
	prt-flag -H bare | sort | cut -f 1-19 | cmp - <(cut -f 1-19 want)
}

@test "columns in any order, and unknown ones, are passed on" {
	tree_make
	tree_socket 22 77
	prt-scan --proc="$tree" -o local_port,pid,proto,local_addr,state |
		awk -F '\t' -v OFS='\t' '
			/^##/ { print; next }
			{ print $0, NR == 2 ? "mine" : "of \\x41 \\\\" }' >in
	for program in prt-diff prt-flag; do
		run -0 --separate-stderr bash -c "$(declare -f through)
			through $program in | sed 1d | cut -f 1-6"
		assert_output_is "#local_port	pid	proto	local_addr	state	mine
22	-	tcp	127.0.0.1	LISTEN	of A \\\\
##end records=1"
	done
}

@test "a cut stream: what is passed on is none that looks whole" {
	tree_make
	tree_socket 22 77
	tree_socket 23 78
	prt-scan --proc="$tree" -o proto,local_port >whole
	size=$(wc -c <whole)
	for ((at = 1; at < size; at++)); do
		head -c "$at" whole >in
		run --separate-stderr prt-flag in
		[ -n "$stderr" ]
		[[ $output != *'##end'* ]]
		run -2 --separate-stderr prt-diff whole in
		[ -z "$output" ]
	done
}

@test "no record stream: each program says where, and why" {
	prog='prt-flag prt-diff'
	refused()
	{
		for program in $prog; do
			run -2 --separate-stderr through "$program" in
			[ -z "$output" ]
			[[ $stderr == "$program: in:$1"* ]]
			[ "${#stderr_lines[@]}" -eq 1 ]
		done
	}
	head='#proto\tlocal_port\tzz\n'
	printf "$head"'tcp\t1\ta\0b\n' >in
	refused '2: a NUL byte: not a record stream'
	printf "$head"'tcp\t1\ta\r\n' >in
	refused '2: ends in CR LF: expected LF alone'
	printf '\xef\xbb\xbf'"$head" >in
	refused '1: starts with a byte order mark'
	printf '#proto\tlocal_port\tproto\n' >in
	refused '1: not a header (#name<TAB>name...): field proto'
	printf '#proto\te\e[2J\n' >in
	refused '1: not a header (#name<TAB>name...): field e\x1b[2J'
	printf "$head"'tcp\t1\n' >in
	refused '2: 2 fields, expected 3'
	printf "$head"'tcp\t1\t\\q\n' >in
	refused '2: an escape other than \\ \t \n \r \xHH'
	printf "$head"'tcp\t1\ta\\x1\n' >in
	refused '2: \x needs two hex digits after it'
	printf "$head"'tcp\t1\ta\\\n' >in
	refused '2: a \ at the end of a value'
	printf '##prt 1\n'"$head"'tcp\t1\ta\n##end records=0\n' >in
	refused '4: 1 records, more than the 0 of ##end'
}
