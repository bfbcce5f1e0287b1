#!/usr/bin/env bats
# Large files are mapped, not read: others may change them meanwhile.
# shellcheck disable=SC2154

load helpers
load diff

setup()
{
	requires linux mkfifo
	cd "$BATS_TEST_TMPDIR" || return
	# more than a MiB
	rec local_port=%d | awk '{
		for (i = 1; i <= 15000; i++)
			printf $0 "\n", i }' | snap time=$T1 >big
	mkfifo new
	writer=
}

# after_go FILE: opens new at once; copies FILE to it when the file go exists.
after_go()
{
	{
		until [ -e go ]; do sleep 0.02; done
		cat "$1"
	} >new 3>&- &
	writer=$!
}

# starts COMMAND...: returns when it has mapped big and waits for more.
starts()
{
	"$@" >out 2>err 3>&- &
	pid=$!
	until grep -q '/big$' "/proc/$pid/maps"; do
		kill -0 "$pid"
		sleep 0.02
	done
}

# ends STATUS MESSAGE: the command ends with that status, and no other message.
ends()
{
	local status=0

	wait "$pid" || status=$?
	# a program that ended before it opened new leaves the writer waiting
	[ -z "$writer" ] || kill "$writer" 2>/dev/null || :
	echo "$status: $(cat err)"
	[ "$status" -eq "$1" ]
	[ "$(cat err)" = "$2" ]
}

lost='big: cannot be read any more: was it changed meanwhile?'

@test "prt-diff: a file that is made shorter while it is read is exit 2" {
	snap time=$T2 </dev/null >none
	after_go none
	starts prt-diff big new
	truncate -s 8192 big
	touch go
	ends 2 "prt-diff: $lost"
}

@test "prt-flag: a file that is made shorter while it is read is exit 2" {
	snap time=$T2 </dev/null >none
	after_go none
	starts prt-flag big new
	truncate -s 8192 big
	touch go
	ends 2 "prt-flag: $lost"
}

@test "prt-diff -S: NEW is made shorter, and the state stays" {
	requires flock
	local holder

	rec | snap time=$T1 | prt-diff --init -S state
	cp state before
	exec {holder}>state.lock
	flock "$holder"
	starts prt-diff -S state big
	truncate -s 8192 big
	flock -u "$holder"
	ends 2 "prt-diff: $lost"
	cmp state before
	[ ! -e state.new ]
}

@test "a file that is whole is compared, however it is read" {
	cp big old
	rec local_port=1 process=other | snap time=$T2 >small
	{ head -n 2 small; sed -n 3p small; sed '1,3d' big; } >changed
	run -0 prt-diff -H -o change,local_port,was big changed
	[ "$output" = $'changed\t1\tprocess=nginx' ]
	run -0 prt-diff -H -o change,local_port,was big - <changed
	[ "$output" = $'changed\t1\tprocess=nginx' ]
	# input that was read from standard input is gone for the next program
	run -0 sh -c 'prt-diff -q big -; wc -c' <big
	[ "$output" = 0 ]
	# and input that was read before is not read again
	{ seq 100; cat big; } >shifted
	run -0 sh -c 'head -c 292 >/dev/null; prt-diff -q big -' <shifted
	[ -z "$output" ]
}
