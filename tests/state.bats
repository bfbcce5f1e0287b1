#!/usr/bin/env bats
# prt-diff -S: the kept state.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# minute N: the time of minute N.
minute()
{
	printf '2026-11-24T03:%02d:00.000Z' "$1"
}

# scan [KEY=VALUE]... <records: writes a snapshot of them to new, one minute
# after the one before; the first is at minute 1.
scan()
{
	echo >>scans
	snap "time=$(minute "$(wc -l <scans)")" "$@" >new
}

# tells WANT ARG...: prt-diff -S state ARG... new prints WANT: change, port, and
# the fields in COLS.
tells()
{
	local want=$1

	shift
	run -0 --separate-stderr prt-diff -H \
		-o "change,local_port${COLS:+,$COLS}" -S state "$@" new
	[ "$(tr '\t\n' ' ,' <<<"$output")" = "$want," ] || {
		echo "$output"
		return 1
	}
}

# A state with one record.
saved()
{
	rec | scan scope=all
	prt-diff --init -S state new
	cp state state.before
}

kept()
{
	cmp state state.before
	[ ! -e state.new ]
}

@test "a missing state: every record is new, and a message says so" {
	{ rec; rec local_port=1; } | scan
	tells 'new 80,new 1'
	[ "$stderr" = 'prt-diff: state: no state yet: every record is new' ]
	[ "$(stat -c %a state)" = 600 ]
	tells ''
	[ -z "$stderr" ]
	{ rec local_port=1; rec local_port=2; } | scan
	tells 'new 2,gone 80'
	[ -z "$stderr" ]
	tells ''
}

@test "the state: NEW's records, columns and ##prt, and first_seen" {
	rec | scan host=a scope=all
	prt-diff -q --init -S state new
	FIELDS=(proto local_port process change was)
	{ rec change=new; rec local_port=1; rec local_port=2 change=gone; } |
		scan scope=all host=a since=x
	prt-diff -S state new >/dev/null
	run -0 cat state
	assert_output_is "##prt 1 time=2026-11-24T03:02:00.000Z scope=all host=a state=1
#proto	local_port	process	first_seen
tcp	80	nginx	2026-11-24T03:01:00.000Z
tcp	1	nginx	2026-11-24T03:02:00.000Z
##end records=2"
}

@test "--init saves and prints nothing" {
	rec | scan
	run -0 --separate-stderr prt-diff --init -S state new
	[ -z "$output$stderr" ]
	tells ''
	rec local_port=1 | scan
	run -0 --separate-stderr prt-diff --init --exit-code -S state new
	[ -z "$output$stderr" ]
	tells ''
}

@test "NEW from standard input; -q updates too, and status 1 is an answer" {
	rec | scan
	run -1 --separate-stderr prt-diff -q -S state <new
	[ -z "$output" ]
	run -0 prt-diff -q -S state - <new
	rec local_port=1 | scan
	run -1 prt-diff --exit-code -S state <new
	run -0 prt-diff --exit-code -S state <new
	rec local_port=2 | scan
	run -0 prt-diff -q --only=changed -S state <new
	tells ''
}

@test "first_seen through many runs" {
	local run

	{ rec; rec local_port=1; } | scan
	prt-diff -q --init -S state new
	for run in {1..10}; do
		{ rec process="p$run"; rec local_port=$((run % 2)); } | scan
		prt-diff -q -S state new || :
	done
	{ rec process=last; rec local_port=0; rec local_port=1; } | scan
	COLS=first_seen tells "changed 80 $(minute 1),new 1 $(minute 12)" \
		--only=changed,new
}

@test "other keys and compared fields, from run to run" {
	{ rec pid=1; rec pid=2; } | scan
	prt-diff --init -S state new
	{ rec pid=1 cmdline=x; rec pid=3; } | scan
	COLS=pid,was tells 'changed 80 1 cmdline=nginx,new 80 3 -,gone 80 2 -' \
		-k proto,local_port,pid -c cmdline
	{ rec pid=1 cmdline=x; rec pid=4; } | scan
	tells ''
	tells '' -k proto,local_port,pid
	{ rec pid=1; rec pid=4; } | scan
	COLS=pid,was tells 'changed 80 1 cmdline=x' -k proto,local_port,pid \
		-c cmdline
}

@test "a file that is no state is never replaced" {
	rec | scan
	rec local_port=1 | snap time=$T1 >state
	cp state state.before
	refuses 'state: not a state file of prt-diff: left as it is' -S state new
	kept
	refuses 'state: not a state file *' --init --force -S state new
	kept
	echo 'my diary' >state
	cp state state.before
	refuses 'state:1: no header and no TAB: no record stream (-F tsv), *' -S state new
	kept
	: >state
	refuses 'state: not a state file *' -S state new
	[ ! -s state ]
}

@test "a folder is no state, and nothing is left in it" {
	mkdir folder
	rec | scan
	refuses 'folder/: not the name of a file' -S folder/ new
	refuses 'folder: not a regular file' -S folder new
	refuses ': not the name of a file' -S '' new
	[ -z "$(ls -A folder)" ]
}

@test "a damaged state is not taken for one" {
	saved
	head -n -1 state.before >state
	refuses 'state: cut short: *' -S state new
	sed 3d state.before >state
	refuses 'state: not a state file *' -S state new
	mkdir d
	refuses 'd: not a regular file' -S d new
	mkfifo fifo
	refuses 'fifo: not a regular file' -S fifo new
	refuses 'no/such/file: there is no folder no/such (mkdir -m 700)' \
		-S no/such/file new
	refuses 'fifo/file: Not a directory' -S fifo/file new
}

@test "a scan older than the state" {
	rec | scan
	cp new older
	rec local_port=1 | scan
	prt-diff --init -S state new
	cp state state.before
	refuses 'older has time=*:01:00.000Z, older than state with time=*:02:00.000Z *' \
		-S state older
	kept
	# The same time is not older.
	tells ''
	# A run that does not replace the state may read it.
	prt-diff -q state older && return 1
	kept
	# The clock was wrong then; this would stop every run from now on.
	mv older new
	tells 'new 80,gone 1' --force
	[[ $stderr == 'prt-diff: warning: new has time='*', older than state with'* ]]
	grep -q "^##prt.*:01:00.000Z.*state=1" state
	tells ''
}

@test "scopes: the state keeps its own, --force changes it" {
	saved
	rec | scan scope=tcp
	refuses 'state has scope=all, new has scope=tcp: *' -S state new
	kept
	tells '' --force
	tells ''
}

@test "a state of a selection is compared with selections" {
	{ rec process=sshd exe=-; rec local_port=1; } | scan
	sed -i /nginx$'\t'root/d new
	run -0 prt-diff --init -S state new
	{ rec process=sshd exe=-; rec process=sshd exe=- local_port=3
		rec local_port=1; } | scan
	refuses 'state is a selection *' -S state new
	sed -i /nginx$'\t'root/d new
	tells 'new 3'
	tells ''
	# The same for a snapshot that is marked as a selection.
	sed -i 's/^##prt 1/& partial=1/; /^##end/s/3/2/' new
	tells ''
}

@test "a stream without ##prt" {
	FIELDS=(proto local_port host)
	header >bare
	{ rec host=a; rec host=b; } >>bare
	prt-diff --init -S state bare
	sed 's/80/1/' bare >new
	tells 'new 1,new 1,gone 80,gone 80'
	tells ''
	sed -i /a$/d new
	tells ''
	[[ $stderr == 'prt-diff: warning: new: not scanned: host a: '* ]]
	FIELDS=(proto local_port)
	rm state
	rec >new
	run -2 prt-diff --init -S state new
	rec >>new
	{ header; cat new; } >new2
	prt-diff --init -S state new2
	{ header; rec; } >new
	tells ''
	{ header; } >new
	tells 'gone 80'
	tells ''
	rec | scan
	tells 'new 80'
}

@test "a host that was not scanned stays in the state" {
	FIELDS+=(host)
	{ rec host=a | snap host=a time=$T1; rec host=b |
		snap host=b time=$T1; } >new
	prt-diff --init -S state new
	rec host=a local_port=1 | snap host=a time=$T2 >new
	tells 'new 1,gone 80'
	[[ $stderr == 'prt-diff: warning: new: not scanned: host b: '* ]]
	tells ''
	FIELDS=(host local_port proto)
	{ rec host=a local_port=1 | snap host=a time=$T3; rec host=b |
		snap host=b time=$T3; rec host=c | snap host=c; } >new
	COLS=host,first_seen tells "new 80 c -" --only=new,gone
	COLS=host,first_seen tells "unchanged 1 a $T2,$(
		)unchanged 80 b $T1,unchanged 80 c -" -a
	[ -z "$stderr" ]
	# Each host's time is compared with its own.
	{ rec host=a | snap host=a time=$T3; rec host=b |
		snap host=b time=$T2; rec host=c | snap host=c; } >new
	refuses 'new has time=*, older than state with time=*' -S state new
}

@test "no state is written that the next run could not read" {
	local message='new: not every record and ##prt line says its host: '

	message+='cannot be kept beside other hosts'
	FIELDS+=(host)
	rec host=a | snap host=a time=$T1 >new
	prt-diff --init -S state new
	cp state before
	# host a was not scanned, but whose records are these?
	rec host=b | snap time=$T2 >new
	run -2 --separate-stderr prt-diff -S state new
	[ -z "$output" ]
	[ "${stderr_lines[1]}" = "prt-diff: $message" ]
	rec | snap host=b time=$T2 >new
	run -2 --separate-stderr prt-diff -S state new
	[ "${stderr_lines[1]}" = "prt-diff: $message" ]
	header >new
	run -2 --separate-stderr prt-diff --force -S state new
	[[ $stderr == *"prt-diff: $message" ]]
	cmp before state
	rm state
	{ header; rec host=b; rec; } >new
	refuses "$message" -S state new
	[ ! -e state ]
	# A single host may be nameless.
	{ header; rec; rec local_port=1; } >new
	prt-diff --init -S state new
	tells ''
	[ -z "$stderr" ]
}

@test "an owner that one run cannot see is kept for the next" {
	{ rec user=root pid=1; rec user=www-data pid=2; } | scan
	prt-diff --init -S state new
	rec pid=- process=- user=root exe=- fd=- | scan
	tells ''
	# Still hidden; then the same as before, or changed.
	tells ''
	cp state state.unseen
	{ rec user=root pid=7; rec user=www-data pid=8; } | scan
	tells ''
	cp state.unseen state
	rec process=nc exe=/bin/nc | scan
	COLS=process,was tells 'changed 80 nc process=nginx\x2cexe=/usr/sbin/nginx,gone 80 nginx -' || :
	[ "${lines[0]}" = $'changed\t80\tnc\tprocess=nginx,exe=/usr/sbin/nginx' ]
	[ "${lines[1]}" = $'gone\t80\tnginx\t-' ]
	# The same for a single value, and only for that.
	rec exe=- process=nc cmdline=other pid=9 | scan
	tells ''
	rec exe=/tmp/nc process=nc | scan
	COLS=was tells 'changed 80 exe=/bin/nc'
}

@test "all that is known of an owner is kept, whatever fields there are" {
	local more=(start unit cgroup container_id cwd rss cpu) field

	FIELDS+=("${more[@]}")
	rec "${more[@]/%/=7}" | scan
	prt-diff --init -S state new
	rec pid=- process=- user=root exe=- fd=- | scan
	tells ''
	for field in "${more[@]}"; do
		echo "$field"
		[ "$(prt-flag -X -H -o "$field" state)" = 7 ]
	done
}

@test "an owner that is not seen is not kept where another is there" {
	rec | scan
	prt-diff --init -S state new
	{ rec; rec pid=- process=- user=x exe=-; } | scan
	tells ''
	grep -q $'\t-\t-\tx\t' state
}

@test "a file of somebody else, or a link, is not followed" {
	requires root setpriv
	local as=(setpriv --reuid=65534 --regid=65534 --clear-groups)

	chmod 755 .
	rec | scan
	mkdir -m 1777 tmp
	echo precious >precious
	"${as[@]}" ln -s "$PWD/precious" tmp/state
	refuses 'tmp/state: *' -S tmp/state new
	rm -f tmp/state tmp/state.lock
	"${as[@]}" ln -s "$PWD/precious" tmp/state.lock
	refuses 'tmp/state.lock: *' -S tmp/state new
	"${as[@]}" ln -s "$PWD/nothing" tmp/state2.lock
	refuses 'tmp/state2.lock: *' -S tmp/state2 new
	[ ! -e nothing ]
	rm tmp/*
	"${as[@]}" mkfifo tmp/state.lock
	refuses 'tmp/state.lock: *' -S tmp/state new
	rm tmp/*
	"${as[@]}" touch tmp/state.lock
	refuses 'tmp/state.lock: *' -S tmp/state new
	rm tmp/*
	# A state of his could hide what he does.
	prt-diff --init -S tmp/state new
	chown 65534 tmp/state
	refuses 'tmp/state: belongs to user 65534, not to us' -S tmp/state new
	rm tmp/*
	# Our own link is no safer, and no other file is lost through it.
	ln -s "$PWD/precious" tmp/state
	refuses 'tmp/state: is a symbolic link' -S tmp/state new
	rm tmp/*
	# At the path that we write, his link is removed, not followed.
	"${as[@]}" ln -s "$PWD/precious" tmp/state.new
	prt-diff --init -S tmp/state new
	[ ! -e tmp/state.new ]
	grep -q state=1 tmp/state
	[ "$(<precious)" = precious ]
}

@test "what another user put in the place of FILE.new stops no run" {
	requires root setpriv
	local as=(setpriv --clear-groups)

	chmod 755 .
	mkdir -m 1777 tmp
	"${as[@]}" --reuid=65533 --regid=65533 mkdir tmp/state.new
	rec | scan
	chmod 644 new
	run -0 "${as[@]}" --reuid=65534 --regid=65534 "$(command -v prt-diff)" \
		--init -S tmp/state new
	[ "$(stat -c %u tmp/state)" = 65534 ]
	[ "$(ls -A tmp)" = $'state\nstate.lock\nstate.new' ]
}

@test "records without a ##prt are no successor of a scan's state" {
	saved
	grep -v '^##' new >bare
	refuses "bare: no ##prt line of a scan, which state has: *" \
		-S state bare
	kept
	# Two snapshots without ##prt.
	prt-diff --init -S other bare
	run -0 --separate-stderr prt-diff -S other bare
	[ -z "$stderr" ]
	run -0 --separate-stderr prt-diff -S other new
	[[ $stderr == 'prt-diff: warning: other: no ##prt line '* ]]
	same -S other new
	# --force does it anyway.
	run -0 --separate-stderr prt-diff --force -S other bare
	[[ $stderr == 'prt-diff: warning: bare: no ##prt line '* ]]
}

@test "only fields that prt-diff adds: nothing can be kept of that" {
	printf '##prt 1\n#change\nnew\n##end records=1\n' >new
	refuses 'new: only fields that prt-diff adds: nothing to keep' \
		-k change -c none -S state new
	[ ! -e state ]
	printf '##prt 1\n#first_seen\twas\n##end records=0\n' >new
	refuses 'new: only fields that prt-diff adds: nothing to keep' \
		-k was -c none -S state new
	[ ! -e state ]
}

@test "its mode is 0600, whatever the umask" {
	rec | scan
	(umask 0; prt-diff --init -S a new)
	(umask 777; prt-diff --init -S b new)
	[ "$(stat -c %a a b a.lock)" = $'600\n600\n600' ]
}

@test "--wait: another run holds the lock" {
	requires flock
	local holder

	saved
	rec local_port=1 | scan scope=all
	exec {holder}>state.lock
	flock "$holder"
	refuses 'state.lock: another run holds it, for 0 seconds (--wait)' \
		--wait=0 -S state new
	refuses 'state.lock: another run holds it, for 1 second (--wait)' \
		--wait=1 -S state new
	kept
	(sleep 0.3; flock -u "$holder") 3>&- &
	tells 'new 1,gone 80' --wait=5
	wait
	exec {holder}>&-
}

@test "no lock is held while the scan is still running" {
	saved
	mkfifo slow
	prt-diff -S state slow 3>&- >/dev/null &
	exec 9>slow
	tells '' --wait=0
	rec | scan scope=all
	cat new >&9
	exec 9>&-
	wait "$!"
}

@test "many runs at the same moment: each change is told once" {
	local run pids=()

	saved
	{ rec; rec local_port=1; } | scan scope=all
	for run in {1..20}; do
		prt-diff -H -S state new 3>&- >"out.$run" &
		pids+=("$!")
	done
	for run in "${pids[@]}"; do
		wait "$run"
	done
	[ "$(cat out.* | wc -l)" -eq 1 ]
	tells ''
}

@test "what was not written out is told by the next run" {
	requires no-valgrind
	saved
	rec local_port=1 | scan scope=all
	run -2 --separate-stderr bash -c 'prt-diff -S state new >/dev/full'
	[ "$stderr" = 'prt-diff: standard output: No space left on device' ]
	kept
	run -2 bash -c 'prt-diff -S state new >&-'
	kept
	# 141: SIGPIPE; 2: SIGPIPE was ignored.
	run bash -c 'prt-diff -S state new | exec 0<&-; exit "${PIPESTATUS[0]}"'
	if [ "$status" -ne 0 ]; then
		kept
		tells 'new 1,gone 80'
	fi
	tells ''
	# A run with nothing to print does not need standard output.
	scan scope=all <<<"$(rec local_port=1)"
	run -0 bash -c 'prt-diff -S state new >&-'
	grep -q "time=$(minute 3)" state
}

@test "a scan that failed, or that is cut, changes nothing" {
	saved
	refuses '*: nothing at all: *' -S state /dev/null
	kept
	head -n -1 new >short
	refuses 'short: cut short: *' -S state short
	kept
	run -2 bash -c 'false | prt-diff -S state'
	kept
}
