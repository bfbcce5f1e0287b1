#!/usr/bin/env bats
# A process that ends while the scan reads it, and whose pid another one gets.
# shellcheck disable=SC2016

load helpers

setup()
{
	requires linux root strace python3
	daemon=$(fixture listend)
	port=20651
}

teardown()
{
	[ -z "${holder-}" ] || kill "$holder"
}

# In a pid namespace: a scan is held up between the process's descriptors and
# its details; meanwhile the process ends, and the command $1 runs.
scan_while()
{
	local script='
	"$1" 127.0.0.1 "$2" >ready &
	pid=$!
	until [ -s ready ]; do sleep 0.02; done
	echo "$pid" >pid
	strace -f -qq -o trace -P ../stat -e trace=openat \
	    -e inject=openat:delay_enter=700000 \
	    prt-scan -H -o local_port,pid,process,ppid,parent,uid,exe,cmdline "$2" >rows &
	scan=$!
	sleep 0.35
	kill "$pid"
	wait "$pid"
	eval "$3"
	wait "$scan"'

	cd "$BATS_TEST_TMPDIR" || return
	unshare -pf --mount-proc bash -c "$script" bash "$daemon" "$port" "$1" \
		3>&- 2>/dev/null
	pid=$(<pid)
}

@test "it ends: the record stays, and what is not known is -" {
	scan_while :
	run -0 cat rows
	assert_output_is "$port	$pid	-	-	-	-	-	-"
	grep -q DELAYED trace
}

@test "another process gets its number: nothing of that one is told" {
	scan_while 'echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
		sleep 5 &
		echo $! >other'
	[ "$(<other)" = "$pid" ]
	run -0 cat rows
	assert_output_is "$port	$pid	-	-	-	-	-	-"
	grep -q DELAYED trace
}

@test "its first thread has ended, and another still has the sockets" {
	[ "$(stat -c %s /proc/self/fd/)" -gt 0 ] || skip 'needs Linux 6.2'
	python3 -c '
import ctypes, socket, sys, threading, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
open(sys.argv[2], "w").write(str(s.fileno()))
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).pthread_exit(None)' "$port" "$BATS_TEST_TMPDIR/fd" 3>&- &
	holder=$!
	until grep -q '^State:.Z' "/proc/$holder/status"; do
		sleep 0.02
	done
	run -0 prt-scan -H -o pid,process,user,fd,cmdline "$port"
	[[ $output == "$holder	python3	root	$(<"$BATS_TEST_TMPDIR/fd")	"*\
"python3 -c"*" $port $BATS_TEST_TMPDIR/fd" ]]
}
