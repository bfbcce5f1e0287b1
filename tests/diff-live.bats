#!/usr/bin/env bats
# prt-diff on what prt-scan sees of real processes, in a network namespace of
# their own.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers

setup()
{
	requires linux netns nsenter
	cd "$BATS_TEST_TMPDIR" || return
	chmod 755 .
	declare -gA PID=() FX=()
	netns_find
	run_daemon main "${UNSHARE[@]}" -- "$(fixture listend)" -n
	FX[main]=${PID[main]}
}

teardown()
{
	local pid

	for pid in "${PID[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" || :
	done
	[ -z "${CGROUP-}" ] || rmdir "$CGROUP"
}

# run_daemon KEY CMD...: runs it until stop KEY; returns when it is ready.
run_daemon()
{
	local key=$1

	shift
	rm -f "ready.$key"
	"$@" 3>&- >"ready.$key" &
	PID[$key]=$!
	until [ -s "ready.$key" ]; do
		kill -0 "$!"
		sleep 0.01
	done
}

# start PATH ARG...: starts a copy of the daemon of that name in the namespace.
start()
{
	local path=$1

	shift
	mkdir -p "$(dirname "$path")"
	[ -e "$path" ] || cp "$(fixture listend)" "$path"
	run_daemon "${path##*/}" "${NSENTER[@]}" -t "${FX[main]}" \
		-- "$PWD/$path" "$@"
}

stop()
{
	kill "${PID[$1]}"
	wait "${PID[$1]}" || :
	unset "PID[$1]"
	# Its workers change their names with it, a moment later.
	while enter prt-scan -H -o process | grep -qx "$1"; do
		sleep 0.01
	done
}

scan()
{
	enter prt-scan "$@"
}

# rows WANT ARG...: what prt-diff prints since the scan old, with blanks between
# fields and commas between lines.
rows()
{
	local want=$1

	shift
	scan >new
	run -0 --separate-stderr prt-diff -H \
		-o "${COLS:-change,local_addr,local_port,process}" "$@" old new
	output=$(tr '\t\n' ' ,' <<<"$output")
	echo "got ${output%,}"
	[ "${output%,}" = "$want" ]
	[ -z "$stderr" ]
}

@test "a daemon is restarted: no row" {
	start bin/webd -w 2 127.0.0.1 8001
	scan >old
	stop webd
	start bin/webd -w 2 127.0.0.1 8001
	rows ''
}

@test "workers are recycled, or are more: no row" {
	requires root
	start bin/webd -u 65534 -w 2 127.0.0.1 8001
	scan >old
	stop webd
	start bin/webd -u 65534 -w 5 127.0.0.1 8001
	rows ''
	# With the reference tool's key all of them are changes.
	scan >new
	run -0 prt-diff -H -k pid,proto,local_addr,local_port,state -c none \
		old new
	[ "${#lines[@]}" -eq 9 ]
}

@test "another program takes the port: changed, once for each of its users" {
	requires root
	start bin/webd -u 65534 -w 3 127.0.0.1 8001
	scan >old
	stop webd
	start bin/evil -u 65534 -w 1 127.0.0.1 8001
	COLS=change,process,uid,was rows "$(
	)changed evil 0 process=webd,exe=$PWD/bin/webd,$(
	)changed evil 65534 process=webd,exe=$PWD/bin/webd"
}

@test "a binary of the same name elsewhere: changed, exe" {
	start bin/webd 127.0.0.1 8001
	scan >old
	stop webd
	start tmp/webd 127.0.0.1 8001
	COLS=change,process,was rows "changed webd exe=$PWD/bin/webd"
}

@test "an upgrade in place: no row, before the restart nor after" {
	start bin/webd 127.0.0.1 8001
	scan >old
	cp bin/webd bin/webd.new
	mv bin/webd.new bin/webd
	rows ''
	rm bin/webd
	rows ''
	scan >old
	stop webd
	start bin/webd 127.0.0.1 8001
	rows ''
}

@test "a listener is added, one is removed" {
	start bin/webd 127.0.0.1 8001
	scan >old
	start bin/maild 127.0.0.1 8002
	rows 'new 127.0.0.1 8002 maild'
	stop webd
	rows 'new 127.0.0.1 8002 maild,gone 127.0.0.1 8001 webd'
	stop maild
	rows 'gone 127.0.0.1 8001 webd'
}

@test "a bind is widened: one new, one gone" {
	start bin/webd 127.0.0.1 8001
	scan >old
	stop webd
	start bin/webd 0.0.0.0 8001
	rows 'new 0.0.0.0 8001 webd,gone 127.0.0.1 8001 webd'
}

@test "the same port in another network namespace" {
	requires root
	# -N also sees the namespaces of other tests: use a port of our own
	start bin/webd 127.0.0.1 8917
	scan -N 8917 >old
	run_daemon other unshare -n -- "$(fixture listend)" 0.0.0.0 8917
	scan -N 8917 >new
	run -0 prt-diff -H -o change,process,netns old new
	[[ $output == new$'\t'listend$'\tnet:['*']' ]]
	scan 8917 >new
	refuses_scope
	scan -N 8917 >old
	stop other
	scan -N 8917 >new
	run -0 prt-diff -H -o change,process,netns old new
	[[ $output == gone$'\t'listend$'\tnet:['*']' ]]
}

refuses_scope()
{
	run -2 --separate-stderr prt-diff old new
	[ -z "$output" ]
	[[ $stderr == *scope=*scope=*--force* ]]
}

@test "four sockets of one port (SO_REUSEPORT) become three: no row" {
	start bin/webd -r -w 4 127.0.0.1 8001
	scan >old
	[ "$(grep -c 8001 old)" -eq 4 ]
	stop webd
	start bin/webd -r -w 3 127.0.0.1 8001
	rows ''
	[ "$(grep -c 8001 new)" -eq 3 ]
}

@test "unchanged 100 times in a row, under load: no row" {
	start bin/webd -r -w 4 127.0.0.1 8001
	start bin/maild -w 3 0.0.0.0 8002
	start bin/victim 127.0.0.1 8003
	# Nothing accepts there: connections come and go, in its backlog too.
	start bin/loader -l 127.0.0.1 8003
	scan -l | prt-diff --init -S state
	for _ in {1..100}; do
		scan -l | prt-diff -S state >>out
	done
	cat out
	[ ! -s out ]
}

@test "ESTABLISHED to CLOSE_WAIT: changed" {
	start bin/webd -c 127.0.0.1 8001
	scan >old
	kill -USR1 "${PID[webd]}"
	until scan -H --state=CLOSE_WAIT | grep -q 8001; do
		sleep 0.01
	done
	# The client's end is a separate connection.
	scan >new
	run -0 prt-diff -H -o change,local_port,state,was old new
	[ "$(grep $'\t8001\t' <<<"$output")" = \
		$'changed\t8001\tCLOSE_WAIT\tstate=ESTABLISHED' ]
}

@test "seen as root, then by another user: a warning, and no row" {
	requires root setpriv
	start bin/webd -u 65534 -w 2 127.0.0.1 8001
	start bin/maild 0.0.0.0 8002
	scan >old
	enter_as 65534 prt-scan >new
	run -0 --separate-stderr prt-diff old new
	[ -z "$output" ]
	[[ $stderr == 'prt-diff: warning: new was scanned with fewer '* ]]
	run -0 --separate-stderr prt-diff new old
	[ -z "$output" ]
	# the new scan is the later one, too
	[[ $stderr == *'prt-diff: warning: new was scanned with fewer '* ]]
	# What changed meanwhile is reported as soon as it can be seen again.
	prt-diff --init -S state old
	prt-diff -S state new 2>/dev/null
	stop maild
	start bin/evil 0.0.0.0 8002
	scan >old
	run -0 prt-diff -H -o change,process,was -S state old
	[[ ${lines[-1]} == changed$'\t'evil$'\t'process=maild,exe=* ]]
}

@test "listeners only against all: refused" {
	start bin/webd 127.0.0.1 8001
	scan >old
	scan -l >new
	refuses_scope
	scan -l | prt-diff -q --init -S state
	run -2 bash -c "$(declare -f enter scan); $(declare -p FX NSENTER); \
		scan | prt-diff -S state"
	scan -l >new
	run -0 prt-diff -S state new
	[ -z "$output" ]
}

# contained ID CMD...: in a network namespace and a cgroup like docker's.
contained()
{
	local dir

	# cgroup version 2, or the named hierarchy of version 1.
	for dir in /sys/fs/cgroup /sys/fs/cgroup/systemd; do
		[ ! -e "$dir/cgroup.procs" ] || break
	done
	mkdir -p "$dir/docker-$1.scope" 2>/dev/null ||
		skip 'needs to make a cgroup'
	CGROUP=$dir/docker-$1.scope
	shift
	# shellcheck disable=SC2016
	run_daemon contained sh -c 'echo $$ >"$1/cgroup.procs"; shift
		exec unshare -n -- "$@"' sh "$CGROUP" "$@"
}

@test "a container is restarted: no row" {
	requires root
	local id

	id=$(printf '%064d' 20261124)
	mkdir bin
	cp "$(fixture listend)" bin/webd
	contained "$id" "$PWD/bin/webd" 0.0.0.0 8001
	prt-scan -N 8001 >old
	stop contained
	contained "$id" "$PWD/bin/webd" 0.0.0.0 8001
	prt-scan -N 8001 >new
	column netns <old | grep -qx "docker/${id::12}"
	run -0 prt-diff old new
	[ -z "$output" ]
	# Another container is not the same.
	sed 's,docker/0,docker/1,g' old >other
	run -1 prt-diff -q old other
}
