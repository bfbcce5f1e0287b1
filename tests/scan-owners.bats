#!/usr/bin/env bats
# --owners: the walk of /proc and the iterator in the kernel find the same
# holders, and if the kernel refuses the iterator, the walk finds them.
# shellcheck disable=SC2016

load helpers

cols=proto,local_addr,local_port,state,pid,process,user,fd,parent,exe,cmdline

setup()
{
	requires linux
	port=20681
	cd "$BATS_TEST_TMPDIR" || return
}

teardown()
{
	stop_sockets
	[ -z "${holder-}" ] || kill "$holder"
	[ -z "${hold-}" ] || exec {hold}>&-
}

requires_bpf()
{
	requires root
	prt-scan --owners=bpf -o pid >/dev/null 2>&1 ||
		skip 'needs a kernel with BTF, and the first pid namespace'
}

# Outside the first pid namespace, bpf is refused before it is called.
requires_first_pidns()
{
	! prt-scan --owners=bpf -o pid 2>&1 | grep -qE 'first pid namespace|32 bits' ||
		skip 'needs the first pid namespace'
}

# Opens so many files that --owners=auto would use the iterator, in a process
# that also listens on the port.
hold_many_files()
{
	requires root python3 strace
	# a process may open only so many; the others end when the pipe does
	python3 -c '
import os, socket, sys, time
end, keep = os.pipe()
for i in range(23):
    if os.fork() == 0:
        os.close(keep)
        for i in range(900):
            os.open("/dev/null", os.O_RDONLY)
        os.write(1, b".")
        os.read(end, 1)
        os._exit(0)
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
time.sleep(100)' "$port" >held 3>&- &
	holder=$!
	until [ "$(wc -c <held)" -eq 23 ] && prt-scan -q -l "$port"; do
		kill -0 "$holder"
		sleep 0.02
	done
}

# the_walk CMD...: auto still finds the holder after the kernel has refused.
the_walk()
{
	run -0 --separate-stderr "$@" prt-scan --owners=auto -H \
		-o process,pid,user,local_port -l "$port"
	[ -z "$stderr" ]
	assert_output_is "python3	$holder	root	$port"
	run -2 --separate-stderr "$@" prt-scan --owners=bpf -l "$port"
	[ -z "$output" ]
	[[ $stderr == "prt-scan: --owners=bpf: "* ]]
}

@test "walk and bpf tell the same of every kind of socket" {
	requires_bpf
	requires netns nsenter
	start_sockets
	enter prt-scan -H --owners=walk -o $cols >walk
	run -0 --separate-stderr enter prt-scan -H --owners=bpf -o $cols
	[ -z "$stderr" ]
	assert_output_is "$(<walk)"
	grep -q "	${FX[share1]}	" walk
}

@test "the same of a pid, and without any column of a process" {
	requires_bpf
	requires netns nsenter
	start_sockets
	for arguments in "--pid=${FX[main]}" '-o local_port,pid,fd' '-o local_port'
	do
		# shellcheck disable=SC2086
		run -0 enter prt-scan -H --owners=bpf $arguments
		# shellcheck disable=SC2086
		assert_output_is "$(enter prt-scan -H --owners=walk $arguments)"
	done
}

@test "the same of every process of the machine, in all namespaces" {
	requires_bpf
	requires netns ip
	start_sockets
	prt-scan -H -N --owners=bpf | grep -v '	prt-scan	' >bpf
	prt-scan -H -N --owners=walk | grep -v '	prt-scan	' >walk
	diff <(grep "	${FX[main]}	" walk) <(grep "	${FX[main]}	" bpf)
	grep -q "	${FX[main]}	" walk
}

# listen(port), in python.
py_listen='def listen(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen()
    return s'

# A thread, with or without its own table, listens; with one ss has no owner.
own_table()
{
	requires python3
	python3 -c '
import ctypes, socket, sys, threading, time
'"$py_listen"'
port = int(sys.argv[1])
ready = threading.Barrier(3)
def other():
    # CLONE_FILES
    if ctypes.CDLL(None, use_errno=True).unshare(0x400):
        sys.exit(1)
    ctypes.CDLL(None).prctl(15, b"a-thread", 0, 0, 0)
    ready.wait()
    s = listen(port + 1)
    time.sleep(100)
def same():
    ready.wait()
    time.sleep(100)
first = listen(port)
threading.Thread(target=other).start()
threading.Thread(target=same).start()
ready.wait()
time.sleep(100)' "$port" 3>&- &
	holder=$!
	until prt-scan -q -l "$((port + 1))"; do
		kill -0 "$holder"
		sleep 0.02
	done
}

@test "a thread has a table of descriptors of its own: the walk" {
	own_table
	run -0 --separate-stderr prt-scan -H --owners=walk -l \
		-o local_port,pid,process "$port-$((port + 1))"
	assert_output_is "$port	$holder	python3
$((port + 1))	$holder	python3"
}

@test "a thread has a table of descriptors of its own: bpf" {
	requires_bpf
	own_table
	run -0 prt-scan -H --owners=bpf -l -o local_port,pid,process \
		"$port-$((port + 1))"
	assert_output_is "$port	$holder	python3
$((port + 1))	$holder	python3"
}

# A process that runs as another user than the one who started it; one of its
# threads, with a table of its own, does not.
@test "the user is the effective one, of the process: walk and bpf" {
	requires_bpf
	requires python3
	python3 -c '
import ctypes, os, socket, sys, threading, time
libc = ctypes.CDLL(None)
SETRESUID = {"x86_64": 117, "aarch64": 147}.get(os.uname().machine)
'"$py_listen"'
port = int(sys.argv[1])
first = listen(port)
def other():
    # CLONE_FILES
    libc.unshare(0x400)
    s = listen(port + 1)
    if SETRESUID:
        assert libc.syscall(SETRESUID, -1, 3, -1) == 0
    print("ready", flush=True)
    time.sleep(100)
os.setresuid(1, 2, 3)
threading.Thread(target=other).start()
time.sleep(100)' "$port" >ready 3>&- &
	holder=$!
	until [ -s ready ]; do
		kill -0 "$holder"
		sleep 0.02
	done
	for way in walk bpf; do
		for of in "$port" "$((port + 1))"; do
			run -0 prt-scan -H --owners=$way -l -o pid,uid "$of"
			assert_output_is "$holder	2"
		done
	done
}

# two_threads COMMAND...: runs it next to a listener with two threads.
two_threads()
{
	requires netns python3
	in_netns bash -c '
		ip link set lo up
		python3 -c "
import ctypes, os, socket, threading, time
libc = ctypes.CDLL(None)
s = socket.socket()
s.bind((\"127.0.0.1\", 1))
s.listen()
threading.Thread(target=time.sleep, args=(60,)).start()
open(\"ready\", \"w\").close()
time.sleep(60)" &
		until [ -e ready ]; do sleep 0.02; done
		"$@"
		kill $!' bash "$@"
}

@test "threads that share a table of descriptors: compared, and not read" {
	requires strace
	run -0 two_threads strace -f -qq -e trace=kcmp,openat \
		prt-scan -o process -H
	[[ $output == *python3* ]]
	[[ $output == *KCMP_FILES* ]]
	[[ $output != */task/*/fd* ]]
}

# A listener that two processes have; in one of them only a thread has it, in
# its own table, and the first thread has closed it.
@test "the socket of a daemon and of a thread with a table of its own: both" {
	requires root python3
	python3 -c '
import ctypes, os, socket, sys, threading, time
'"$py_listen"'
a, b = socket.socketpair(socket.AF_UNIX)
daemon = os.fork()
if daemon == 0:
    a.close()
    got = socket.recv_fds(b, 1, 1)
    b.recv(1)
    os._exit(0)
b.close()
s = listen(int(sys.argv[1]))
socket.send_fds(a, [b"x"], [s.fileno()])
ready = threading.Event()
def serve():
    # CLONE_FILES
    if ctypes.CDLL(None, use_errno=True).unshare(0x400) == 0:
        ready.set()
    time.sleep(100)
threading.Thread(target=serve, daemon=True).start()
ready.wait()
s.close()
print(os.getpid(), daemon, flush=True)
time.sleep(100)' "$port" >pids 3>&- &
	holder=$!
	until [ -s pids ]; do
		kill -0 "$holder"
		sleep 0.02
	done
	tr ' ' '\n' <pids | sort -n >want
	sleep 0.2
	run -0 prt-scan --owners=walk -H -l -o pid "$port"
	assert_output_is "$(<want)"
	run -0 prt-scan -H -l -o pid "$port"
	assert_output_is "$(<want)"
	prt-scan --owners=bpf -o pid >/dev/null 2>&1 || return 0
	run -0 prt-scan --owners=bpf -H -l -o pid "$port"
	assert_output_is "$(<want)"
}

@test "threads with more descriptors than are looked at: said" {
	requires python3
	ulimit -n 12000 || skip 'needs many descriptors'
	python3 -c '
import ctypes, os, socket, sys, threading, time
'"$py_listen"'
libc = ctypes.CDLL(None)
s = listen(int(sys.argv[1]))
for i in range(11000):
    os.dup(0)
ready = threading.Barrier(25)
def other():
    libc.unshare(0x400)
    ready.wait()
    time.sleep(100)
threading.stack_size(65536)
for i in range(24):
    threading.Thread(target=other, daemon=True).start()
ready.wait()
print(flush=True)
time.sleep(100)' "$port" >ready 3>&- &
	holder=$!
	until [ -s ready ]; do
		kill -0 "$holder"
		sleep 0.02
	done
	run -0 --separate-stderr prt-scan --owners=walk -H -l -o pid "$port"
	assert_output_is "$holder"
	# As with hidden owners: the message is for terminals and --strict.
	[ -z "$stderr" ]
	# A program can see it in the stream.
	run -0 --separate-stderr prt-scan --owners=walk -l "$port"
	[[ ${lines[0]} == *' unread=1 '* ]]
	run -2 --separate-stderr prt-scan --owners=walk --strict -l "$port"
	[[ $stderr == *"prt-scan: process $holder: its threads have too many descriptors to look at"* ]]
}

# All fields, except those that differ from one scan to the next.
stable_columns()
{
	prt-scan -o all -F csv 2>/dev/null | tr -d '\r' | sed -n 's/^#*//; 1p' |
		tr ',' '\n' |
		grep -vxE 'time|cpu|rss|rx_bytes|tx_bytes|tx_queue|rtt|retrans|drops' |
		paste -sd ,
}

# As after pthread_exit(3) of the first thread: exe and more are the others'.
@test "the first thread has ended: walk and bpf tell the same, all of it" {
	requires_bpf
	requires python3
	python3 -c '
import ctypes, os, socket, sys, threading, time
'"$py_listen"'
s = listen(int(sys.argv[1]))
threading.Thread(target=time.sleep, args=(100,)).start()
ctypes.CDLL(None).pthread_exit(None)' "$port" 3>&- &
	holder=$!
	until grep -q '^State:.Z' "/proc/$holder/status"; do sleep 0.02; done
	for columns in "$(stable_columns)" exe cmdline,cwd \
		unit,cgroup,container; do
		prt-scan --owners=walk -H -l -o "$columns" "$port" >walk
		prt-scan --owners=bpf -H -l -o "$columns" "$port" >bpf
		diff walk bpf
	done
	run -0 prt-scan --owners=bpf -H -l -o exe,cwd,cmdline "$port"
	[[ $output == /*python3*"	$PWD	"*"$port" ]]
}

@test "walk and bpf tell the same of every field" {
	requires_bpf
	requires netns nsenter
	local columns

	start_sockets
	columns=$(stable_columns)
	# a scan in another test may hold a copy of a socket (copy.c)
	for how in walk bpf; do
		enter prt-scan -H --owners=$how -o "$columns" >all
		grep -v '	prt-scan	' all >$how
	done
	diff -u walk bpf
	[ "$(wc -l <walk)" -gt 30 ]
}

# Several sockets with one inode.
@test "MPTCP: each subflow has its owner, by every way" {
	requires root netns python3 ip
	[ -e /proc/sys/net/mptcp/enabled ] || skip 'needs MPTCP'
	cat >mptcp.py <<-'END'
		import os, socket, subprocess, sys, time
		def sock():
		    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
		    s.settimeout(10)
		    return s
		def rows(*option):
		    return subprocess.run(["prt-scan", "-H", "-o",
		        "state,local_port,remote_port,pid,fd", *option],
		        capture_output=True, text=True).stdout
		l = sock()
		l.bind(("127.0.0.1", 7000))
		l.listen()
		c = sock()
		c.connect(("127.0.0.1", 7000))
		a, _ = l.accept()
		a.send(b"x")
		c.recv(1)
		for i in range(100):
		    if rows().count("ESTABLISHED") == 6:
		        break
		    time.sleep(0.05)
		else:
		    sys.exit(77)
		want = rows("--owners=walk")
		ends = [r.split() for r in want.splitlines()]
		assert len(ends) == 7
		for state, local, remote, pid, fd in ends:
		    assert pid == str(os.getpid()), want
		    s = l if state == "LISTEN" else a if local == "7000" else c
		    assert fd == str(s.fileno()), want
		for way in sys.argv[1:]:
		    assert rows(way) == want, (way, rows(way), want)
	END
	ways=("--pid=\$PID" --backend=proc)
	! prt-scan --owners=bpf -o pid >/dev/null 2>&1 ||
		ways+=(--owners=bpf)
	run in_netns bash -c '
		ip link set lo up
		ip address add 127.0.0.2/8 dev lo
		ip address add 127.0.0.3/8 dev lo
		ip mptcp limits set subflow 4 add_addr_accepted 4 &&
			ip mptcp endpoint add 127.0.0.2 subflow &&
			ip mptcp endpoint add 127.0.0.3 subflow || exit 77
		exec python3 mptcp.py "${@//\$PID/$$}"' bash "${ways[@]}"
	[ "$status" -ne 77 ] || skip 'needs MPTCP with more than a subflow'
	echo "$output"
	[ "$status" -eq 0 ]
}

# A listener whose process is a different one at each look.
start_chain()
{
	chain=$(fixture chain)
	mkfifo hold
	"$chain" 127.0.0.1 "$port" <hold >ready 3>&- &
	chain_pid=$!
	exec {hold}>hold
	until [ -s ready ]; do
		kill -0 "$chain_pid"
		sleep 0.02
	done
}

end_chain()
{
	exec {hold}>&-
	hold=
	wait "$chain_pid"
}

@test "a process that forks and ends, without end: its listener has an owner" {
	requires_bpf
	start_chain
	for _ in {1..20}; do
		prt-scan -H -l -o pid "$port"
	done >pids
	for _ in {1..20}; do
		prt-scan --owners=bpf -H -l -o pid "$port"
	done >pids.bpf
	end_chain
	[ "$(grep -cx -e '[0-9]*' pids)" -ge 20 ]
	! grep -x -e - pids pids.bpf
}

@test "the same by the walk: mostly, of what began during it" {
	requires root
	start_chain
	for _ in {1..20}; do
		prt-scan --owners=walk -H -l -o pid "$port"
	done >pids
	end_chain
	cat pids
	[ "$(grep -cx -e '[0-9]*' pids)" -ge 5 ]
}

# In flight between two processes, as a socket of the kernel's own always is.
@test "a socket that nobody holds costs no use of the iterator if all is quiet" {
	requires_bpf
	requires netns python3 strace
	run -0 in_netns bash -c '
		ip link set lo up
		python3 -c "
import socket, time
a, b = socket.socketpair(socket.AF_UNIX)
s = socket.socket()
s.bind((\"127.0.0.1\", 1))
s.listen()
socket.send_fds(a, [b\"x\"], [s.fileno()])
s.close()
open(\"ready\", \"w\").close()
time.sleep(60)" &
		until [ -e ready ]; do sleep 0.02; done
		for i in {1..30}; do
			strace -f -qq -o trace -e trace=bpf prt-scan -H -o pid
			n=$(grep -c BPF_ITER_CREATE trace)
			[ "$n" -le 1 ] || exit
			[ "$n" -ne 0 ] || break
		done
		kill $!
		echo "uses: $n"'
	[ "${lines[-1]}" = 'uses: 0' ]
	[ "${lines[0]}" = - ]
}

@test "auto takes the iterator where the walk is long" {
	requires_bpf
	hold_many_files
	run -0 strace -f -qq -e trace=bpf prt-scan -H -o pid -l "$port"
	[[ $output == *BPF_ITER_CREATE* ]]
	[[ ${lines[-1]} == "$holder" ]]
	run -0 strace -f -qq -e trace=bpf prt-scan -H -o pid -l --owners=walk \
		"$port"
	assert_output_is "$holder"
}

@test "auto: a user who may takes the iterator, root who may not the walk" {
	local caps=+bpf,+perfmon,+sys_ptrace,+dac_read_search

	requires_bpf
	requires setpriv
	hold_many_files
	run -0 strace -f -qq -e trace=bpf setpriv --reuid=1234 --regid=1234 \
		--clear-groups --inh-caps=$caps --ambient-caps=$caps \
		/proc/self/fd/9 -H -o pid -l "$port" 9<"$(command -v prt-scan)"
	[[ $output == *BPF_ITER_CREATE* ]]
	[[ ${lines[-1]} == "$holder" ]]
	run -0 strace -f -qq -e trace=bpf setpriv \
		--bounding-set=-bpf,-sys_admin prt-scan -H -o pid -l "$port"
	assert_output_is "$holder"
}

@test "auto takes the walk where that is short, or of some pids" {
	requires_bpf
	requires strace netns
	[ "$(cut -f 1 /proc/sys/fs/file-nr)" -lt 15000 ] ||
		skip 'this machine has many open files'
	# if no socket is without an owner
	run -0 in_netns sh -c 'ip link set lo up
		strace -f -qq -e trace=bpf prt-scan -o pid || [ $? -eq 1 ]'
	[[ $output != *bpf* ]]
	hold_many_files
	run -0 strace -f -qq -e trace=bpf prt-scan -H -o pid --pid "$holder"
	assert_output_is "$holder"
}

@test "the walk: bpf is refused, or there is none" {
	requires_first_pidns
	hold_many_files
	for error in EPERM EINVAL ENOSYS; do
		the_walk strace -f -qq -o trace -e trace=bpf \
			-e inject=bpf:error=$error
		grep -q INJECTED trace
	done
	[[ $stderr == 'prt-scan: --owners=bpf: bpf: '* ]]
}

@test "the walk: the kernel has no such iterator, or loses it on the way" {
	requires_bpf
	hold_many_files
	for when in 2 3; do
		the_walk strace -f -qq -o trace -e trace=bpf \
			-e inject=bpf:error=EINVAL:when=$when
		grep -q INJECTED trace
	done
	# owners that it reported until then do not count
	the_walk strace -f -qq -o trace -P anon_inode:bpf_iter -e trace=read \
		-e inject=read:error=ENOMEM:when=2
	grep -q INJECTED trace
}

@test "the walk: not root" {
	hold_many_files
	prog=$(command -v prt-scan)
	run -0 strace -f -qq -o trace -e trace=bpf setpriv --reuid=1234 \
		--regid=1234 --clear-groups /proc/self/fd/9 -H -o local_port \
		-l "$port" 9<"$prog"
	assert_output_is "$port"
	! grep -q bpf trace
}

@test "the walk: another pid namespace" {
	hold_many_files
	run -0 unshare -pf --mount-proc strace -f -qq -e trace=bpf \
		prt-scan -H -o local_port -l "$port"
	assert_output_is "$port"
	run -2 --separate-stderr unshare -pf --mount-proc prt-scan --owners=bpf
	[[ $stderr == *'--owners=bpf: the first pid namespace:'* ]]
	# nor if /proc belongs to another namespace than ours
	run -2 --separate-stderr unshare -pf prt-scan --owners=bpf
	[[ $stderr == *'--owners=bpf: the first pid namespace:'* ]]
}

@test "the walk: no BTF, or one that is cut or not what it should be" {
	requires_first_pidns
	hold_many_files
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	btf=/sys/kernel/btf/vmlinux
	[ -e $btf ] || skip 'needs BTF'
	: >none
	head -c 24 $btf >start
	head -c 1000000 $btf >part
	head -c 5000 $btf | tr '\0' '\1' >junk
	# types without their names, and names without their types
	tr 'a-z' 'b-za' <$btf >other
	for file in none start part junk other; do
		the_walk unshare -m sh -c '
			mount --bind "$0" /sys/kernel/btf/vmlinux && exec "$@"' \
			"$file"
		[[ $stderr == *"--owners=bpf: $btf:"* ]]
	done
}

@test "a process that is as young as the scan is looked at twice" {
	requires_bpf
	requires strace
	hold_many_files
	# the clock stands still: no process is older than the scan
	cat >still.c <<-'END'
		#include <time.h>
		int clock_gettime(clockid_t id, struct timespec *t)
		{
			(void)id;
			t->tv_sec = t->tv_nsec = 0;
			return 0;
		}
	END
	"${CC:-cc}" -shared -fPIC -o still.so still.c 2>/dev/null ||
		skip 'needs a C compiler'
	requires no-sanitizers no-valgrind
	run -0 strace -f -qq -o trace -e trace=openat,bpf \
		-E LD_PRELOAD="$PWD/still.so" \
		prt-scan -H --owners=bpf -o process,pid,local_port -l "$port"
	assert_output_is "python3	$holder	$port"
}

@test "another process gets its number meanwhile: nothing of that one is told" {
	requires_bpf
	requires python3 strace
	daemon=$(fixture listend)
	for _ in {1..20}; do
		"$daemon" 127.0.0.1 "$port" >ready 3>&- &
		pid=$!
		until [ -s ready ]; do sleep 0.02; done
		sleep 0.05
		strace -f -qq -o trace -P "/proc/$pid/fd" -P "$pid/fd" \
			-e trace=openat -e inject=openat:delay_enter=500000 \
			prt-scan -H --owners=bpf -l "$port" \
			-o local_port,pid,process,user,cmdline >rows 3>&- &
		scan=$!
		sleep 0.3
		kill "$pid"
		wait "$pid" || :
		echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
		sleep 5 3>&- &
		other=$!
		wait "$scan"
		kill "$other"
		if [ "$other" = "$pid" ] && grep -q DELAYED trace; then
			run -0 cat rows
			assert_output_is "$port	-	-	root	-"
			return
		fi
	done
	skip 'no process got the number'
}

# The search runs while the tables are read; sockets that it did not find are
# looked for once more.
@test "a socket that came after its owner was looked at" {
	requires_bpf
	requires python3 strace
	[ "$(nproc)" -gt 1 ] || skip 'needs two processors'
	for _ in {1..10}; do
		rm -f go state
		mkfifo go
		python3 -c '
import socket, sys, time
open("go").read()
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
print("listens", flush=True)
time.sleep(100)' "$port" >state 3>&- &
		holder=$!
		strace -f -qq -s 0 -o trace -e trace=bpf,?send,sendto,exit \
			-e inject=?send,sendto:delay_enter=1000000:when=1 \
			prt-scan -H --owners=bpf -o pid,local_port -l "$port" \
			>rows 3>&- &
		scan=$!
		until grep -qs 'exit(0)' trace; do
			kill -0 "$scan"
			sleep 0.02
		done
		: >go
		until [ -s state ]; do sleep 0.02; done
		early=yes
		grep -q 'send.* resumed' trace || early=
		wait "$scan"
		kill "$holder"
		wait "$holder" || :
		pid=$holder holder=
		[ -z "$early" ] || continue
		run -0 cat rows
		assert_output_is "$pid	$port"
		[ "$(grep -c BPF_ITER_CREATE trace)" -eq 2 ]
		return
	done
	skip 'the tables were read too early'
}

@test "a process is described once, when the kernel has named all" {
	requires_bpf
	requires python3 strace
	hold_many_files
	prt-scan -H --owners=walk -o "$cols" -l "$port" >walk
	# the second reading is delayed by a second
	run -0 strace -f -qq -o trace -e trace=openat,read \
		-P anon_inode:bpf_iter -P "$holder/fd" \
		-P "/proc/$holder/fd" \
		-e inject=read:delay_enter=1000000:when=2 \
		prt-scan -H --owners=bpf -o "$cols" -l "$port"
	assert_output_is "$(<walk)"
	[ "$(grep -c "openat.*/fd\"" trace)" -eq 1 ]
	awk '/openat/ { seen = 1 } /DELAYED/ { exit seen }' trace
}

@test "--owners: what it can be, and what it goes with" {
	run -2 --separate-stderr prt-scan --owners=ss
	[ "$stderr" = 'prt-scan: --owners=ss: expected auto, walk or bpf' ]
	for with in --proc=/proc --from=lsof --backend=lsof -I; do
		run -2 --separate-stderr prt-scan --owners=bpf $with </dev/null
		[[ $stderr == *--owners* ]]
	done
	run -2 --separate-stderr prt-scan --owners=walk --backend=lsof
	[ "$stderr" = 'prt-scan: --owners: the backend lsof has but one way' ]
	run -0 prt-scan --owners=walk --proc=/proc
	run -0 prt-scan --owners=auto --backend=proc
}
