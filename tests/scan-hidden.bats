#!/usr/bin/env bats
# Hidden owners: unowned counts the sockets, and none is left out.
# shellcheck disable=SC2016

load helpers

setup()
{
	requires linux root python3
	port=20671
}

teardown()
{
	stop_sockets
	[ -z "${holder-}" ] || kill "$holder" 2>/dev/null || :
}

# machine SCRIPT: runs it in pid, mount and network namespaces of its own, in
# which root listens on $1; nobody ARG... runs prt-scan as that user.
machine()
{
	(
		cd "$BATS_TEST_TMPDIR" || exit
		unshare -npfm --mount-proc bash -c '
		rm -f ready
		ip link set lo up
		python3 -c "
import socket, sys, time
s = socket.socket(); s.bind((\"127.0.0.1\", int(sys.argv[1]))); s.listen()
print(flush=True); time.sleep(60)" "$1" >ready &
		until [ -s ready ]; do sleep 0.02; done
		nobody() {
			setpriv --reuid=65534 --regid=65534 --clear-groups \
				/proc/self/fd/9 "$@"
		}
		'"$1"'
		kill $!' bash "$port" 3>&- 9<"$(command -v prt-scan)"
	)
}

@test "hidden owners are told with a table, and to root; else on a terminal" {
	requires netns setpriv
	start_sockets
	run -0 --separate-stderr enter_as 65534 prt-scan -l -F table
	[[ $stderr == "prt-scan: the owner"*" hidden: root, or sudo prt-scan, sees more" ]]
	run -0 --separate-stderr enter_as 65534 prt-scan -l
	[ -z "$stderr" ]
	# root without a capability does not expect hidden owners
	run -0 --separate-stderr enter setpriv --bounding-set -sys_ptrace \
	    --inh-caps -sys_ptrace prt-scan -l
	[[ $stderr == "prt-scan: the owner"*" hidden: root lacks cap_sys_ptrace" ]]
}

@test "another user's processes, in sight" {
	run -0 machine 'nobody -o local_port,pid'
	[[ ${lines[0]} == *" unowned=1 "* ]]
	[ "${lines[2]}" = "$port	-" ]
}

@test "hidepid: out of sight, and counted all the same" {
	for how in hidepid=1 hidepid=2 hidepid=4; do
		run -0 machine "mount -o remount,$how /proc || exit
			nobody -o local_port,pid"
		[[ ${lines[0]} == *" unowned=1 "* ]]
		[ "${lines[2]}" = "$port	-" ]
		run -0 machine "mount -o remount,$how /proc || exit
			nobody --strict -H -o local_port,pid || echo status \$?"
		[[ $output == *"the owner of 1 socket is hidden"* ]]
		[ "${lines[-1]}" = "status 2" ]
	done
}

@test "--pid of a process out of sight is no answer" {
	run -0 machine '
		pid=$(prt-scan -H -o pid)
		nobody -H --pid=$pid 2>&1 | sed "s/$pid/PID/"
		nobody --strict -q --pid=$pid 2>/dev/null || echo status $?
		nobody --strict -H --pid=$$,$pid 2>&1 | wc -l
		setpriv --reuid=65534 --regid=65534 --clear-groups sh -c \
			"exec /proc/self/fd/9 --strict -q --pid=\$\$" || echo status $?'
	assert_output_is 'prt-scan: /proc/PID/fd: Permission denied
status 2
2
status 1'
}

@test "hidepid: root sees them" {
	run -0 machine 'mount -o remount,hidepid=2 /proc
		prt-scan -o local_port,process'
	[[ ${lines[0]} == *" unowned=0 "* ]]
	[ "${lines[2]}" = "$port	python3" ]
}

# A process that gave up root still lists its descriptors, but the links cannot
# be read.
@test "links that may not be read" {
	requires strace
	run -0 machine 'strace -f -qq -o trace -e trace=readlinkat \
		-e inject=readlinkat:error=EACCES prt-scan -o local_port,pid'
	[[ ${lines[0]} == *" unowned=1 "* ]]
	[ "${lines[2]}" = "$port	-" ]
}

@test "rights that lack for one link lack for all: a call a process, no more" {
	requires strace
	run -0 machine '
		for fd in $(seq 20 60); do eval "exec $fd</dev/null"; done
		strace -f -qq -o trace -e trace=readlinkat \
			-e inject=readlinkat:error=EACCES prt-scan >/dev/null
		grep -c "\"[0-9]*\", .*EACCES" trace
		ls -d /proc/[0-9]* | wc -l'
	[ "${lines[0]}" -gt 2 ]
	[ "${lines[0]}" -le $((lines[1] + 1)) ]
}

@test "a socket without inode is held by no process: it does not count" {
	run -0 machine '
		python3 -c "
import socket
for i in range(3):
    socket.create_connection((\"127.0.0.1\", $1)).close()"
		nobody -o state,pid,inode'
	[[ ${lines[0]} == *" unowned=1 "* ]]
	# connections that nobody has accepted, and remains of others
	[ "$(grep -c -- '-	-$' <<<"$output")" -ge 3 ]
}

# hold CODE: in its own network namespace, a process listens on the port with
# the socket s and runs CODE; it goes on when the file `go' exists.
hold()
{
	cd "$BATS_TEST_TMPDIR" || return
	cat >hold.py <<-END
		import array, ctypes, os, socket, sys, time
		def wait():
		    open("ready", "w").close()
		    while not os.path.exists("go"):
		        time.sleep(0.02)
		s = socket.socket()
		s.bind(("127.0.0.1", $port))
		s.listen()
		$1
		open("there", "w").close()
		time.sleep(60)
	END
	unshare -n python3 hold.py 3>&- &
	holder=$!
	await_file ready
}

await_file()
{
	until [ -e "$1" ]; do
		kill -0 "$holder" 2>/dev/null || return
		sleep 0.02
	done
}

# there COMMAND...: runs it in that namespace.
there()
{
	nsenter -n -t "$holder" -- "$@"
}

# nobody_there [OPTION]...: prt-scan as that user.
nobody_there()
{
	there setpriv --reuid=65534 --regid=65534 --clear-groups \
		/proc/self/fd/9 -o local_port,pid,sock_uid "$@" \
		9<"$(command -v prt-scan)"
}

# assert_ownerless: its row is there, without a process; only a scan that sees
# all processes counts that as certain.
assert_ownerless()
{
	run -0 --separate-stderr there prt-scan --owners=walk \
		-o local_port,pid,sock_uid
	[ "${lines[2]}" = "$port	-	0" ]
	[ -z "$stderr" ]
	# the iterator is for scans from which nothing is hidden
	if there prt-scan --owners=bpf -o pid >/dev/null 2>&1; then
		run -0 --separate-stderr there prt-scan --owners=bpf \
			-o local_port,pid,sock_uid
		[[ ${lines[0]} == *' unowned=0 '* ]]
		[ "${lines[2]}" = "$port	-	0" ]
	fi
	run -2 --separate-stderr nobody_there --strict
	[[ ${lines[0]} == *' unowned=1 '* ]]
	[ "${lines[2]}" = "$port	-	0" ]
	[[ $stderr == *': the owner of 1 socket is hidden: '* ]]
}

@test "in flight between two processes: kept, without owner, until it is there" {
	hold 'a, b = socket.socketpair(socket.AF_UNIX)
socket.send_fds(a, [b"x"], [s.fileno()])
s.close()
wait()
got = socket.recv_fds(b, 1, 1)'
	assert_ownerless
	: >go
	await_file there
	run -0 there prt-scan -o local_port,pid,sock_uid
	[[ ${lines[0]} == *' unowned=0 '* ]]
	[ "${lines[2]}" = "$port	$holder	0" ]
}

# hold_by_ring COUNT [CODE]: the listener is COUNT fixed files of a ring, whose
# process runs CODE before it closes the socket.
hold_by_ring()
{
	hold "c = ctypes.CDLL(None, use_errno=True)
SETUP, REGISTER, FILES = 425, 427, 2
ring = c.syscall(SETUP, 4, ctypes.create_string_buffer(120))
fds = (ctypes.c_int * $1)(*[s.fileno()] * $1)
if ring < 0 or c.syscall(REGISTER, ring, FILES, fds, $1) < 0:
    sys.exit(open('refused', 'w').close())
${2-}
s.close()
wait()" || [ ! -e refused ] || skip 'needs io_uring'
	await_file ready
}

# Whether the kernel shows the files of a ring: since 6.14.
tells_fixed_files()
{
	[ "$(printf '%s\n' 6.14 "$(uname -r)" | sort -V | head -n 1)" = 6.14 ]
}

@test "held by an io_uring alone: its process is told, without a descriptor" {
	hold_by_ring 1
	if ! tells_fixed_files; then
		assert_ownerless
		return
	fi
	ways=(walk auto)
	! prt-scan --owners=bpf -o pid >/dev/null 2>&1 || ways+=(bpf)
	for way in "${ways[@]}"; do
		run -0 --separate-stderr there prt-scan --owners=$way \
			-o local_port,pid,process,fd
		[ -z "$stderr" ]
		[[ ${lines[0]} == *' unowned=0 '* ]]
		[ "${lines[2]}" = "$port	$holder	python3	-" ]
	done
	run -0 there prt-scan --owners=walk -H -o fd --pid="$holder"
	[ "$output" = - ]
}

@test "a ring of many files, descriptors and processes: read once, each told once" {
	requires strace
	hold_by_ring 500 'for i in range(400):
    os.dup(ring)
child = os.fork()
if child == 0:
    s.close()
    time.sleep(60)
print(child, file=open("child", "w"), flush=True)'
	tells_fixed_files || skip 'needs Linux 6.14'
	run -0 there strace -f -qq -o trace -e trace=openat \
		prt-scan --owners=walk -H -o pid
	assert_output_is "$(printf '%s\n' "$holder" "$(<child)" | sort -n)"
	[ "$(grep -c fdinfo trace)" -eq 1 ]
	kill "$(<child)"
}

# Its socket is in flight, and so without an owner.
@test "a ring's file that is called as a socket is: it is none" {
	hold 'c = ctypes.CDLL(None, use_errno=True)
SETUP, REGISTER, FILES = 425, 427, 2
a, b = socket.socketpair(socket.AF_UNIX)
socket.send_fds(a, [b"x"], [s.fileno()])
f = open("socket:[%d]" % os.fstat(s.fileno()).st_ino, "w")
ring = c.syscall(SETUP, 4, ctypes.create_string_buffer(120))
fds = (ctypes.c_int * 1)(f.fileno())
if ring < 0 or c.syscall(REGISTER, ring, FILES, fds, 1) < 0:
    sys.exit(open("refused", "w").close())
s.close()
wait()' || [ ! -e refused ] || skip 'needs io_uring'
	await_file ready
	run -0 there prt-scan --owners=walk -H -o local_port,pid
	[ "$output" = "$port	-" ]
}

# Below unpriv: there, a listener of a login account would be suspect.
@test "a user's process has root's socket, too: root's process may be hidden" {
	port=81
	hold 'child = os.fork()
if child == 0:
    os.setgroups([])
    os.setresgid(1234, 1234, 1234)
    os.setresuid(1234, 1234, 1234)
    # PR_SET_DUMPABLE
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    time.sleep(60)
while "Uid:\t1234" not in open("/proc/%d/status" % child).read():
    time.sleep(0.02)
time.sleep(0.2)
print(child, file=open("child", "w"), flush=True)
wait()'
	there setpriv --reuid=1234 --regid=1234 --clear-groups \
		/proc/self/fd/9 9<"$(command -v prt-scan)" >user
	[[ $(head -n 1 user) == *' unowned=1 '* ]]
	[ "$(column pid <user)" = "$(<child)" ]
	# with any fields
	there setpriv --reuid=1234 --regid=1234 --clear-groups \
		/proc/self/fd/9 -o pid 9<"$(command -v prt-scan)" >pids
	[[ $(head -n 1 pids) == *' unowned=1 '* ]]
	run -2 --separate-stderr there setpriv --reuid=1234 --regid=1234 \
		--clear-groups /proc/self/fd/9 --strict -o pid \
		9<"$(command -v prt-scan)"
	[[ $stderr == *'the owner of 1 socket is hidden'* ]]
	# if only that process is asked for, the answer is known
	run -0 there setpriv --reuid=1234 --regid=1234 --clear-groups \
		/proc/self/fd/9 --strict -o pid --pid="$(<child)" \
		9<"$(command -v prt-scan)"
	[[ ${lines[0]} == *' unowned=0 '* ]]
	# that no other process has it cannot be said
	run -0 prt-flag -X -o flags -H -s user
	[ -z "$output" ]
	run -0 --separate-stderr prt-flag -X --enable=nonroot-privileged user
	[ "$stderr" = 'prt-flag: user: off: nonroot-privileged: owners were hidden, or may have been' ]
	there prt-scan >root
	[[ $(head -n 1 root) == *' unowned=0 '* ]]
	[ "$(column pid <root | wc -l)" -eq 2 ]
	kill "$(<child)"
}

@test "another pid namespace: who is outside of it is hidden" {
	hold 'wait()'
	# without a /proc of its own it can see all of them
	run -0 there unshare -pf prt-scan -o local_port,pid,sock_uid
	[[ ${lines[0]} == *' unowned=0 '* ]]
	[ "${lines[2]}" = "$port	$holder	0" ]
	run -2 --separate-stderr there unshare -pf --mount-proc \
		prt-scan --strict -o local_port,pid,sock_uid
	[[ ${lines[0]} == *' unowned=1 '* ]]
	[ "${lines[2]}" = "$port	-	0" ]
	[ "$stderr" = 'prt-scan: the owner of 1 socket is hidden, even from root' ]
	# a socket of a process inside is not hidden, and then no other is
	run -0 --separate-stderr unshare -npf --mount-proc bash -c '
		python3 -c "
import socket, time
s = socket.socket(); s.bind((\"127.0.0.1\", 1)); s.listen()
print(flush=True); time.sleep(60)" >inside &
		until [ -s inside ]; do sleep 0.02; done
		prt-scan --strict -o local_port,process' 3>&-
	[[ ${lines[0]} == *' unowned=0 '* ]]
	[ "${lines[2]}" = '1	python3' ]
}

@test "root of a user namespace: the owners outside of it are hidden" {
	requires userns
	hold 'wait()'
	run -2 --separate-stderr there setpriv --reuid=65534 --regid=65534 \
		--clear-groups unshare -r /proc/self/fd/9 --strict \
		-o local_port,pid,sock_uid 9<"$(command -v prt-scan)"
	[[ ${lines[0]} == *' euid=0 unowned=1 '* ]]
	[ "${lines[2]}" = "$port	-	65534" ]
	[[ $stderr == *': the owner of 1 socket is hidden, even from root' ]]
}

@test "threads without end that may have descriptors of their own: counted" {
	requires strace
	cat >"$BATS_TEST_TMPDIR/threads.py" <<-END
		import os, socket, threading, time
		a, b = socket.socketpair(socket.AF_UNIX)
		s = socket.socket()
		s.bind(("127.0.0.1", $((port + 1))))
		s.listen()
		socket.send_fds(a, [b"x"], [s.fileno()])
		s.close()
		files = [os.dup(a.fileno()) for i in range(400)]
		threading.stack_size(65536)
		for i in range(1000):
		    threading.Thread(target=time.sleep, args=(60,),
		                     daemon=True).start()
		print(flush=True)
		time.sleep(60)
	END
	# in a tree that may be another machine's, threads that share a table
	# are not known
	run -0 machine 'python3 threads.py >threads 3>&- &
		prt-scan -o pid --proc=/proc | head -n 1
		until [ -s threads ]; do sleep 0.02; done
		prt-scan -o local_port,process --proc=/proc
		strace -qq -f --seccomp-bpf -o trace -e trace=readlinkat \
			prt-scan -H -o process
		grep -c "socket:" trace'
	[[ ${lines[0]} == *' unowned=0 '* ]]
	[[ ${lines[1]} == *' unowned=1 '* ]]
	[ "${lines[3]}" = "$port	python3" ]
	[ "${lines[4]}" = "$((port + 1))	-" ]
	# on this machine they are: each process is read once
	[ "${lines[-1]}" -lt 1000 ]
}

@test "a mount over a process hides what it has: said, and counted" {
	machine 'set -e
		pid=$!
		[ "$(prt-scan -H -o pid "$1" 2>quiet)" = "$pid" ]
		[ ! -s quiet ]
		for over in . fd; do
			mount -t tmpfs lab "/proc/$pid/$over"
			prt-scan -o pid,process "$1" >seen 2>said
			umount "/proc/$pid/$over"
			grep -q " unowned=1 " seen
			grep -qx -- "-	-" seen
			echo "prt-scan: /proc/$pid: something is mounted there:" \
				"what that process has is hidden, even from root" |
				diff - said
		done
		# another process in its place
		mount --bind /proc/self "/proc/$pid"
		prt-scan -o pid,process "$1" 2>said >seen
		grep -q "/proc/$pid: something" said
		grep -q " unowned=1 " seen
		umount "/proc/$pid"
		# what has nothing to do with processes is none
		mount -t tmpfs lab /proc/bus
		prt-scan -H -o pid "$1" 2>said >seen
		[ ! -s said ]'
}
