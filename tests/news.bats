#!/usr/bin/env bats
# Is it news?  What happened on a machine, as its two scans have it, and what
# prt-diff says.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031

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

# T N: that time.
T()
{
	printf '2026-11-24T03:00:%d0.000Z' "$1"
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

RATES=change,local_port,rx_rate

@test "rates: whose counters they are" {
	COLS=$RATES both 'two records that nothing tells apart' \
		'time=T1 | proto local_port rx_bytes | tcp 1 1000; tcp 1 5000' \
		'time=T2 | proto local_port rx_bytes | tcp 1 1000; tcp 1 5000' \
		'unchanged 1 -; unchanged 1 -' 'unchanged 1 -; unchanged 1 -' -a
	COLS=$RATES news 'two records, by inode' \
		'time=T1 | proto local_port rx_bytes inode | tcp 1 1000 8; tcp 1 5000 9' \
		'time=T2 | proto local_port rx_bytes inode | tcp 1 5010 9; tcp 1 1020 8' \
		'unchanged 1 1; unchanged 1 2' -a
	COLS=$RATES news 'two records, by cookie' \
		'time=T1 | proto local_port rx_bytes cookie | udp 1 1000 8; udp 1 5000 9' \
		'time=T2 | proto local_port rx_bytes cookie | udp 1 5010 9; udp 1 1020 8' \
		'unchanged 1 1; unchanged 1 2' -a
	COLS=$RATES news 'two records, by all other fields' \
		'time=T1 | proto local_port pid rx_bytes | tcp 1 8 1000; tcp 1 9 5000' \
		'time=T2 | proto local_port pid rx_bytes | tcp 1 9 5010; tcp 1 8 1020' \
		'unchanged 1 1; unchanged 1 2' -a
	COLS=$RATES news 'two records, one with another pid' \
		'time=T1 | proto local_port pid rx_bytes | tcp 1 8 1000; tcp 1 9 5000' \
		'time=T2 | proto local_port pid rx_bytes | tcp 1 7 5010; tcp 1 8 1020' \
		'unchanged 1 -; unchanged 1 2' -a
	COLS=$RATES news 'two workers with one socket' \
		'time=T1 | proto local_port pid inode rx_bytes | tcp 1 8 4 1000; tcp 1 9 4 1000' \
		'time=T2 | proto local_port pid inode rx_bytes | tcp 1 8 4 1010; tcp 1 7 4 1010' \
		'unchanged 1 1; unchanged 1 1' -a
	COLS=$RATES news 'the only record' \
		'time=T1 | proto local_port pid rx_bytes | tcp 1 8 1000' \
		'time=T2 | proto local_port pid rx_bytes | tcp 1 9 1010' \
		'unchanged 1 1' -a
	COLS=$RATES news 'an inode that is not known' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 - 1000' \
		'time=T2 | proto local_port inode rx_bytes | tcp 1 9 1010' \
		'unchanged 1 1' -a
	COLS=$RATES news 'a namespace made anew, where cookies begin again' \
		'time=T1 | proto local_port inode cookie rx_bytes | udp 1 3 1 1000' \
		'time=T2 | proto local_port inode cookie rx_bytes | udp 1 4 1 2000' \
		'unchanged 1 -' -a
	COLS=$RATES news 'another cookie' \
		'time=T1 | proto local_port inode cookie rx_bytes | udp 1 3 1 1000' \
		'time=T2 | proto local_port inode cookie rx_bytes | udp 1 4 2 2000' \
		'unchanged 1 200' -a
	COLS=$RATES news 'another boot' \
		'time=T1 boot=a | proto local_port inode rx_bytes | udp 1 3 1000' \
		'time=T2 boot=b | proto local_port inode rx_bytes | udp 1 3 2000' \
		'unchanged 1 -' -a
	COLS=$RATES news 'rates of the input are not its own' \
		'time=T1 | proto local_port rx_rate | tcp 1 1000' \
		'time=T2 | proto local_port rx_rate | tcp 1 2000; tcp 2 7' \
		'unchanged 1 -; new 2 -' -a
	COLS=$RATES news 'rates of the input are not its own, nor where there are some' \
		'time=T1 | proto local_port rx_rate rx_bytes | tcp 1 1000 10' \
		'time=T2 | proto local_port rx_rate rx_bytes | tcp 1 2000 5; tcp 2 7 9' \
		'unchanged 1 -; new 2 -' -a
	COLS=change,local_port,drops_rate,retrans_rate news 'what is lost' \
		'time=T1 | proto local_port drops retrans | tcp 1 - 0; udp 2 5 -' \
		'time=T2 | proto local_port drops retrans | tcp 1 - 3; udp 2 106 -' \
		'unchanged 1 - 0.30; unchanged 2 10.10 -' -a
	judge
}

@test "rates: of a socket that is new" {
	COLS=$RATES news 'new for sure' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'unchanged 1 0; new 2 50' -a
	COLS=$RATES news 'it had another port before' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 3 9 1' \
		'time=T2 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -; gone 3 -'
	COLS=$RATES news 'another machine has its inode' \
		'time=T1 host=a | host proto local_port inode rx_bytes | a tcp 1 8 1000' \
		'time=T2 host=a | host proto local_port inode rx_bytes | a tcp 1 8 1000; a tcp 2 9 500' \
		'new 2 50'
	COLS=$RATES news 'without inode and cookie nobody knows' \
		'time=T1 | proto local_port rx_bytes | tcp 1 1000' \
		'time=T2 | proto local_port rx_bytes | tcp 1 1000; tcp 2 500' \
		'new 2 -'
	COLS=$RATES news 'an inode that is not known' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 - 500' \
		'new 2 -'
	COLS=$RATES news 'no cookie was known before' \
		'time=T1 | proto local_port cookie rx_bytes | tcp 1 - 1000' \
		'time=T2 | proto local_port cookie rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -'
	COLS=$RATES news 'the protocol was not read before' \
		'time=T1 protos=tcp | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 protos=tcp,sctp | proto local_port inode rx_bytes | tcp 1 8 1000; sctp 2 9 500' \
		'unchanged 1 0; unchanged 2 -' -a
	COLS=$RATES news 'of another scope' \
		'time=T1 scope=tcp,listen | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 scope=tcp | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -' --force
	COLS=$RATES news 'of what was selected' \
		'time=T1 partial=1 state=1 | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 partial=1 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -'
	COLS=$RATES news 'after a boot' \
		'time=T1 boot=a | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T2 boot=b | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -'
	COLS=$RATES news 'no time went by' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 8 1000' \
		'time=T1 | proto local_port inode rx_bytes | tcp 1 8 1000; tcp 2 9 500' \
		'new 2 -'
	judge
}

SEEN=change,local_port,remote_port,state,first_seen

@test "the same ports: which socket it is" {
	local conn='proto local_port remote_port state'

	COLS=$SEEN news 'a connection made again, by cookie' \
		"time=T1 | $conn cookie | tcp 1 2 CLOSE_WAIT 7" \
		"time=T2 | $conn cookie | tcp 1 2 ESTABLISHED 8" \
		"new 1 2 ESTABLISHED $(T 2); gone 1 2 CLOSE_WAIT $(T 1)"
	COLS=$SEEN news 'the same connection' \
		"time=T1 | $conn cookie | tcp 1 2 ESTABLISHED 7" \
		"time=T2 | $conn cookie | tcp 1 2 TIME_WAIT 7" \
		"changed 1 2 TIME_WAIT $(T 1)"
	COLS=$SEEN news 'a connection made again, without cookie' \
		"time=T1 | $conn | tcp 1 2 ESTABLISHED" \
		"time=T2 | $conn | tcp 1 2 ESTABLISHED" ''
	COLS=$SEEN both 'only one side has cookies' \
		"time=T1 | $conn cookie | tcp 1 2 ESTABLISHED 7" \
		"time=T1 | $conn | tcp 1 2 ESTABLISHED" '' ''
	COLS=$SEEN both 'one side lacks the cookie of some connection' \
		"time=T1 | $conn cookie | tcp 1 2 ESTABLISHED 7; tcp 1 3 ESTABLISHED 8" \
		"time=T1 | $conn cookie | tcp 1 2 ESTABLISHED 9; tcp 1 3 ESTABLISHED -" '' ''
	COLS=$SEEN both 'a listener has no cookie: that is no connection' \
		"time=T1 | $conn cookie | tcp 1 - LISTEN 7; tcp 1 3 ESTABLISHED 8" \
		"time=T1 | $conn cookie | tcp 1 - LISTEN -; tcp 1 3 ESTABLISHED 8" '' ''
	COLS=$SEEN news 'a daemon that was restarted' \
		"time=T1 | $conn cookie | tcp 1 - LISTEN 7" \
		"time=T2 | $conn cookie | tcp 1 - LISTEN 8" ''
	COLS=$SEEN news 'a daemon that was restarted, its time' \
		"time=T1 | $conn cookie | tcp 1 - LISTEN 7" \
		"time=T2 | $conn cookie | tcp 1 - LISTEN 8" \
		"unchanged 1 - LISTEN $(T 2)" -a
	COLS=$SEEN news 'a resolver that was restarted' \
		"time=T1 | $conn cookie | udp 1 53 ESTABLISHED 7" \
		"time=T2 | $conn cookie | udp 1 53 ESTABLISHED 8" ''
	COLS=$SEEN news 'a key of one'\''s own' \
		"time=T1 | $conn cookie | tcp 1 2 ESTABLISHED 7" \
		"time=T2 | $conn cookie | tcp 1 2 ESTABLISHED 8" '' \
		-k proto,local_port,remote_port
	COLS=$SEEN news 'one of two listeners is another' \
		"time=T1 | $conn inode | tcp 1 - LISTEN 7; tcp 1 - LISTEN 8" \
		"time=T2 | $conn inode | tcp 1 - LISTEN 8; tcp 1 - LISTEN 9" \
		"unchanged 1 - LISTEN $(T 1); unchanged 1 - LISTEN $(T 1)" -a
	judge
}

@test "last_seen: of what is gone, when it was last there" {
	local COLS=change,local_port,last_seen

	news 'the scan before' \
		'time=T1 | proto local_port | tcp 1' \
		'time=T2 | proto local_port | tcp 2' \
		"new 2 $(T 2); gone 1 $(T 1)"
	news 'a log says when, record by record' \
		"time=T2 | proto local_port time | tcp 1 $(T 1)" \
		'time=T3 | proto local_port time | tcp 2 T2' \
		"new 2 $(T 2); gone 1 $(T 1)"
	news 'a log without a line of a scan' \
		"| proto local_port time | tcp 1 $(T 1)" \
		"| proto local_port time | tcp 2 $(T 2)" \
		"new 2 $(T 2); gone 1 $(T 1)"
	news 'no time at all' \
		'| proto local_port | tcp 1' '| proto local_port | tcp 2' \
		'new 2 -; gone 1 -'
	judge
}

@test "last_seen: of what a state kept, when it was last seen" {
	side 'time=T1 protos=tcp,sctp scope=all | proto state local_port | sctp LISTEN 7; tcp LISTEN 1' >new
	prt-diff --init -S state new
	run -1 grep last_seen state
	# Not read, but kept.
	side 'time=T2 protos=tcp scope=all | proto state local_port | tcp LISTEN 1' >new
	run -0 prt-diff -S state new
	[ -z "$output" ]
	[ "$(column last_seen <state)" = "-
$(T 1)" ]
	sed 's/^##prt.*time=[^ ]*/##prt 1 time=2026-11-24T03:00:25.000Z/' new >again
	run -0 prt-diff -S state again
	[ -z "$output" ]
	side 'time=T3 protos=tcp,sctp scope=all | proto state local_port | tcp LISTEN 2' >new
	run -0 prt-diff -H -o change,local_port,last_seen -S state new
	assert_output_is "new	2	$(T 3)
gone	1	2026-11-24T03:00:25.000Z
gone	7	$(T 1)"
	run -1 grep last_seen state
}

@test "an option of the cron line: exit 2, and how it ends" {
	local want='prt-diff: state has scope=all, new has scope=tcp,listen:'

	want+=' not comparable (--force); `prt-diff --init -S state'\'' once,'
	want+=' with this scan, begins anew'
	side 'time=T1 scope=all | host proto local_port | a tcp 1' >new
	prt-diff --init -S state new
	cp state before
	side 'time=T2 scope=tcp,listen | host proto local_port | a tcp 2' >new
	for _ in 1 2; do
		run -2 --separate-stderr prt-diff -S state new
		[ "$output$stderr" = "$want" ]
		cmp state before
	done
	run -0 --separate-stderr prt-diff --init -S state new
	[ -z "$output$stderr" ]
	run -0 --separate-stderr prt-diff -S state new
	[ -z "$output$stderr" ]
	# A filter behind the scan.
	side 'time=T3 scope=tcp,listen partial=1 | host proto local_port | a tcp 3' >new
	run -2 --separate-stderr prt-diff -S state new
	[[ $stderr == *': not comparable (select from both alike); `prt-diff --init'*anew ]]
	run -0 --separate-stderr prt-diff --init -S state new
	[ -z "$output$stderr" ]
	run -0 --separate-stderr prt-diff -S state new
	[ -z "$output$stderr" ]
	# Without -S there is nothing to begin.
	run -2 --separate-stderr prt-diff before new
	[[ $stderr != *--init* ]]
}

@test "machines: two, side by side" {
	local web1='time=T2 host=a boot=x | host proto local_port process cookie'
	local web2='time=T1 host=b boot=y | host proto local_port process cookie'

	both 'the same' "$web1 | a tcp 1 x 7" "$web2 | b tcp 1 x 8" '' '' \
		--compare-hosts
	both 'a listener more' "$web1 | a tcp 1 x 7; a tcp 2 y 9" \
		"$web2 | b tcp 1 x 8" 'gone 2 -' 'new 2 -' --compare-hosts
	both 'another program' "$web1 | a tcp 1 x 7" "$web2 | b tcp 1 y 8" \
		'changed 1 process=x' 'changed 1 process=y' --compare-hosts
	both 'a connection to the same server' \
		'host=a | proto local_port remote_port cookie | tcp 1 2 7' \
		'host=b | proto local_port remote_port cookie | tcp 1 2 8' \
		'' '' --compare-hosts
	judge
	side "$web1 | a tcp 1 x 7" >old
	side "$web2 | b tcp 1 x 7" >new
	run -0 --separate-stderr prt-diff --compare-hosts old new
	[ -z "$output$stderr" ]
	run -0 --separate-stderr prt-diff -H -o host,change old new
	assert_output_is "b	new"
	[ "$stderr" = 'prt-diff: warning: new: not scanned: host a: its records are not gone' ]
	run -2 --separate-stderr prt-diff --compare-hosts old <(cat old new)
	[[ $stderr == *'several hosts: --compare-hosts is for two' ]]
	run -2 --separate-stderr prt-diff --compare-hosts -S state new
	[[ $stderr == *'not for -S'* ]]
}

# fleet TIME HOST...: a snapshot of each.
fleet()
{
	local time=$1 host

	for host in "${@:2}"; do
		side "time=$time host=$host | host proto local_port | $host tcp 1"
	done
}

@test "machines: one that is gone for good, and one with another name" {
	fleet T1 a b c d >new
	prt-diff --init -S state new
	fleet T2 a c e >new
	run -0 --separate-stderr prt-diff -H -o change,host -S state new
	assert_output_is "new	e"
	[ "$stderr" = 'prt-diff: warning: new: not scanned: hosts b, d: their records are not gone' ]
	# What is there is not forgotten, nor what another name has in it.
	fleet T3 a c e >new
	run -0 --separate-stderr prt-diff -H -S state --forget=b,a,dd new
	[ -z "$output" ]
	[ "$stderr" = 'prt-diff: warning: new: not scanned: host d: its records are not gone' ]
	[ "$(column host <state | paste -sd ' ')" = 'a c e d' ]
	grep -q '^##end records=4' state
	run -0 --separate-stderr prt-diff -H -S state --forget=d new
	[ -z "$output$stderr" ]
	[ "$(grep -c '^##prt' state)" -eq 3 ]
	run -0 --separate-stderr prt-diff -H -S state new
	[ -z "$output$stderr" ]
	# One that comes back is new.
	fleet T3 a b c e >new
	run -0 --separate-stderr prt-diff -H -o change,host -S state new
	assert_output_is "new	b"
	[ -z "$stderr" ]
	for list in '' ',' 'a,' ',a' 'a,,b'; do
		run -2 prt-diff -S state "--forget=$list" new
		[[ $output == "prt-diff: --forget=$list: expected names of hosts"* ]]
	done
	# Without a state there is only no warning.
	fleet T1 a b >old
	fleet T2 a >new
	run -0 --separate-stderr prt-diff --forget=b old new
	[ -z "$output$stderr" ]
}

@test "machines: as many as are named" {
	# shellcheck disable=SC2046
	fleet T1 $(seq -f h%02g 20) >old
	fleet T2 h01 >new
	run -0 --separate-stderr prt-diff old new
	[ "$stderr" = "prt-diff: warning: new: not scanned: hosts $(
		seq -f h%02g -s ', ' 2 17) and 3 more: their records are not gone" ]
	# A long name is cut.
	name=$(printf %0200d 0)
	# shellcheck disable=SC2046
	fleet T1 x $(seq -f "%02g$name" 20) >old
	fleet T2 x >new
	run -0 --separate-stderr prt-diff old new
	[[ $stderr == *', 160'*' and 4 more: their records are not gone' ]]
	[ "${#stderr}" -lt 1500 ]
}

@test "clocks: which scan is the later one" {
	local f='proto local_port inode rx_bytes' COLS=$RATES
	local a='tcp 1 8 1000' b='tcp 1 8 1500'

	news 'it slept: 8 of 10 seconds' \
		"time=T1 boot=x up=5000 | $f | $a" \
		"time=T2 boot=x up=15000 | $f | $b" 'unchanged 1 50' -a
	news 'its clock was set back' \
		"time=T3 boot=x up=5000 | $f | $a" \
		"time=T1 boot=x up=15000 | $f | $b" 'unchanged 1 50' -a
	news 'its clock was set ahead' \
		"time=T1 boot=x up=5000 | $f | $a" \
		"time=2027-01-01T00:00:00.000Z boot=x up=15000 | $f | $b" \
		'unchanged 1 50' -a
	news 'its clock stood still' \
		"time=T1 boot=x up=5000 | $f | $a" \
		"time=T1 boot=x up=15000 | $f | $b" 'unchanged 1 50' -a
	news 'it was put back to an earlier time' \
		"time=T1 boot=x up=15000 | $f | $a" \
		"time=T3 boot=x up=5000 | $f | $b" 'unchanged 1 -' -a
	news 'it was started anew' \
		"time=T1 boot=x up=15000 | $f | $a" \
		"time=T3 boot=y up=5000 | $f | $b" 'unchanged 1 -' -a
	news 'only one says how long it runs' \
		"time=T1 boot=x | $f | $a" \
		"time=T2 boot=x up=5000 | $f | $b" 'unchanged 1 50' -a
	news 'no boot is known, so that says nothing' \
		"time=T1 up=15000 | $f | $a" \
		"time=T2 up=5000 | $f | $b" 'unchanged 1 50' -a
	news 'what it says is no number' \
		"time=T1 boot=x up=-7 | $f | $a" \
		"time=T2 boot=x up=99999999999999999999 | $f | $b" \
		'unchanged 1 50' -a
	TZ=Europe/Berlin news 'an hour that comes twice' \
		"time=2026-10-25T00:59:55.000Z boot=x | $f | $a" \
		"time=2026-10-25T01:00:05.000Z boot=x | $f | $b" \
		'unchanged 1 50' -a
	judge
}

# tells_time MESSAGE OLD NEW: the warning, or with -S the error.
tells_time()
{
	side "$2" >old
	side "$3" >new
	prt-diff --init -S state old
	run -0 --separate-stderr prt-diff old new
	[ -z "$output" ]
	[ -z "$1$stderr" ] || [[ $stderr == "prt-diff: warning: new has time=$1"* ]]
	if [ -z "$1" ]; then
		run -0 --separate-stderr prt-diff -S state new
		[ -z "$output$stderr" ]
	else
		run -2 --separate-stderr prt-diff -S state new
		[[ $stderr == "prt-diff: new has time=$1"* ]]
	fi
	rm state
}

@test "clocks: a state, and a scan that looks older" {
	local f='proto local_port | tcp 1'

	tells_time '' "time=T3 boot=x up=5 | $f" "time=T1 boot=x up=9 | $f"
	tells_time '' "time=T1 boot=x up=9 | $f" "time=T3 boot=x up=5 | $f"
	tells_time '' "time=T1 boot=x up=9 | $f" "time=T3 boot=y up=5 | $f"
	tells_time "$(T 1), older" "time=T3 boot=x up=9 | $f" \
		"time=T1 boot=x up=5 | $f"
	tells_time "$(T 1), older" "time=T3 boot=x up=5 | $f" \
		"time=T1 boot=y up=9 | $f"
	tells_time "$(T 1), older" "time=T3 boot=x | $f" \
		"time=T1 boot=x up=9 | $f"
}

@test "clocks: a real scan after the clock was set back" {
	requires linux netns
	in_netns prt-scan | sed 's/ time=[^ ]*/ time=2099-01-01T00:00:00.000Z/' >ahead
	prt-diff --init -S state ahead
	cp state before
	in_netns prt-scan >now
	run -0 --separate-stderr prt-diff -S state now
	[ -z "$output$stderr" ]
	# but for uptime it is older
	sed 's/ up=[0-9]*//' now >bare
	run -2 --separate-stderr prt-diff -S before bare
	[[ $stderr == *', older than before with time=2099-'* ]]
}

@test "a key of one's own: a daemon whose port is another each time" {
	local f='proto local_addr local_port state process user exe'

	COLS=change,local_port,process,was
	news 'by its port it is gone, and new' \
		"| $f | tcp 127.0.0.1 40001 LISTEN containerd root /bin/c" \
		"| $f | tcp 127.0.0.1 40002 LISTEN containerd root /bin/c" \
		'new 40002 containerd -; gone 40001 containerd -'
	news 'by its program it is changed' \
		"| $f | tcp 127.0.0.1 40001 LISTEN containerd root /bin/c" \
		"| $f | tcp 127.0.0.1 40002 LISTEN containerd root /bin/c" \
		'changed 40002 containerd local_port=40001' \
		-k proto,process,exe -c local_port
	news 'or the same' \
		"| $f | tcp 127.0.0.1 40001 LISTEN containerd root /bin/c" \
		"| $f | tcp 127.0.0.1 40002 LISTEN containerd root /bin/c" \
		'' -k proto,process,exe
	news 'another program is new' \
		"| $f | tcp 127.0.0.1 40001 LISTEN containerd root /bin/c" \
		"| $f | tcp 127.0.0.1 40002 LISTEN nc root /bin/nc" \
		'new 40002 nc -; gone 40001 containerd -' -k proto,process,exe
	judge
}

# exits STATUS ARG...: prt-diff ARG... old new.
exits()
{
	local want=$1 got=0

	shift
	prt-diff "$@" old new >/dev/null 2>&1 || got=$?
	[ "$got" -eq "$want" ] || {
		echo "prt-diff $*: expected $want, got $got"
		BAD=$((BAD + 1))
	}
}

@test "exit status, where only one side has a field" {
	side 'time=T1 | proto local_port process cookie | tcp 1 x 7; tcp 2 y 8' >old
	side 'time=T2 | proto local_port drops | tcp 1 5; tcp 3 6' >new
	exits 0
	exits 0 -a
	exits 1 -q
	exits 1 --exit-code
	exits 1 -a --exit-code
	exits 1 -q --only=new
	exits 1 -q --only=gone
	exits 0 -q --only=changed
	exits 0 --exit-code --only=changed
	exits 2 -q -k proto,cookie
	exits 2 -c process
	exits 0 -q --only=unchanged
	exits 2 --only=same
	side 'time=T2 | proto local_port drops | tcp 1 5; tcp 2 6' >new
	exits 0 -q
	exits 0 --exit-code
	exits 0 -a --exit-code
	judge
}

@test "containers, devices and kernels" {
	local f='proto state local_addr local_port netns container process pid'

	news 'a container re-created, its namespace by name' \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/web docker/web nginx 5" \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/web docker/web nginx 9" ''
	news 'a container re-created, its namespace by id' \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/3f29a0c1d4e8 docker/web nginx 5" \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/web docker/web nginx 9" ''
	news 'another container' \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/web docker/web nginx 5" \
		"scope=all;netns | $f | tcp LISTEN 0.0.0.0 80 docker/db docker/db nginx 9" \
		'new 80 -; gone 80 -'
	news 'a listener bound to one more device' \
		'| proto local_port iface | tcp 53 virbr0' \
		'| proto local_port iface | tcp 53 virbr0; tcp 53 virbr1' \
		'new 53 -'
	news 'bound to a device now' \
		'| proto local_port iface | tcp 53 -' \
		'| proto local_port iface | tcp 53 virbr0' 'new 53 -; gone 53 -'
	both 'one side does not tell devices' \
		'| proto local_port iface | tcp 53 virbr0; tcp 53 virbr1' \
		'| proto local_port | tcp 53' '' ''
	news 'another program has the port' \
		'| proto local_port process exe | tcp 22 sshd /usr/sbin/sshd' \
		'| proto local_port process exe | tcp 22 nc /usr/bin/nc' \
		'changed 22 process=sshd,exe=/usr/sbin/sshd'
	news 'a listener that only is bound now' \
		'bound=all | proto state local_port | tcp LISTEN 22' \
		'bound=all | proto state local_port | tcp BOUND 22' \
		'changed 22 state=LISTEN'
	both 'a kernel that tells what is bound' \
		'bound=no | proto state local_port | tcp LISTEN 22' \
		'bound=all | proto state local_port | tcp LISTEN 22; tcp BOUND 23' \
		'' ''
	both 'a kernel that has SCTP' \
		'protos=tcp,udp | proto state local_port | tcp LISTEN 22' \
		'protos=tcp,udp,sctp | proto state local_port | tcp LISTEN 22; sctp LISTEN 23' \
		'' ''
	judge
}
