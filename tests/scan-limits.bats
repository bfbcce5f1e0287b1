#!/usr/bin/env bats
# A small version of tests/bench/limits.sh: nothing is lost or doubled if a
# process or a machine holds much.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires linux root netns nsenter python3
	cd "$BATS_TEST_TMPDIR" || return
	bench=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/bench
}

teardown()
{
	stop_sockets
}

# scan COMMAND... -- [OPTION]...: prt-scan's records while COMMAND, which prints
# `ready', is running.
scan()
{
	local -a holder=()

	while [ "$1" != -- ]; do
		holder+=("$1")
		shift
	done
	shift
	start_fixture "${holder[@]}"
	nsenter -n -t "$SOCKETS_PID" -- prt-scan -H "$@" >rows
}

@test "a process with thousands of descriptors, of one socket and of others" {
	cat >many.py <<-'END'
		import os, resource, socket, sys
		limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
		resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
		def listen(port):
		    s = socket.socket()
		    s.bind(("127.0.0.1", port))
		    s.listen()
		    return s
		first = listen(1)
		files = [os.open("/dev/null", os.O_RDONLY) for i in range(500)]
		copies = [os.dup(first.fileno()) for i in range(2500)]
		last = listen(2)
		fds = [first.fileno()] + copies
		with open("want", "w") as f:
		    print(1, ",".join(map(str, fds)), sep="\t", file=f)
		    print(2, last.fileno(), sep="\t", file=f)
		print("ready", flush=True)
		sys.stdin.read()
	END
	for how in auto walk; do
		scan python3 many.py -- --owners=$how -o local_port,fd
		diff want rows
		stop_sockets
	done
}

@test "a command line of 2 MiB: its first 4096 bytes" {
	scan python3 "$bench/limits.py" cmdline 2097152 -- -o process,cmdline
	[ "$(wc -l <rows)" -eq 1 ]
	[ "$(cut -f 2 rows | tr -d '\n' | wc -c)" -eq 4099 ]
	[[ $(<rows) == python3*' -c import sys'*' xxxx'*xxxx... ]]
}

@test "thousands of listeners, of several processes: each once" {
	seq 3000 >want
	for how in netlink proc; do
		(
			ulimit -n 1024
			scan python3 "$bench/limits.py" listeners 3000 -- \
				--backend=$how -o local_port,pid
			stop_sockets
		)
		cut -f 1 rows | diff want -
		[ "$(cut -f 2 rows | sort -u | grep -cx '[0-9]*')" -eq 4 ]
	done
}

@test "one socket of five hundred processes: a record of each" {
	cat >share.py <<-'END'
		import os, socket, sys
		s = socket.socket()
		s.bind(("127.0.0.1", 1))
		s.listen()
		pids = []
		for i in range(500):
		    pid = os.fork()
		    if pid == 0:
		        sys.stdin.read()
		        os._exit(0)
		    pids.append(pid)
		with open("want", "w") as f:
		    print(*sorted(pids + [os.getpid()]), sep="\n", file=f)
		print("ready", flush=True)
		sys.stdin.read()
	END
	scan python3 share.py -- -o pid
	diff want rows
}

@test "200,000 users in no order: the first name of a number, in no time" {
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	{
		echo 'first:x:0:0::/:/bin/sh'
		shuf -i 100000-299999 | sed 's/.*/u&:x:&:&::\/:\/bin\/sh/'
		cat /etc/passwd
	} >passwd
	cat >two.py <<-'END'
		import os, socket, sys
		def listen(port):
		    s = socket.socket()
		    s.bind(("127.0.0.1", port))
		    s.listen()
		    return s
		a = listen(20001)
		if os.fork() == 0:
		    b = listen(20002)
		    a.close()
		    os.setuid(234567)
		    print("ready", flush=True)
		sys.stdin.read()
	END
	start_fixture python3 two.py
	run -0 nsenter -n -t "$SOCKETS_PID" -- unshare -m sh -c '
		mount --bind passwd /etc/passwd
		exec timeout 2 "$@"' sh "$(command -v prt-scan)" -H -l -o user
	[ "$output" = "first
u234567" ]
}

# as_foreign_users COMMAND...: runs it while 300 users without names hold
# sockets, and with one more source in nsswitch.conf(5).
as_foreign_users()
{
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	cat >foreign.py <<-'END'
		import os, socket, sys
		for i in range(300):
		    if os.fork() == 0:
		        s = socket.socket()
		        s.bind(("127.0.0.1", 20001 + i))
		        s.listen()
		        os.setuid(700000 + i)
		        os.write(1, b"x")
		        sys.stdin.read()
		        os._exit(0)
		sys.stdin.read()
	END
	start_fixture sh -c 'python3 foreign.py | { head -c 300 >/dev/null
		echo ready; cat; }'
	seq 700000 700299 >want
	nsenter -n -t "$SOCKETS_PID" -- unshare -m sh -c '
		mount --bind nsswitch /etc/nsswitch.conf
		exec "$@"' sh "$@"
}

@test "users without a name: /etc/passwd is read once, not once for each" {
	requires strace
	echo 'passwd: files [NOTFOUND=return]' >nsswitch
	as_foreign_users strace -qq -f -o trace -e trace=open,openat \
		"$(command -v prt-scan)" -H -l -o user >rows
	sort rows | diff want -
	[ "$(grep -c '"/etc/passwd"' trace)" -eq 1 ]
}

@test "users without a name: what else there is is asked for a second in all" {
	cat >slow.c <<-'END'
		#include <pwd.h>
		#include <stddef.h>
		#include <stdlib.h>
		#include <time.h>
		__attribute__((constructor)) static void start(void)
		{
			if (getenv("IS_LOADED") != NULL)
				_Exit(99);
		}
		struct passwd *getpwuid(uid_t uid)
		{
			struct timespec t = { 0, 300000000 };
			(void)uid;
			nanosleep(&t, NULL);
			return NULL;
		}
	END
	"${CC:-cc}" -shared -fPIC -o slow.so slow.c 2>/dev/null ||
		skip 'needs a C compiler'
	requires no-sanitizers no-valgrind
	# a static or foreign program cannot load it
	run env LD_PRELOAD="$PWD/slow.so" IS_LOADED=1 \
		"$(command -v prt-scan)" --version
	[ "$status" -eq 99 ] || skip 'needs programs that take a library'
	echo 'passwd: files ldap' >nsswitch
	run -0 --separate-stderr as_foreign_users env LD_PRELOAD="$PWD/slow.so" \
		"$(command -v prt-scan)" -H -l -o user
	sort <<<"$output" | diff want -
	[[ $stderr == 'prt-scan: names of users: the system took too long: '* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "a stream of 50,000 records: as many come out" {
	requires mawk
	mawk -v n=50000 -f "$bench/flag-stream.awk" >in
	n=$(grep -vc '^#' in)
	[ "$n" -eq 50000 ]
	[ "$(prt-flag -X -H --enable=all in | wc -l)" -eq "$n" ]
	[ "$(prt-diff -a -H -c none in in | wc -l)" -eq "$n" ]
	[ -z "$(prt-diff -H in in)" ]
}
