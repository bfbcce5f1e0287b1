#!/usr/bin/env bats
# Owners that may not be seen: unowned counts the sockets, and nothing is left
# out.
# shellcheck disable=SC2016

load helpers

setup()
{
	requires linux root python3
	port=20671
}

# machine SCRIPT: runs it in namespaces of processes, mounts and network of its
# own, where root listens on $1; nobody ARG... runs prt-scan as that user.
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

@test "hidepid: root sees them" {
	run -0 machine 'mount -o remount,hidepid=2 /proc
		prt-scan -o local_port,process'
	[[ ${lines[0]} == *" unowned=0 "* ]]
	[ "${lines[2]}" = "$port	python3" ]
}

# A process that gave up root still shows its list, but not where each leads.
@test "links that may not be read" {
	requires strace
	run -0 machine 'strace -f -qq -o trace -e trace=readlinkat \
		-e inject=readlinkat:error=EACCES prt-scan -o local_port,pid'
	[[ ${lines[0]} == *" unowned=1 "* ]]
	[ "${lines[2]}" = "$port	-" ]
}

@test "a socket without inode is held by no process: it does not count" {
	run -0 machine '
		python3 -c "
import socket
for i in range(3):
    socket.create_connection((\"127.0.0.1\", $1)).close()"
		nobody -o state,pid,inode'
	[[ ${lines[0]} == *" unowned=1 "* ]]
	# ends that nobody has accepted, and what is left of the others
	[ "$(grep -c -- '-	-$' <<<"$output")" -ge 3 ]
}
