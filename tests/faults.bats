#!/usr/bin/env bats
# Every call fails, one after the other, then all from each on: tests/fault.c.
# Never a signal or a hang; status 0 only with complete output; else a message.
# shellcheck disable=SC2016,SC2154

load helpers
load diff

teardown()
{
	[ -z "${holder-}" ] || kill "$holder" 2>/dev/null || :
	stop_sockets
}

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	fault_plan >plan
	export PRT_SRCDIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}
}

# The calls to fail, and how.  Reads and writes of one byte at a time, and EINTR
# every other time, must not show.
fault_plan()
{
	cat <<-END
		access EIO
		calloc ENOMEM
		clock_gettime EINVAL
		close EIO ENOSPC
		connect EACCES EIO eintr
		fchmod EPERM
		flock ENOLCK eintr
		fstat EIO
		fstatat EIO EACCES
		fsync EIO ENOSPC
		getcwd ENOENT
		getentropy EIO
		gethostname EPERM
		lstat EIO
		malloc ENOMEM
		open EIO EMFILE EACCES
		openat EIO EMFILE ENOMEM EACCES
		opendir EMFILE EACCES
		pipe EMFILE
		poll ENOMEM eintr
		posix_spawn EAGAIN
		posix_spawn_file_actions_adddup2 ENOMEM
		posix_spawn_file_actions_addopen ENOMEM
		pthread_create EAGAIN
		read EIO eintr
		readdir EIO
		readlink EIO
		readlinkat EACCES EIO ENOMEM
		realloc ENOMEM
		realpath EIO
		recv EIO eintr
		recvmsg ENOBUFS ENOMEM eintr
		renameat EACCES
		send EPERM ENOBUFS
		setns EINVAL
		socket EPERM EPROTONOSUPPORT EAFNOSUPPORT EMFILE
		stat EIO
		syscall EIO
		unlinkat EACCES
		waitpid ECHILD eintr
		write ENOSPC EIO byte eintr
	END
}

# The code that counts lines makes calls at exit that the program does not make.
uncounted()
{
	! grep -q __gcov_init "$(command -v prt-scan)" ||
		skip 'not where lines are counted'
}

# Nothing may be preloaded before the thread sanitizer, either.
preload()
{
	requires no-valgrind
	uncounted
	! grep -q __tsan_init "$(command -v prt-scan)" ||
		skip 'not with the thread sanitizer'
	fixture fault.so >/dev/null 2>&1 ||
		skip 'not of static programs, nor without glibc'
}

without_memory()
{
	sed -i '/alloc /d' plan
}

# faults STATE|- COMMAND...: runs the plan.  The address sanitizer wants to be
# loaded first, and its memory calls to itself.
faults()
{
	requires linux python3
	preload
	if is_watched; then
		export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
		export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
		without_memory
	fi
	python3 "$PRT_SRCDIR/tests/fault.py" "$(fixture fault.so)" \
		"$PRT_SRCDIR/tests/fault.c" "$@" <plan
}

# machine COMMAND...: the same on a machine that has only a few sockets of three
# processes, one of each in a thread's own descriptor table; the second and the
# third are in network namespaces of their own, one of which has a name.
machine()
{
	requires root ip linux python3
	preload
	rm -f ready[123]
	# shellcheck disable=SC2030
	export -f faults fixture is_watched requires preload uncounted
	export -f without_memory
	unshare -npfm --mount-proc bash -e -c '
		mount -t tmpfs none /run
		ip netns add named
		listen() {
			ip link set lo up
			ip addr add 10.8.0.1/24 dev lo
			python3 -c "
import ctypes, os, socket, sys, threading, time
a = []
for p in (20001, 20002):
    s = socket.socket()
    s.bind((\"127.0.0.1\", p))
    s.listen()
    a.append(s)
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind((\"::\", 20003))
a += [s, socket.create_connection((\"127.0.0.1\", 20001)), a[0].accept()]
def own_table():
    ctypes.CDLL(None).unshare(0x400)    # CLONE_FILES
    a.append(socket.socket())
    a[-1].bind((\"127.0.0.1\", 20004))
    a[-1].listen()
    open(sys.argv[1], \"w\").write(str(os.getpid()))
    time.sleep(600)
threading.Thread(target=own_table, daemon=True).start()
time.sleep(600)" "$1" 3>&-
		}
		export -f listen
		listen ready1 &
		nsenter --net=/run/netns/named bash -c "listen ready2" &
		unshare -n bash -c "listen ready3" &
		until [ -s ready1 ] && [ -s ready2 ] && [ -s ready3 ]; do
			sleep 0.02
		done
		! declare -F contain >/dev/null || contain
		faults - "$@"' bash "$@"
}

@test "prt-scan, by netlink" {
	{ fault_plan; echo 'read short'; } >plan
	machine prt-scan
}

# A listener on :: answers at that address.
@test "prt-scan, of what answers at an address" {
	{
		fault_plan | grep -E '^(close|send|socket) '
		echo 'recvmsg ENOBUFS end cut trunc intr long little done refuse'
	} >plan
	machine prt-scan 10.8.0.1:20003
	machine prt-scan --backend=netlink 10.8.0.1:20003
}

@test "prt-scan, all columns, and --strict" {
	machine prt-scan --strict -o all
}

# One is named by Docker's daemon, one by its file, one by Podman's.
@test "prt-scan, of containers that have names" {
	fault_plan | grep -E '^(access|c[lo]|fstat |lstat|open |poll|re|s)' >plan
	cat >daemon.py <<-'END'
		import json, os, socket
		a = socket.socket(socket.AF_UNIX)
		a.bind("docker.sock")
		a.listen()
		body = json.dumps([{"Id": 64 * "1", "Names": ["/asked"]}])
		open("ready", "w").write("1")
		while True:
		    c, _ = a.accept()
		    try:
		        c.recv(4096)
		        c.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + body.encode())
		    except OSError:
		        pass
		    c.close()
	END
	export DOCKER_HOST=unix://$PWD/docker.sock
	export FAULT_PATH=/nonexistent		# no podman
	contain() {
		local docker=docker/containers podman=containers/storage n
		local -a id
		python3 daemon.py 3>&- &
		for n in 1 2 3; do
			id[n]=$(printf "$n%.0s" {1..64})
			echo "0::/docker/${id[n]}" >cgroup$n
			python3 -c "import socket, time
s = socket.create_server((\"127.0.0.1\", 2001$n))
print(\"ready\", flush=True)
time.sleep(600)" >ready1$n 3>&- &
			mount --bind cgroup$n "/proc/$!/cgroup"
		done
		echo "0::/libpod-${id[3]}" >cgroup3
		mount -t tmpfs -o mode=755 none /var/lib
		cd /var/lib
		mkdir -p $docker/"${id[2]}" $podman/vfs-containers
		echo "{\"ID\":\"${id[2]}\",\"Name\":\"/filed\"}" \
			>$docker/"${id[2]}"/config.v2.json
		echo "[{\"id\":\"${id[3]}\",\"names\":[\"podded\"]}]" \
			>$podman/vfs-containers/containers.json
		cd -
		until [ -s ready ] && [ -s ready11 ] && [ -s ready12 ] &&
			[ -s ready13 ]; do
			sleep 0.02
		done
		prt-scan -H -o container -l | sort -u >names
	}
	export -f contain
	machine prt-scan -o local_port,container
	[ "$(cat names)" = $'-\ndocker/asked\ndocker/filed\npodman/podded' ]
}

# Memory comes from one place; the prt-scan tests above have tried its failures.
@test "prt-scan, by proc" {
	without_memory
	machine prt-scan --backend=proc
}

@test "prt-scan, of all network namespaces" {
	without_memory
	machine prt-scan -N
}

# A proc tree's files are opened by openat2(2), or without it.
@test "prt-scan, of another proc tree" {
	{
		fault_plan | grep -E '^(fstat|open|read|readlinkat|syscall) '
		echo 'syscall openat2'
	} >plan
	machine prt-scan --proc=/proc
}

@test "prt-scan --verify" {
	{
		fault_plan | grep -E '^(open|poll|read|recvmsg|send|socket) '
		echo 'recvmsg swallow surplus'
	} >plan
	machine prt-scan --verify
}

@test "prt-scan, of interfaces" {
	machine prt-scan -I
}

@test "prt-scan, by lsof" {
	mkdir bin
	cat >bin/lsof <<-'END'
		#!/bin/sh
		printf '%s\n' p1 cx f3 tIPv4 PTCP 'n*:80' TST=LISTEN
	END
	chmod 755 bin/lsof
	# no other lsof is found
	export FAULT_PATH=$PWD/bin
	requires ps
	cp "$(command -v ps)" bin/ps
	machine prt-scan --backend=lsof
}

# Only prt-scan's own calls fail, not those of lsof and ps.
@test "prt-scan, by the lsof of the system" {
	requires lsof ps
	grep -E '^(close|fstat|pipe|poll|posix_spawn|read|stat|waitpid) ' plan \
		>short
	mv short plan
	machine prt-scan --backend=lsof -o all
}

# A dump that ends early, lies about its lengths, or was interrupted: it is
# retried, or all is read from proc.
@test "prt-scan, answers of netlink that are not to be believed" {
	echo 'recvmsg end cut trunc intr long nothing little done refuse swallow surplus zero over' >plan
	machine prt-scan
	machine prt-scan --backend=netlink
	machine prt-scan -N
	machine prt-scan 127.0.0.1:20001
}

# Bytes that look like a record may stand outside the message, or after it.
@test "a message is its record and whole attributes, and nothing else" {
	requires linux netns python3 no-sanitizers
	preload
	local how
	cat >ends.py <<-'END'
		import socket, sys
		s = [socket.socket() for _ in range(3)]
		for i, x in enumerate(s):
		    x.bind(("127.0.0.1", 20001 + i))
		    x.listen()
		print("ready", flush=True)
		sys.stdin.read()
	END
	cat >run.sh <<-'END'
		# HOW ARG...
		how=$1
		shift
		truncate -s 0 log
		truncate -s 4096 log
		LD_PRELOAD=$LIBRARY PRT_FAULT_LOG=log \
			PRT_FAULT=recvmsg:$how:1:1 \
			prt-scan -H -l -o local_port "$@" >out 2>err
		echo $?
		cat err
		paste -sd ' ' out
	END
	export LIBRARY
	LIBRARY=$(fixture fault.so)
	start_fixture python3 ends.py
	# shellcheck disable=SC2034	# enter takes it
	FX[main]=$SOCKETS_PID
	for how in swallow surplus zero over; do
		run -0 enter bash run.sh "$how"
		assert_output_is "0
prt-scan: netlink: sock_diag: Protocol error
prt-scan: trying proc
20001 20002 20003"
		run -0 enter bash run.sh "$how" --strict
		[ "${lines[0]}" -eq 2 ]
		run -0 enter bash run.sh "$how" --backend=netlink
		assert_output_is "2
prt-scan: netlink: sock_diag: Protocol error"
	done
}

snapshots()
{
	rec | snap time=$T1 >one
	{ rec local_port=1; rec local_port=2; } | snap time=$T2 >two
	echo 'read byte' >>plan
}

@test "prt-diff, two files" {
	snapshots
	faults - prt-diff one two
}

@test "prt-diff -S: the state is the old or the new, whole" {
	snapshots
	prt-diff --init -S state one
	faults state prt-diff -S state two
}

@test "prt-flag" {
	snapshots
	echo 'allow * local_port=1' >rules
	chmod 644 rules
	faults - prt-flag -f rules two
}

# Nobody reads the pipe any more: death by SIGPIPE, or, if that is ignored,
# status 2 and a message.
@test "a reader that is gone" {
	requires linux python3
	snapshots
	prt-diff --init -S before one
	cp before state
	cat >run.py <<-'END'
		import os, signal, subprocess, sys
		read, write = os.pipe()
		os.close(read)
		signal.signal(signal.SIGPIPE,
		    signal.SIG_IGN if sys.argv[1] == "ignored" else signal.SIG_DFL)
		p = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL,
		    stdout=write, stderr=subprocess.PIPE, restore_signals=False)
		print(p.returncode, p.stderr.decode(), end="")
	END
	for command in 'prt-scan -I' 'prt-scan' 'prt-diff one two' \
	    'prt-diff -S state two' 'prt-flag -X two'; do
		# shellcheck disable=SC2086
		run -0 python3 run.py default $command
		[ "$output" = '-13 ' ]
		cmp state before
		# shellcheck disable=SC2086
		run -0 python3 run.py ignored $command
		[ "$output" = \
			"2 ${command%% *}: standard output: Broken pipe" ]
		cmp state before
	done
	# the next run reports it
	run -0 prt-diff -H -S state two
	[ "${#lines[@]}" -eq 3 ]
}

@test "each standard descriptor closed, and all of them" {
	requires no-valgrind
	local closed
	snapshots
	for closed in '<&-' '2>&-' '<&- 2>&-'; do
		run -0 bash -c "prt-diff one two $closed"
		[ "${#lines[@]}" -ge 3 ]
		run -0 bash -c "prt-flag -X two $closed"
		[ "${#lines[@]}" -ge 3 ]
	done
	for closed in '>&-' '<&- >&-' '<&- >&- 2>&-' '>/dev/full'; do
		run -2 bash -c "prt-diff one two $closed"
		run -2 bash -c "prt-flag -X two $closed"
	done
	prt-diff --init -S state one
	cp state before
	# No file that is opened takes a closed standard descriptor's place.
	run -2 bash -c 'prt-diff -S state two <&- >&- 2>&-'
	cmp state before
	run -2 bash -c 'prt-diff one <&-'
	[[ $output == *'(standard input)'* ]]
	run -2 bash -c 'prt-flag -X <&-'
	[[ $output == *'(standard input)'* ]]
}

@test "prt-scan, each standard descriptor closed, and all of them" {
	requires linux
	local closed
	for closed in '<&-' '2>&-' '<&- 2>&-'; do
		run -0 bash -c "prt-scan -I $closed"
		[ "${#lines[@]}" -ge 3 ]
		run -0 bash -c "prt-scan $closed"
	done
	for closed in '<&- >&-' '<&- >&- 2>&-'; do
		run -2 bash -c "prt-scan $closed"
	done
}

# Room for standard input and output and one more file, but not for much more.
@test "few descriptors, little memory, a small stack, no file size" {
	local limit
	requires linux no-sanitizers no-valgrind python3
	uncounted
	snapshots
	# a process with much to read
	python3 -c '
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(flush=True)
time.sleep(60)' >ready 3>&- &
	holder=$!
	until [ -s ready ]; do sleep 0.02; done
	for limit in '-n 4' '-n 5' '-v 4000' '-v 6000' '-s 64' '-f 0'; do
		for command in 'prt-diff one two' 'prt-flag -X two' \
		    'prt-scan -I' 'prt-scan'; do
			run bash -c "ulimit $limit && exec $command" 3>&-
			echo "$limit: $command: $status: $output"
			# 127: not even the C library was loaded
			[[ $status == [02] || $status == 127 ]]
			[ -n "$output" ]
			# all of the output, or a message; prt-scan's differs
			# each time
			[[ $status != 0 || $command == prt-scan* ||
				$output == "$($command)" ]]
			[[ $status != 2 || $output == *"${command%% *}: "* ]]
		done
	done
	prt-diff --init -S state one
	cp state before
	for limit in '-n 4' '-n 5' '-n 6' '-v 4000' '-s 64'; do
		cp before state
		run bash -c "ulimit $limit && exec prt-diff -S state two" 3>&-
		echo "$limit: $status: $output"
		[ "$status" -eq 0 ] || cmp state before
		[ "$status" -ne 0 ] || run ! cmp state before
	done
	cp before state
	run bash -c '
		ulimit -f 0
		trap "" XFSZ
		exec prt-diff -S state two'
	[ "$status" -eq 2 ]
	[[ $output == *'prt-diff: state'* ]]
	cmp state before
}

@test "a kernel without /proc" {
	requires linux root
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	requires no-sanitizers no-valgrind	# they read /proc themselves
	# shellcheck disable=SC2016
	run -0 unshare -m bash -c '
		mkdir none
		mount --bind none /proc
		refuses() {
			local message=$1 st=0
			shift
			prt-scan "$@" >out 2>err </dev/null || st=$?
			cat err
			[ $st -eq 2 ] && [ ! -s out ] &&
				[ "$(cat err)" = "prt-scan: $message" ] || exit
		}
		refuses "/proc/thread-self/net/tcp: $1" --backend=proc
		refuses "/proc/thread-self/net/dev: $1" -I
		refuses "/proc/thread-self/ns/net: $1" -N
		refuses "/proc/thread-self/ns/net: $1" -N --backend=proc' \
		bash 'No such file or directory'
}

# Everything in / is there, except /proc.
@test "no folder /proc: one message" {
	requires linux root mounts
	requires no-sanitizers no-valgrind
	cat >inside.sh <<-'END'
		says() {
			local message=$1 st=0
			shift
			chroot root "$SCAN" "$@" >out 2>err </dev/null || st=$?
			echo "$*: $st"
			cat err
			[ $st -eq 2 ] && [ ! -s out ] &&
				[ "$(cat err)" = "prt-scan: $message" ] || exit
		}
		mount --make-rprivate /
		mkdir root
		for f in /*; do
			if [ "$f" = /proc ]; then
				:
			elif [ -L "$f" ]; then
				cp -P "$f" "root$f"
			elif [ -d "$f" ]; then
				mkdir -p "root$f"
				mount --bind "$f" "root$f"
			fi
		done
		mkdir -p "root${SCAN%/*}"
		mount --bind "${SCAN%/*}" "root${SCAN%/*}"
		why='No such file or directory'
		says "/proc: $why"
		says "/proc: $why" -o all
		says "/proc: $why" --strict
		says "/proc: $why" --owners=walk
		says "/proc: $why" --pid=1
		says "/proc: $why" 127.0.0.1:80
		says "/proc/thread-self/ns/net: $why" -N
		says "/proc/thread-self/net/dev: $why" -I
		says "/proc/thread-self/net/tcp: $why" --backend=proc
	END
	export SCAN
	SCAN=$(command -v prt-scan)
	run -0 unshare -m bash inside.sh
}

# Netlink shows sockets of this network namespace; the processes are other ones.
@test "a foreign /proc, and an empty one: owners are hidden, which is told" {
	requires linux root ip
	requires no-sanitizers no-valgrind
	# shellcheck disable=SC2016
	run -0 unshare -nm bash -c '
		ip link set lo up
		exec 5<>/dev/udp/127.0.0.1/9
		owners_hidden() {
			local st=0
			prt-scan -o proto,pid >out 2>err || exit
			cat out err
			[ "$(cat err)" = "prt-scan: /proc: this process is not in it: owners are hidden" ] &&
				grep -q " unowned=1 " out &&
				grep -qx "udp	-" out || exit
			prt-scan --strict >out 2>&1 && exit 1
			prt-scan --backend=proc >out 2>err || st=$?
			[ $st -eq 2 ] && [ ! -s out ] &&
				[ "$(cat err)" = "prt-scan: /proc/thread-self/net/tcp: No such file or directory" ] || exit
		}
		mkdir none
		mount --bind none /proc
		owners_hidden
		umount /proc
		unshare -pf --kill-child sh -c "mount -t proc none /proc &&
			echo >ready; exec sleep 60" 3>&- 5>&- &
		until [ -s ready ]; do sleep 0.02; done
		owners_hidden
		kill -9 $!'
}

@test "a read-only /proc is as good as any" {
	requires linux root ip
	# shellcheck disable=SC2016
	run -0 unshare -npfm --mount-proc bash -c '
		ip link set lo up
		exec 5<>/dev/udp/127.0.0.1/9
		for how in --strict -I -N --backend=proc; do
			for mode in rw ro; do
				mount -o remount,$mode /proc &&
				prt-scan "$how" 5>&- >out 2>&1 || exit
				[ "$(wc -l <out)" -ge 3 ] || { cat out; exit 1; }
				sed "s/ \(time\|up\)=[^ ]*//g" out >$mode
			done
			diff rw ro || exit
		done'
}
