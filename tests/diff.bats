#!/usr/bin/env bats
# prt-diff: keys, what is compared, and what it prints.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# shows TEXT ARG...: prt-diff ARG... prints TEXT, in few columns, with status 0.
shows()
{
	local want=$1

	shift
	run -0 --separate-stderr prt-diff -H -o "${COLS:-change,local_port,process,was}" "$@"
	assert_output_is "$want"
}

# A line of shows, with its fields divided by blanks.
row()
{
	local IFS=$'\t'

	printf '%s\n' "$*"
}

@test "new, gone, and the same" {
	{ rec; rec local_port=22 process=sshd; } | snap time=$T1 >old
	{ rec local_port=443; rec; } | snap time=$T2 >new
	shows "$(row new 443 nginx -; row gone 22 sshd -)" old new
	prt-diff old - <new | cmp - <(prt-diff old new)
	prt-diff old <new | cmp - <(prt-diff old new)
}

@test "the whole output: NEW's columns, order and ##prt, then the gone" {
	FIELDS=(proto local_port state process pid)
	{ rec local_port=1; rec local_port=2; rec local_port=9; } |
		snap time=$T1 host=a x=1 >old
	FIELDS=(pid proto extra local_port state process)
	{ rec local_port=9; rec local_port=8 extra=e; rec local_port=3; } |
		snap time=$T2 host=a scope=all x=2 >new
	run -0 --separate-stderr prt-diff old new
	assert_output_is "##prt 1 time=$T2 host=a scope=all x=2 since=$T1 partial=1
$(row '#pid' proto extra local_port state process change first_seen was)
$(row 100 tcp e 8 LISTEN nginx new $T2 -)
$(row 100 tcp - 3 LISTEN nginx new $T2 -)
$(row 100 tcp - 1 LISTEN nginx gone $T1 -)
$(row 100 tcp - 2 LISTEN nginx gone $T1 -)
##end records=4"
	[ -z "$stderr" ]
}

@test "-a: every record, and the snapshot is whole" {
	{ rec; rec local_port=1; } | snap time=$T1 >old
	{ rec pid=7; rec pid=8; rec local_port=2; rec local_port=2 pid=9; } |
		snap time=$T2 >new
	COLS=change,local_port,pid,first_seen shows "$(row unchanged 80 7 $T1
		row unchanged 80 8 $T1
		row new 2 100 $T2
		row new 2 9 $T2
		row gone 1 100 $T1)" -a old new
	run -0 prt-diff -a old new
	assert_output_is "$(prt-diff -a old - <new)"
	[ "${lines[0]}" = "##prt 1 time=$T2 since=$T1" ]
	[ "${lines[7]}" = "##end records=5" ]
}

@test "two snapshots without a header get the default columns" {
	printf '##prt 1 time=%s\n##end records=0\n' $T1 >old
	printf '##prt 1 time=%s\n##end records=0\n' $T2 >new
	run -0 prt-diff --header=always old new
	[ "${#lines[@]}" -eq 3 ]
	[ "$(tr '\t' '\n' <<<"${lines[1]}" | wc -l)" -eq 22 ]
	[[ ${lines[1]} == \#proto$'\t'state$'\t'*$'\t'cmdline$'\t'change$'\t'* ]]
}

@test "nothing to tell is no output at all, unless --header=always" {
	rec | snap time=$T1 >old
	rec | snap time=$T2 >new
	same old new
	same -F json old new
	same -F table old new
	run -0 prt-diff --header=always old new
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[2]}" = '##end records=0' ]
}

@test "the key: netns and the two ends, not pid, state nor process" {
	rec | snap >old
	rec netns=blue | snap >new
	shows "$(row new 80 nginx -; row gone 80 nginx -)" old new
	rec local_addr=127.0.0.1 | snap >new
	shows "$(row new 80 nginx -; row gone 80 nginx -)" old new
	rec remote_addr=10.0.0.1 remote_port=1 | snap >old
	rec remote_addr=10.0.0.1 remote_port=2 | snap >new
	shows "$(row new 80 nginx -; row gone 80 nginx -)" old new
	rec remote_addr=10.0.0.1 remote_port=1 pid=5 fd=9 | snap >new
	same old new
}

@test "the key: no two lists of values look the same" {
	FIELDS=(proto local_addr local_port netns remote_addr)
	{ rec local_addr=a netns=b; rec local_addr=ab; } | snap >old
	{ rec local_addr=a remote_addr=b; rec local_addr=b netns=a; } |
		snap >new
	run -0 prt-diff -H -o change old new
	assert_output_is "$(printf 'new\nnew\ngone\ngone')"
}

@test "what is compared: state, process, user and exe, but no other field" {
	rec | snap >old
	rec state=CLOSE_WAIT process=a user=b exe=/c | snap >new
	shows "$(row changed 80 a \
		state=LISTEN,process=nginx,user=root,exe=/usr/sbin/nginx)" \
		old new
	rec cmdline=x fd=7 ppid=4 parent=p uid=4 container=c/d service=s dir=in \
		pid=1 | snap >new
	same old new
}

@test "an executable that was deleted or replaced, or is elsewhere, is the same" {
	rec 'exe=/usr/sbin/nginx (deleted)' | snap >old
	rec 'exe=/usr/sbin/nginx (replaced)' | snap >new
	same old new
	rec 'exe=/usr/sbin/nginx (elsewhere)' | snap >new
	same old new
	rec | snap >new
	same old new
	rec exe=/tmp/nginx | snap >new
	shows "$(row changed 80 nginx 'exe=/usr/sbin/nginx (deleted)')" old new
}

@test "a value that is not known is not changed" {
	local field

	rec | snap >old
	for field in state process user exe; do
		rec "$field=-" | snap >new
		same old new
		same new old
	done
	rec process=- user=- exe=- pid=- state=CLOSE_WAIT | snap >new
	shows "$(row changed 80 - state=LISTEN)" old new
}

@test "without its process a record's user is the socket's: no change" {
	{ rec; rec user=www-data pid=101; } | snap >old
	rec user=sock process=- exe=- pid=- | snap >new
	same old new
	same new old
	rec user=other process=- exe=- pid=- | snap >old
	shows "$(row changed 80 - user=other)" old new
}

@test "an unknown member hides no new one while it is still there" {
	rec process=- exe=- pid=- | snap >old
	{ rec process=- exe=- pid=-; rec process=nc exe=/bin/nc; } | snap >new
	shows "$(row new 80 nc -)" old new
	shows "$(row gone 80 nc -)" new old
	# But it may be one of the processes that were known.
	rec process=nc exe=/bin/nc | snap >old
	same old new
	same new old
}

@test "members are sets: workers, and their number, are no change" {
	{ rec; rec user=www-data pid=101; rec user=www-data pid=102; } |
		snap >old
	{ rec; rec user=www-data pid=201; } | snap >new
	same old new
	same new old
	rec | snap >new
	COLS=change,user,pid shows "$(row gone www-data 101)" old new
}

@test "members that differ are paired in byte order, first to last" {
	{ rec process=b user=u1; rec process=a user=u2; rec process=x; } |
		snap >old
	{ rec process=x pid=3; rec process=d; rec process=c; rec process=e; } |
		snap >new
	COLS=change,process,user,was shows "$(
		row changed d root process=b,user=u1
		row changed c root process=a,user=u2
		row new e root -)" old new
	COLS=change,process,user,was shows "$(
		row changed b u1 process=d,user=root
		row changed a u2 process=c,user=root
		row gone e root -)" new old
}

@test "one row a member: the record with the lowest pid" {
	rec local_port=1 | snap >old
	{ rec pid=10; rec pid=9; rec pid=-; rec pid=11; } | snap >new
	COLS=change,pid shows "$(row new 9; row gone 100)" old new
	{ rec pid=10 process=a; rec pid=9 process=a; rec pid=8 process=b; } |
		snap >old
	COLS=change,pid,was shows "$(row changed 9 process=a
		row gone 8 -)" old new
}

@test "was: its values are escaped" {
	rec 'process=a,b=c\\d\x01' | snap >old
	rec | snap >new
	shows "$(row changed 80 nginx 'process=a\\,b\\=c\\\\d\x01')" old new
	run -0 prt-diff -F json -o was old new
	assert_output_is '{"was":{"process":"a,b=c\\d\u0001"}}'
}

@test "-k: another key, whose fields both sides must have" {
	rec pid=1 | snap >old
	rec pid=2 state=X | snap >new
	shows "$(row new 80 nginx -; row gone 80 nginx -)" \
		-k pid,proto,local_port old new
	shows "$(row changed 80 nginx state=LISTEN)" --key=proto old new
	shows "$(row new 80 nginx -; row gone 80 nginx -)" -c none -k \
		pid,proto,local_addr,local_port,remote_addr,remote_port,state \
		old new
	refuses 'old: no field nosuch (--key)' -k proto,nosuch old new
	FIELDS=(proto local_port)
	rec | snap >new
	refuses 'new: no field pid (--key)' -k proto,pid old new
	refuses 'new: no field pid (--key)' -k proto,pid new old
	refuses '--key=,: expected *' -k , old new
	refuses '--key=pid,pid: expected *' -k pid,pid old new
}

@test "-c: other fields, or none" {
	rec cmdline=a uid=1 | snap >old
	rec cmdline=b uid=2 state=X | snap >new
	shows "$(row changed 80 nginx cmdline=a,uid=1)" -c cmdline,uid old new
	same -c none old new
	same -c proto old new
	refuses 'old: no field nosuch (--compare)' -c nosuch old new
	rec local_port=81 | snap >new
	shows "$(row new 81 nginx -; row gone 80 nginx -)" -c none old new
}

@test "--only: some changes, which alone the exit status tells" {
	{ rec; rec local_port=1; } | snap >old
	{ rec process=x; rec local_port=2; rec local_port=2 pid=1; } | snap >new
	shows "$(row new 2 nginx -)" --only=new old new
	shows "$(row changed 80 x process=nginx; row gone 1 nginx -)" \
		--only=gone,changed old new
	shows "$(row new 2 nginx -; row new 2 nginx -)" -a --only=new old new
	run -0 prt-diff -a --only=new old new
	[ "${lines[0]}" = '##prt 1 partial=1' ]
	refuses '--only=new,: expected new, *' --only=new, old new
	refuses '--only=same: expected *, unchanged*' --only=same old new
	# the new snapshot is complete again
	rec local_port=1 | snap >new
	run -0 prt-diff -a -H -o local_port,change --only=unchanged old new
	assert_output_is '1	unchanged'
	run -0 prt-diff -a --only=unchanged old new
	[ "${lines[0]}" = '##prt 1 partial=1' ]
	run -0 prt-diff -a --only=new,changed,unchanged old new
	[[ ${lines[0]} == '##prt 1' ]]
	run -0 prt-diff -q --only=unchanged old new
	rec | snap >new
	run -0 prt-diff -q --only=new,changed old new
	run -1 prt-diff -q --only=gone old new
}

@test "-q and --exit-code: 1 where there are changes" {
	rec | snap >old
	rec local_port=2 | snap >new
	run -1 --separate-stderr prt-diff -q old new
	[ -z "$output$stderr" ]
	run -1 prt-diff --exit-code -H old new
	[ "${#lines[@]}" -eq 2 ]
	run -0 prt-diff -q old old
	run -0 prt-diff --exit-code -a old old
	[ "${#lines[@]}" -eq 4 ]
	run -2 prt-diff -q old missing
}

@test "first_seen: the earliest of the key, OLD's time, NEW's time" {
	FIELDS+=(first_seen change was)
	{ rec local_port=1 first_seen=$T2; rec local_port=2
		rec local_port=3 first_seen=$T2 process=a
		rec local_port=3 first_seen=$T1 process=b
		rec local_port=4 first_seen=x; rec local_port=9; } |
		snap time=$T2 >old
	{ rec local_port=1; rec local_port=2; rec local_port=3 process=c
		rec local_port=4; rec local_port=5 first_seen=$T1; } |
		snap time=$T3 >new
	COLS=local_port,change,first_seen shows "$(row 1 unchanged $T2
		row 2 unchanged $T2
		row 3 changed $T1
		row 4 unchanged $T2
		row 5 new $T3
		row 3 gone $T1
		row 9 gone $T2)" -a old new
	sed 's/ time=[^ ]*//' <new >new2
	sed 's/ time=[^ ]*//' <old >old2
	COLS=local_port,first_seen shows "$(row 1 $T2; row 2 -; row 3 $T1
		row 4 -; row 5 -; row 3 $T1; row 9 -)" -a old2 new2
	# If OLD has no time, its keys were not first seen in NEW.
	COLS=local_port,first_seen shows "$(row 1 $T2; row 2 $T3; row 3 $T1
		row 4 $T3; row 5 $T3; row 3 $T1; row 9 -)" -a old2 new
}

@test "first_seen: another socket of the key is new" {
	FIELDS+=(inode)
	{ rec local_port=1 inode=5; rec local_port=2 inode=6
		rec local_port=3 inode=0; rec local_port=4 inode=1
		rec local_port=4 inode=2; } | snap time=$T1 >old
	{ rec local_port=1 inode=5; rec local_port=2 inode=7
		rec local_port=3 inode=9; rec local_port=4 inode=2
		rec local_port=4 inode=3; } | snap time=$T2 >new
	COLS=local_port,first_seen shows "$(row 1 $T1; row 2 $T2; row 3 $T1
		row 4 $T1; row 4 $T1)" -a old new
}

@test "what prt-diff printed is a snapshot again" {
	{ rec; rec local_port=1; } | snap time=$T1 >a
	{ rec process=x; rec local_port=2; } | snap time=$T2 >b
	{ rec process=x; rec local_port=3; } | snap time=$T3 >c
	prt-diff -a a b >ab
	run -0 prt-diff -a ab c
	[ "${#lines[@]}" -eq 6 ]
	COLS=local_port,change,first_seen shows "$(row 80 unchanged $T1
		row 3 new $T3; row 2 gone $T2)" -a ab c
	COLS=local_port,change,first_seen shows "$(row 80 unchanged $T3
		row 2 new $T2; row 3 gone $T3)" -a c ab
	# Without -a the output is no complete snapshot.
	prt-diff a b >ab
	refuses 'ab: partial=1: *' ab c
	refuses 'ab is a selection *' c ab
}

@test "rates of counters, where both have them and a time" {
	FIELDS+=(rx_bytes tx_bytes)
	{ rec local_port=1 rx_bytes=1000 tx_bytes=5
		rec local_port=2 rx_bytes=18446744073709551615
		rec local_port=3 rx_bytes=0 tx_bytes=0; rec local_port=4; } |
		snap time=$T1 >old
	{ rec local_port=1 rx_bytes=7000 tx_bytes=4
		rec local_port=2 rx_bytes=1
		rec local_port=3 rx_bytes=18446744073709551615 tx_bytes=599
		rec local_port=5 rx_bytes=3; } | snap time=$T2 >new
	COLS=local_port,rx_rate,tx_rate shows "$(row 1 10 -; row 2 - -
		row 3 30744573456182586 0; row 5 - -; row 4 - -)" -a old new
	run -0 prt-diff -a old new
	[[ ${lines[1]} == *$'\twas\trx_rate\ttx_rate' ]]
	sed 's/ time=[^ ]*//' <new >new2
	run -0 --separate-stderr prt-diff -a old new2
	[[ ${lines[1]} == *$'\twas' ]]
	# Counters have no rate after a reboot, or if time went backwards.
	sed "s/^##prt 1/& boot=a/" <old >old2
	sed "s/^##prt 1/& boot=b/" <new >new2
	COLS=local_port,rx_rate shows "$(row 1 -; row 2 -; row 3 -; row 5 -
		row 4 -)" -a old2 new2
	COLS=local_port,rx_rate shows "$(row 1 -; row 2 -; row 3 -; row 4 -
		row 5 -)" -a new old
}

@test "rates: another inode counts from 0, but not one of another port" {
	FIELDS+=(rx_bytes inode)
	{ rec local_port=1 rx_bytes=1 inode=1; rec local_port=2 rx_bytes=1 \
		inode=2; } | snap time=$T1 >old
	{ rec local_port=1 rx_bytes=601 inode=1; rec local_port=2 rx_bytes=1200 \
		inode=3; rec local_port=3 rx_bytes=9 inode=2; } |
		snap time=$T2 >new
	COLS=local_port,rx_rate shows "$(row 1 1; row 2 2; row 3 -)" -a old new
}

@test "an interface stream: nothing is compared, -a has the rates" {
	FIELDS=(iface rx_bytes rx_packets tx_bytes)
	{ rec iface=eth0 rx_bytes=0 tx_bytes=0; rec iface=total rx_bytes=0; } |
		snap time=$T1 >old
	{ rec iface=eth0 rx_bytes=600 tx_bytes=1200 rx_packets=3
		rec iface=total rx_bytes=1; } | snap time=$T2 >new
	same old new
	COLS=iface,change,rx_rate,tx_rate shows "$(row eth0 unchanged 1 2
		row total unchanged 0 -)" -a old new
	rec iface=wlan0 | snap time=$T2 >new
	COLS=iface,change shows "$(row wlan0 new; row eth0 gone
		row total gone)" old new
	FIELDS=(proto local_port)
	rec | snap time=$T2 >new
	refuses 'old: no field proto, and no --key' old new
}

@test "the key: iface where both sides have it" {
	FIELDS+=(iface)
	{ rec iface=lo process=redis pid=1; rec iface=eth0 process=valkey
		rec iface=lo remote_addr=10.0.0.1 state=ESTABLISHED; } |
		snap time=$T1 >old
	# A socket that is bound to another device is a different one.
	{ rec iface=lo process=redis pid=1; rec iface=eth1 process=valkey
		rec iface=vrf1 remote_addr=10.0.0.1 state=ESTABLISHED; } |
		snap time=$T2 >new
	COLS=iface,change,process shows "$(row eth1 new valkey
		row vrf1 new nginx; row eth0 gone valkey
		row lo gone nginx)" old new
	{ rec iface=lo; rec iface=-; } | snap time=$T1 >old
	rec iface=lo | snap time=$T2 >new
	COLS=iface,change shows "$(row - gone)" old new
	# If one side does not know the device, it is not news.
	{ rec iface=lo; rec iface=eth0; } | snap time=$T1 >with
	unset 'FIELDS[-1]'
	{ rec; rec; } | snap time=$T1 >without
	same with without
	same without with
	# It takes the place of no other field.
	FIELDS=(local_port iface)
	rec iface=lo | snap >old
	rec iface=eth0 | snap >new
	FIELDS=(proto local_port)
	rec | snap >other
	refuses 'old: no field proto, and no --key' old other
}

@test "-S: a state without iface is quiet, and has it from then on" {
	rec | snap time=$T1 >new
	run -0 prt-diff -S state <new
	FIELDS+=(iface)
	rec iface=lo | snap time=$T2 >new
	run -0 prt-diff -H -S state <new
	[ -z "$output" ]
	rec iface=eth0 | snap time=$T3 >new
	run -0 prt-diff -H -o change,iface -S state <new
	[ "$output" = "$(row new eth0; row gone lo)" ]
}

@test "-c unit: without an owner it is the socket's, and no news" {
	FIELDS+=(unit)
	rec unit=ssh.service | snap time=$T1 euid=0 unowned=0 >root
	rec pid=- process=- uid=0 unit=ssh.socket exe=- cmdline=- fd=- |
		snap time=$T1 euid=1000 unowned=1 >user
	rec unit=sshd.service | snap time=$T3 euid=0 unowned=0 >other
	run -0 --separate-stderr prt-diff -H -c process,user,uid,unit root user
	[ -z "$output" ]
	run -0 --separate-stderr prt-diff -H -c process,user,uid,unit user root
	[ -z "$output" ]
	COLS=change,unit,was shows \
		"$(row changed sshd.service unit=ssh.service)" \
		-c process,user,uid,unit root other
	# A state keeps the process's value.
	for scan in root user; do
		run -0 --separate-stderr prt-diff -H \
			-c process,user,uid,unit -S state <$scan
	done
	[ -z "$output" ]
	run -0 --separate-stderr prt-diff -H -o change,unit,was \
		-c process,user,uid,unit -S state <other
	[ "$output" = "$(row changed sshd.service unit=ssh.service)" ]
}

@test "-c container: without an owner it is the socket's, and no news" {
	FIELDS+=(container_id)
	rec container=docker/web container_id=01 |
		snap time=$T1 euid=0 unowned=0 >root
	rec pid=- process=- uid=0 container=docker/0123456789ab container_id=0 \
	    exe=- cmdline=- fd=- | snap time=$T1 euid=1000 unowned=1 >user
	run -0 --separate-stderr prt-diff -H -c process,user,container,container_id root user
	[ -z "$output" ]
	run -0 --separate-stderr prt-diff -H -c process,user,container,container_id user root
	[ -z "$output" ]
}

@test "-o: columns of either side, all, or more" {
	FIELDS=(proto local_port mine)
	rec mine=1 | snap >old
	FIELDS=(proto local_port yours)
	rec yours=2 local_port=2 | snap >new
	run -0 prt-diff -o change,mine,yours,iface old new
	[ "${lines[1]}" = "$(row '#change' mine yours iface)" ]
	[ "${lines[2]}" = "$(row new - 2 -)" ]
	[ "${lines[3]}" = "$(row gone 1 - -)" ]
	run -0 prt-diff -o all old new
	[ "${lines[1]}" = "$(row '#proto' local_port yours mine change \
		first_seen was)" ]
	run -0 prt-diff -o +iface old new
	[ "${lines[1]}" = "$(row '#proto' local_port yours mine change \
		first_seen was iface)" ]
	run -2 prt-diff -o nosuch old new
	[ "${#lines[@]}" -eq 1 ]
}

@test "formats" {
	rec | snap time=$T1 >old
	rec process=x | snap time=$T2 >new
	run -0 prt-diff -F json -o change,local_port,was,first_seen old new
	assert_output_is '{"change":"changed","local_port":80,"was":{"process":"nginx"},"first_seen":"'$T1'"}'
	run -0 prt-diff -F csv -H -o change,was old new
	assert_output_is $'changed,process=nginx\r'
	run -0 prt-diff -F table -w old new
	[[ $output == *nginx* ]]
}

@test "bad use" {
	rec | snap >old
	refuses 'OLD is missing, as in prt-scan | prt-diff OLD (see prt-diff --help)'
	refuses 'too many operands *' old old old
	refuses 'too many operands *' -S s old old
	refuses 'OLD and NEW cannot both be standard input *' -
	refuses 'OLD and NEW cannot both be standard input *' - -
	refuses '--init needs -S *' --init old old
	refuses '--wait=x: expected *' --wait=x old old
	refuses 'option --nosuch: unknown *' --nosuch
	refuses 'missing: No such file or directory' missing old
	refuses 'missing: No such file or directory' old missing
	refuses '.: Is a directory' old .
	run -2 --separate-stderr prt-diff missing1 missing2
	[ "${stderr_lines[0]}" = 'prt-diff: missing1: No such file or directory' ]
}

@test "a standard output that cannot take it" {
	requires no-valgrind
	rec | snap >old
	rec local_port=2 | snap >new
	run -2 --separate-stderr bash -c 'prt-diff old new >/dev/full'
	[ "$stderr" = 'prt-diff: standard output: No space left on device' ]
	run -2 --separate-stderr bash -c 'prt-diff old new >&-'
	[ "${#stderr_lines[@]}" -eq 1 ]
	# A program with nothing to print does not fail.
	run -0 bash -c 'prt-diff old old >&-'
	run -0 bash -c 'prt-diff old old >/dev/full'
	run -1 bash -c 'prt-diff -q old new >&-'
}

@test "--help and --version" {
	run -0 prt-diff --help
	[[ $output == 'Usage: prt-diff '* ]]
	run -0 prt-diff --version
	[[ $output == 'prt-diff (prt) '* ]]
}
