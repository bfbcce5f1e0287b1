#!/usr/bin/env bats
# prt-scan --from=lsof: the sockets of one machine as lsof 4.95 printed them
# with several options, and how transport changes each capture.
# shellcheck disable=SC2154

load helpers

setup()
{
	DATA=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/data/lsof
	cd "$DATA" || return
	IN=$BATS_TEST_TMPDIR/in
}

TABLES='linux-table linux-R linux-g linux-gR linux-K linux-KR linux-l linux-Tqs
	linux-Tq linux-o linux-c0 linux-names macos-table freebsd-table toybox'
FIELDS='linux-F linux-FpcfPn linux macos'

# All fields that transport might change.
SEEN=proto,state,local_addr,local_port,remote_addr,remote_port,pid,process,fd
SEEN+=,user

read_in()
{
	prt-scan --from=lsof -H -o "${2-$SEEN}" --services=services "$1"
}

# like COLUMNS FILE...: FILE has the sockets of linux-table, in these columns.
like()
{
	local columns=$1 f
	read_in linux-table "$columns" | sort -u >"$BATS_TEST_TMPDIR/want"
	for f in "${@:2}"; do
		echo "# $f"
		run -0 --separate-stderr read_in "$f" "$columns"
		[ -z "$stderr" ]
		sort -u <<<"$output" | diff "$BATS_TEST_TMPDIR/want" -
	done
}

@test "options: each has the same sockets" {
	like proto,state,local_addr,local_port,remote_port,pid,fd,user,inode \
		linux-R linux-g linux-gR linux-K linux-KR linux-Tqs linux-o
	like proto,state,local_port,remote_port,pid,fd,user,inode linux-names
	like proto,state,local_addr,local_port,remote_addr,pid,fd,user,inode \
		linux-c0 linux-F
	like proto,local_addr,local_port,remote_addr,pid,fd,process linux-Tq
	like proto,state,local_addr,local_port,remote_addr,pid,fd,inode linux-l
	like proto,local_port,remote_addr,remote_port,pid,fd linux-FpcfPn
	run -0 read_in linux-R pid,ppid
	[ "$(sort -u <<<"$output")" = $'612\t1\n841\t1\n842\t841\n843\t841' ]
	run -0 read_in linux-KR pid,ppid
	[ "$(sort -u <<<"$output")" = $'612\t1\n841\t1\n842\t841\n843\t841' ]
	run -0 read_in linux-Tqs rx_queue,tx_queue
	[ "$(sort -u <<<"$output")" = $'0\t-\n0\t0' ]
}

# same NAME FILE: IN has all the records of FILE.
same()
{
	read_in "$2" >"$BATS_TEST_TMPDIR/want"
	run -0 --separate-stderr read_in "$IN"
	diff "$BATS_TEST_TMPDIR/want" - <<<"$output" ||
		{ echo "# $1 $2: another"; return 1; }
}

# Each record that is not refused is one of FILE; with a message, it may lack
# its owner, its state, or 0.0.0.0 and ::.
safe()
{
	read_in "$2" >"$BATS_TEST_TMPDIR/want"
	run --separate-stderr read_in "$IN"
	[ "$status" -eq 0 ] || [ "$status" -eq 2 ]
	[ "$status" -eq 0 ] || [ -n "$stderr" ]
	awk -F '\t' -v OFS='\t' -v said="$stderr" '
		NR == FNR { full[$0] = 1; $2 = "-"; stateless[$0] = 1
			$7 = $8 = $9 = $10 = "-"; nobodys[$0] = 1
			$3 = "-"; nobodys[$0] = 1; next }
		$0 == "" || $0 in full { next }
		said != "" { $2 = "-"; if ($0 in stateless) next
			if ($7 == "-" && $0 in nobodys) next }
		{ print "# '"$1 $2"':", $0; bad = 1 }
		END { exit bad }
	' "$BATS_TEST_TMPDIR/want" - <<<"$output"
}

@test "what loses nothing: line ends, blanks, marks, the state's own line" {
	for f in $TABLES; do
		sed 's/$/\r/' "$f" >"$IN" && same CRLF "$f"
		sed 's/$/\r\r/' "$f" >"$IN" && same CRCRLF "$f"
		sed 's/^/\t/' "$f" >"$IN" && same indented "$f"
		sed 's/^/> /' "$f" >"$IN" && same quoted "$f"
		sed $'s/  /\xc2\xa0 /g' "$f" >"$IN" && same fixed "$f"
		sed 's/ (/\n(/' "$f" >"$IN" && same wrapped "$f"
		sed 's/$/\n/' "$f" >"$IN" && same spaced "$f"
		{ printf '\xef\xbb\xbf'; cat "$f"; } >"$IN" && same BOM "$f"
		cat "$f" "$f" >"$IN" && same twice "$f"
	done
	for f in $FIELDS; do
		sed 's/$/\r/' "$f" >"$IN" && same CRLF "$f"
		{ printf '\xef\xbb\xbf'; cat "$f"; } >"$IN" && same BOM "$f"
		cat "$f" "$f" >"$IN" && same twice "$f"
	done
}

@test "what loses something is right or refused, never another" {
	for f in $TABLES $FIELDS; do
		sed 1d "$f" >"$IN" && safe headless "$f"
		sed '1d; s/   */\t/g; s/$/\r/' "$f" >"$IN" &&
			safe "headless, TABs, CR" "$f"
		grep LISTEN "$f" >"$IN" && safe grep "$f"
		grep -E '^n|^p|^my|841' "$f" >"$IN" && safe grep2 "$f"
		grep --color=always -E '[0-9]+' "$f" >"$IN" && safe colour "$f"
		sort "$f" >"$IN"
		case $f in *-F*) ;; *table | linux-?) safe sorted "$f" ;; esac
		tr -s ' ' <"$f" >"$IN" && safe squeezed "$f"
		sed '1d; s/  */ /g' "$f" >"$IN" && safe "headless, squeezed" "$f"
		for n in 60 70 80 90; do
			fold -w $n "$f" >"$IN" && safe "fold $n" "$f"
			fold -s -w $n "$f" >"$IN" && safe "fold -s $n" "$f"
		done
		size=$(wc -c <"$f")
		for n in 3 7 11; do
			head -c $((size * n / 13)) "$f" >"$IN" && safe "head $n" "$f"
			tail -c $((size * n / 13)) "$f" >"$IN" && safe "tail $n" "$f"
			{ head -c $((size * n / 13)) "$f"; cat "$f"; } >"$IN" &&
				safe "cut and whole $n" "$f"
		done
	done
}

@test "a table that is cut at a column" {
	for f in linux-table linux-R linux-Tqs; do
		for n in 50 66 72 80 84 86 87 88 90; do
			cut -c "1-$n" "$f" >"$IN" && safe "cut $n" "$f"
		done
	done
}

@test "rows of another table, whose heading is lost, behind each" {
	for f in $TABLES; do
		for other in linux-table linux-R linux-gR; do
			{ cat "$f"; sed 1d "$other"; } >"$IN"
			read_in "$f" pid,process >"$BATS_TEST_TMPDIR/all"
			read_in "$other" pid,process >>"$BATS_TEST_TMPDIR/all"
			run -0 --separate-stderr read_in "$IN" pid,process
			echo "# $f $other"
			! grep -vxF -f "$BATS_TEST_TMPDIR/all" <<<"$output" ||
				return 1
		done
	done
}
