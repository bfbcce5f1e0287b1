#!/usr/bin/env bats
# Names that processes give themselves: the record is there, right and harmless.
# shellcheck disable=SC1003,SC2016

load helpers

setup()
{
	requires linux python3
	port=20611
}

teardown()
{
	[ -z "${pid-}" ] || end_holder
}

# Ends the holder; then the port is free.
end_holder()
{
	kill "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
}

# wait_for_port: waits until $pid listens.
wait_for_port()
{
	local i

	for ((i = 0; i < 200; i++)); do
		! prt-scan -ql --pid="$pid" "$port" || return 0
		sleep 0.02
	done
	return 1
}

# holder COMM [ARG...]: starts a process of that name with those arguments, all
# in printf's escapes, that listens; its pid is $pid.
holder()
{
	python3 -c '
import ctypes, os, sys
args = [a.encode("latin-1").decode("unicode_escape").encode("latin-1")
        for a in map(os.fsdecode, sys.argv[2:])]
os.execv(sys.executable, [b"python3", b"-c", b"""
import ctypes, os, socket, sys, time
l = socket.socket()
l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(("127.0.0.1", int(sys.argv[1])))
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[2]))
l.listen(1)
time.sleep(60)""", sys.argv[1].encode()] + args)' "$port" "$@" 3>&- &
	pid=$!
	wait_for_port
}

# A name may have 15 bytes; python above reads printf's escapes.
check()
{
	holder "$@"
	run -0 prt-scan -l "$port"
	printf '%s\n' "$output" | python3 "$BATS_TEST_DIRNAME/truth.py" "$pid"
	# and if the process is known only by its number
	run -0 prt-scan -l --pid="$pid" --backend=proc
	printf '%s\n' "$output" | python3 "$BATS_TEST_DIRNAME/truth.py" "$pid"
}

@test "parentheses, blanks, # and -" {
	for name in ') (' '(((' '#x' '-' ' ' 'a b c' '##prt 1' '\\x2d'; do
		check "$name" '#' '-'
		end_holder
	done
}

@test "newline, tab, backslash, carriage return" {
	check 'a\nb\tc\\d\re' 'x\ny\tz' '\\' '##end records=1'
}

@test "escape sequences, as bytes and as C1" {
	check '\x1b[2J\x1b]0;x\x07' '\x1b[31m' '\xc2\x9b2J' '\x7f\x08'
}

@test "bidi controls, zero width, byte order mark, tags" {
	check 'a\xe2\x80\xaeb\xe2\x80\x8b' '\xef\xbb\xbf' '\xf3\xa0\x81\x81' \
		'\xd8\x9c' '\xe2\x81\xa6x'
}

@test "invalid UTF-8" {
	check '\xff\xfe\x80' '\xc0\x80' '\xed\xa0\x80' '\xf4\x90\x80\x80' \
		'\xe4\xb8' '\xe4\xb8\xad'
}

@test "no name at all" {
	check '' ''
	run -0 prt-scan -Hl -o process "$port"
	assert_output_is -
}

@test "a command line of many kilobytes is cut at a character" {
	local long
	long=$(printf '\\xe4\\xb8\\xad%.0s' {1..3000})
	check x "$long"
	end_holder
	check x "a$long"
	end_holder
	check x "ab$long"
}

@test "the same in a table, json and csv" {
	holder '\x1b[2J\n\xff,"' '=1+1' '\xe2\x80\xae'
	for format in table json csv; do
		prt-scan -l -w -F $format "$port" >"$BATS_TEST_TMPDIR/out"
		python3 - "$BATS_TEST_TMPDIR/out" <<-'END'
			import sys
			text = open(sys.argv[1], "rb").read().decode("utf-8")
			for c in text.replace("\r\n", "\n"):
			    assert c == "\n" or ord(c) >= 32 and ord(c) != 127, text
			assert "\u202e" not in text
		END
	done
	run -0 prt-scan -l -F json "$port"
	[ "$(python3 -c 'import json, sys
print(ascii(json.loads(sys.stdin.read())["process"]))' <<<"$output")" = \
	"'\\x1b[2J\\n\\ufffd,\"'" ]
}

@test "a path of an executable with all that" {
	daemon=$(fixture listend)
	dir=$BATS_TEST_TMPDIR/$'a\nb\t\e[2J\xff\\ '
	mkdir "$dir"
	for name in $'#\u202ex' ' (deleted)' $'\n'; do
		cp "$daemon" "$dir/$name"
		"$dir/$name" 127.0.0.1 "$port" >"$BATS_TEST_TMPDIR/ready" 3>&- &
		pid=$!
		wait_for_port
		prt-scan -l "$port" |
			python3 "$BATS_TEST_DIRNAME/truth.py" "$pid"
		end_holder
	done
}
