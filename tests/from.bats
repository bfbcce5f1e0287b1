#!/usr/bin/env bats
# prt-scan --from=ss, netstat, sockstat and auto: captures in tests/data/from,
# in the forms that the programs' manual pages, sources and users' posts show,
# each with the right records; and how transport changes them.
# shellcheck disable=SC2154

load helpers

setup()
{
	DATA=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/data/from
	cd "$DATA" || return
	IN=$BATS_TEST_TMPDIR/in
}

ALL=proto,state,local_addr,local_port,remote_addr,remote_port,pid,process,fd
ALL+=,user,inode,iface,rx_queue,backlog

# The captures; those that cause messages have a NAME.err.
captures()
{
	find . -type f ! -name '*.*' | sed 's|^\./||' | sort
}

# source_of NAME: the format of the capture.
source_of()
{
	case $1 in
	fstat*) echo sockstat ;;
	*) echo "${1%%-*}" ;;
	esac
}

read_as()
{
	prt-scan --from="$1" -H -o "$ALL" --services=../lsof/services "$2"
}

# reads FORMAT NAME
reads()
{
	run -0 --separate-stderr read_as "$1" "$2"
	[ -z "$output" ] || printf '%s\n' "$output" | LC_ALL=C sort |
		diff "$2.tsv" - || { echo "# $1 $2: another"; return 1; }
	if [ -e "$2.err" ]; then
		diff "$2.err" - <<<"$stderr"
	else
		[ -z "$stderr" ] || { echo "# $1 $2: $stderr"; return 1; }
	fi
}

@test "each capture has the records that are right" {
	[ "$(captures | wc -l)" -ge 60 ]
	for f in $(captures); do
		reads "$(source_of "$f")" "$f"
	done
}

@test "--from=auto tells them apart" {
	for f in $(captures); do
		reads auto "$f"
	done
}

# same NAME FILE: read from IN, all the records of FILE are there.
same()
{
	run -0 --separate-stderr read_as auto "$IN"
	printf '%s\n' "$output" | LC_ALL=C sort -u | diff "$2.tsv" - ||
		{ echo "# $1 $2: another"; return 1; }
}

@test "what loses nothing: line ends, blanks, marks, a list that comes twice" {
	for f in $(captures); do
		[ ! -e "$f.err" ] || continue
		sed 's/$/\r/' "$f" >"$IN" && same CRLF "$f"
		sed 's/$/\r\r/' "$f" >"$IN" && same CRCRLF "$f"
		sed 's/^/\t/' "$f" >"$IN" && same indented "$f"
		sed 's/^/> /' "$f" >"$IN" && same quoted "$f"
		sed $'s/  /\xc2\xa0 /g' "$f" >"$IN" && same fixed "$f"
		sed 's/   */\t/g' "$f" >"$IN" && same TABs "$f"
		sed 's/$/\n/' "$f" >"$IN" && same spaced "$f"
		{ printf '\xef\xbb\xbf'; cat "$f"; } >"$IN" && same BOM "$f"
		cat "$f" "$f" >"$IN" && same twice "$f"
	done
}

# Each record that is not refused is one of FILE.  It may lack what its line has
# lost, and a name may be cut, as netstat and sockstat do.
safe()
{
	run --separate-stderr read_as "${3-auto}" "$IN"
	[ "$status" -eq 0 ] || [ "$status" -eq 2 ]
	[ "$status" -eq 0 ] || [ -n "$stderr" ]
	awk -F '\t' '
		NR == FNR { full[n++] = $0; next }
		$0 == "" { next }
		{
			for (i = 0; i < n; i++) {
				split(full[i], v)
				for (c = 1; c <= NF; c++) {
					if ($c "" == v[c] "" ||
					    (c != 1 && c != 4 && c < 5 || c > 6) &&
					    $c == "-")
						continue
					if (c == 8 && index(v[c], $c) == 1)
						continue
					# without an owner, the socket has one
					if (c == 10 && $7 == "-")
						continue
					break
				}
				if (c > NF)
					next
			}
			print "# '"$1 $2"':", $0
			bad = 1
		}
		END { exit bad }
	' "$2.tsv" - <<<"$output"
}

@test "what loses something is right or refused, never another" {
	for f in $(captures); do
		for n in 1 2; do
			sed "1,${n}d" "$f" >"$IN" && safe "headless $n" "$f"
		done
		sed '1d; s/   */\t/g; s/$/\r/' "$f" >"$IN" &&
			safe "headless, TABs, CR" "$f"
		grep LISTEN "$f" >"$IN" && safe grep "$f"
		grep --color=always -E '[0-9]+' "$f" >"$IN" && safe colour "$f"
		tr -s ' ' <"$f" >"$IN" && safe squeezed "$f"
		sed 's/ *$//' "$f" >"$IN" && safe trimmed "$f"
	done
}

@test "folded: right or refused" {
	for f in $(captures); do
		for n in 60 80; do
			fold -w $n "$f" >"$IN" && safe "fold $n" "$f"
			fold -s -w $n "$f" >"$IN" && safe "fold -s $n" "$f"
		done
	done
}

@test "cut in the middle, or at a column: right or refused" {
	for f in $(captures); do
		size=$(wc -c <"$f")
		for n in 3 7 11; do
			head -c $((size * n / 13)) "$f" >"$IN" && safe "head $n" "$f"
			tail -c $((size * n / 13)) "$f" >"$IN" && safe "tail $n" "$f"
			{ head -c $((size * n / 13)) "$f"; cat "$f"; } >"$IN" &&
				safe "cut and whole $n" "$f"
		done
		for n in 50 66 72 80 96; do
			cut -c "1-$n" "$f" >"$IN" && safe "cut $n" "$f"
		done
	done
}
