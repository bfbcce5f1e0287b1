#!/usr/bin/env bats
# prt-diff -S when the system fails it: killed, full, read-only.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	# LeakSanitizer does not work under strace.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	rec | snap time=$T1 >one
	{ rec local_port=1; rec local_port=2; } | snap time=$T2 >two
	prt-diff --init -S before one
	prt-diff -H before two >said
	cp before after
	prt-diff -q -S after two || :
}

# The calls by which prt-diff reads, locks, writes and replaces.  Those with a
# question mark do not exist on every kernel; musl uses them.
calls="?open,?stat,?unlink",openat,read,write,fstat,newfstatat,flock,fchmod,fsync,close,renameat
calls+=,renameat2,unlinkat,exit_group

# The next run reports what was not reported yet, and nothing else.
recovers()
{
	if cmp -s state before; then
		run -0 prt-diff -H -S state two
		cmp - said <<<"$output"
	else
		cmp state after
		# The news was printed before the state was replaced.
		cmp out said
		run -0 prt-diff -H -S state two
		[ -z "$output" ]
	fi
	cmp state after
	[ ! -e state.new ]
}

@test "killed at any system call: the old state or the new, whole" {
	requires strace
	local call n count=0 replaced=0

	cp before state
	strace -f -qq -o trace -e "trace=$calls" prt-diff -H -S state two >out
	sed -E 's/^[0-9]+ +//; s/\(.*//; /^[a-z]/!d' trace | sort | uniq -c >list
	while read -r n call; do
		while [ "$n" -gt 0 ]; do
			cp before state
			: >out
			run strace -f -qq -o /dev/null -e "trace=$call" \
				-e "inject=$call:signal=KILL:when=$n" \
				bash -c 'exec prt-diff -H -S state two >out'
			[ "$status" -eq 137 ]
			cmp -s state before || replaced=$((replaced + 1))
			recovers
			count=$((count + 1))
			n=$((n - 1))
		done
	done <list
	echo "killed $count times, $replaced times after the state was replaced"
	[ "$count" -gt 20 ]
	[ "$replaced" -gt 0 ]
}

@test "a system call that fails: status 2, the old state or the new" {
	requires strace
	local call error n count=0

	for call in ?open:ENOSPC ?open:EMFILE openat:ENOSPC openat:EMFILE \
	    write:ENOSPC write:EIO fsync:EIO fsync:ENOSPC close:EIO renameat:EACCES renameat2:EACCES \
	    fchmod:EPERM flock:ENOLCK read:EIO; do
		error=${call#*:}
		call=${call%:*}
		for n in 1 2 3 4 5 6 7 8; do
			cp before state
			run -0 bash -c "strace -f -qq -o trace -e trace=$call \
				-e inject=$call:error=$error:when=$n \
				-P state -P state.new -P state.lock -P two -P . \
				prt-diff -H -S state two >out 2>err; \
				echo \$?"
			grep -q INJECTED trace || break
			count=$((count + 1))
			# A close that fails after reading loses nothing.
			if [ "$output" -eq 0 ]; then
				[ "$call" = close ]
			else
				[ "$output" -eq 2 ]
				grep -v ^strace: err
				[ "$(grep -vc ^strace: err)" -eq 1 ]
			fi
			recovers
		done
	done
	echo "$count faults"
	[ "$count" -ge 20 ]
}

@test "a full disk" {
	requires root mounts
	# shellcheck disable=SC2016
	run -0 unshare -m bash -e -c '
		mkdir d
		mount -t tmpfs -o size=64k,mode=700 none d
		cp before d/state
		head -c 1M /dev/zero >d/fill 2>/dev/null || :
		st=0
		prt-diff -H -S d/state two >out 2>err || st=$?
		[ $st -eq 2 ]
		cmp out said
		grep -qx "prt-diff: d/state.new: No space left on device" err
		cmp d/state before
		[ ! -e d/state.new ]
		rm d/fill
		prt-diff -H -S d/state two | cmp - said
		prt-diff -H -S d/state two | cmp - /dev/null'
}

@test "a read-only folder, and a read-only file system" {
	requires root setpriv mounts
	chmod 755 .
	mkdir -m 755 ro
	cp before ro/state
	chown 65534 ro/state
	run -2 --separate-stderr setpriv --reuid=65534 --regid=65534 \
		--clear-groups -- /proc/self/fd/9 -S ro/state two \
		9<"$(command -v prt-diff)"
	[ -z "$output" ]
	[ "$stderr" = 'prt-diff: ro/state.lock: Permission denied' ]
	cmp ro/state before
	run -0 unshare -m bash -e -c '
		mkdir d
		mount -t tmpfs -o mode=700 none d
		cp before d/state
		mount -o remount,ro d
		st=0
		prt-diff -S d/state two >out 2>err || st=$?
		[ $st -eq 2 ]
		[ ! -s out ]
		grep -qx "prt-diff: d/state.lock: Read-only file system" err
		cmp d/state before'
}

@test "what a killed run left behind does no harm" {
	cp before state
	head -c 100 after >state.new
	chmod 0 state.new
	recovers
}
