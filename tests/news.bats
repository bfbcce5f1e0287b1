#!/usr/bin/env bats
# Is it news?  What happened on a machine, as its two scans have it, and what
# prt-diff says.
# shellcheck disable=SC2154

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	BAD=0
}

# side TEXT: a snapshot.  TEXT is the ##prt line's keys | fields | records, with
# ; between these.  T1, T2 and T3 are times, 10 seconds apart.
side()
{
	sed -E 's/\bT([123])\b/2026-11-24T03:00:\10.000Z/g' <<<"$1" |
		awk -F ' *[|] *' -v OFS='\t' '{
			gsub(/^ +| +$/, "", $1)
			print "##prt 1" ($1 != "" ? " " : "") $1
			gsub(/ +/, "\t", $2)
			print "#" $2
			n = split($3, rec, / *; */)
			for (i = 1; i <= n; i++) {
				gsub(/ +/, "\t", rec[i])
				print rec[i]
			}
			print "##end records=" n
		}'
}

# news WHAT OLD NEW WANT [ARG]...: WANT is the output, with ; between its lines.
# All of a table are tried; `judge' is its end.
news()
{
	local what=$1 want=$4 got

	side "$2" >old
	side "$3" >new
	got=$(prt-diff -H -o "${COLS:-change,local_port,was}" "${@:5}" old new \
		2>/dev/null | tr '\t' ' ' | paste -sd ';' | sed 's/;/; /g')
	if [ "$got" != "$want" ]; then
		printf '%s: expected "%s", got "%s"\n' "$what" "$want" "$got"
		BAD=$((BAD + 1))
	fi
}

# both WHAT ONE OTHER WANT WANT-BACK [ARG]...: in both directions.
both()
{
	news "$1" "$2" "$3" "$4" "${@:6}"
	news "$1, back" "$3" "$2" "$5" "${@:6}"
}

judge()
{
	[ "$BAD" -eq 0 ]
}

@test "whose a record is: fields that one side lacks" {
	both 'pid is only in one' \
		'| proto local_port pid user | tcp 1 5 v' \
		'| proto local_port user | tcp 1 v' '' ''
	both 'process is only in one' \
		'| proto local_port process user | tcp 1 x v' \
		'| proto local_port user | tcp 1 v' '' '' -c user
	both 'process is only in one, the user is another' \
		'| proto local_port process user | tcp 1 x v' \
		'| proto local_port user | tcp 1 w' \
		'changed 1 user=v' 'changed 1 user=w' -c user
	both 'process is only in one, several members' \
		'| proto local_port process user | tcp 1 x v; tcp 1 y w' \
		'| proto local_port user | tcp 1 v; tcp 1 w' '' '' -c user
	both 'process is only in one, one member is more' \
		'| proto local_port process user | tcp 1 x v; tcp 1 y w' \
		'| proto local_port user | tcp 1 v' 'gone 1 -' 'new 1 -' \
		-c user
	both 'uid, and pid is only in one' \
		'| proto local_port pid uid | tcp 1 5 3' \
		'| proto local_port uid | tcp 1 3' '' '' -c uid
	both 'an owner is hidden, and the fields of processes are missing' \
		'unowned=1 | proto local_port process user | tcp 1 - 0' \
		'| proto local_port user | tcp 1 v' '' ''
	both 'an owner is hidden: the unit is the socket'\''s' \
		'unowned=0 | proto local_port process unit | tcp 1 x a' \
		'unowned=1 | proto local_port process unit | tcp 1 - b' '' '' \
		-c unit
	both 'owners are hidden, but not this one, whose unit is another' \
		'unowned=0 euid=0 | proto local_port process uid unit | tcp 1 x 7 a' \
		'unowned=1 euid=0 | proto local_port process uid unit | tcp 1 x 7 b; tcp 2 - - -' \
		'changed 1 unit=a; new 2 -' 'changed 1 unit=b; gone 2 -' -c unit
	judge
}
