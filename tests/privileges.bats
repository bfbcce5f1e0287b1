#!/usr/bin/env bats
# Rights: programs refuse to run if their file gives them rights; which
# capabilities replace root; and programs give up rights that they need no more.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires root setpriv
	cd "$BATS_TEST_TMPDIR" || return
}

teardown()
{
	stop_sockets
	[ -z "${waiter-}" ] || kill "$waiter"
}

# nobody [OPTION]... FILE [ARG...]: runs FILE as that user, even if its path is
# closed to him.
nobody()
{
	local -a options=()

	while [[ $1 == -* ]]; do
		options+=("$1")
		shift
	done
	setpriv --reuid=65534 --regid=65534 --clear-groups "${options[@]}" -- \
		/proc/self/fd/9 "${@:2}" 9<"$1"
}

# copy_of PROGRAM MODE: copies it to the file `copy'.
copy_of()
{
	rm -f copy
	cp "$(command -v "$1")" copy
	chmod "$2" copy
}

# requires_setid: set-user-ID bits take effect in this folder.
requires_setid()
{
	copy_of id 4755
	[ "$(nobody copy -u)" = 0 ] || skip 'needs a file system without nosuid'
	# sanitizers cannot work in such a program
	requires no-sanitizers
}

# refused WHAT PROGRAM: the file `copy' refuses to run, whatever the arguments.
refused()
{
	local arguments

	for arguments in '' --help --version --no-such-option; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr nobody copy $arguments </dev/null
		[ -z "$output" ]
		[[ $stderr == "$2: $1: refused: expected "* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "set-user-ID and set-group-ID: refused, whatever is asked for" {
	requires_setid
	for program in prt-scan prt-diff prt-flag; do
		copy_of $program 4755
		refused set-user-ID $program
		chown 1234 copy
		chmod 4755 copy
		refused set-user-ID $program
		copy_of $program 2755
		refused set-group-ID $program
	done
}

@test "set-user-ID: to a user who has the rights anyway it gives none" {
	requires_setid
	copy_of prt-scan 6755
	run -0 ./copy --version
	# nor if the kernel ignores the file's rights
	run -0 nobody --no-new-privs copy --version
}

@test "file capabilities: refused; to root they give none" {
	requires linux setcap
	requires_setid
	for program in prt-scan prt-diff prt-flag; do
		for caps in cap_sys_ptrace,cap_dac_read_search+ep \
			cap_net_admin+p; do
			copy_of $program 755
			setcap "$caps" copy 2>/dev/null ||
				skip 'needs a file system with capabilities'
			refused 'file capabilities' $program
			run -0 ./copy --version
		done
		# also those that the user has and the file lets through
		copy_of $program 755
		setcap cap_sys_ptrace+i copy
		run -0 nobody copy --version
		run -2 --separate-stderr nobody --inh-caps=+sys_ptrace copy
		[[ $stderr == "$program: file capabilities: refused: "* ]]
	done
}

@test "ambient capabilities are the user's own" {
	requires linux
	for program in prt-scan prt-diff prt-flag; do
		copy_of $program 755
		run -0 nobody --inh-caps=+sys_ptrace,+net_admin \
			--ambient-caps=+sys_ptrace,+net_admin copy --version
	done
}

# as_root|with CAPS ARG...: prt-scan in the fixture's namespace; CAPS are words
# of setpriv, such as +sys_ptrace, with commas.
as_root()
{
	enter prt-scan "$@"
}

with()
{
	enter setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps="$1" --ambient-caps="$1" -- \
		/proc/self/fd/9 "${@:2}" 9<"$(command -v prt-scan)"
}

fixed=+inode,netns_id,start,unit,cgroup,container_id,cwd
caps=+sys_ptrace,+dac_read_search

@test "cap_sys_ptrace and cap_dac_read_search: what root sees, all of it" {
	requires linux netns nsenter
	start_sockets --uid 1234
	for how in netlink proc; do
		as_root -H --backend=$how -o $fixed >root
		grep -q "	${FX[main]}	" root
		run -0 --separate-stderr with $caps -H --backend=$how -o $fixed
		assert_output_is "$(<root)"
		[ -z "$stderr" ]
		run -0 --separate-stderr with $caps --strict
		[[ ${lines[0]} == *' euid=65534 unowned=0 '* ]]
		[ -z "$stderr" ]
	done
}

@test "one of the two is missing: counted, said, never taken for none" {
	requires linux netns nsenter
	start_sockets
	n=$(as_root -H -o inode | sort -u | grep -vcx -e 0 -e -)
	[ "$n" -gt 30 ]
	for some in +sys_ptrace +dac_read_search +net_admin; do
		run -2 --separate-stderr with $some --strict -o inode,pid
		[[ ${lines[0]} == *" euid=65534 unowned=$n "* ]]
		[ "$(column pid <<<"$output" | sort -u)" = - ]
		[ "$stderr" = "prt-scan: the owners of $n sockets are hidden: root, or sudo prt-scan, sees more" ]
	done
}

@test "root that lacks one is told which" {
	requires linux netns nsenter python3
	for cap in sys_ptrace dac_read_search,-dac_override; do
		rm -f ready
		# of another user: root's own sockets need no capability
		run -2 --separate-stderr in_netns bash -ec '
			setpriv --reuid=1234 --regid=1234 --clear-groups \
				"$(realpath -e "$0")" -c "
import socket, time
s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen()
print(flush=True)
time.sleep(60)" >ready 3>&- &
			until [ -s ready ]; do
				kill -0 $!
				sleep 0.02
			done
			status=0
			setpriv --bounding-set=-"$1" prt-scan --strict -H \
				--owners=walk -o state,pid || status=$?
			kill $!
			exit $status' /usr/bin/python3 $cap
		[ "$output" = "LISTEN	-" ]
		[ "$stderr" = "prt-scan: the owner of 1 socket is hidden: root lacks cap_${cap%,*}" ]
	done
}

@test "cap_sys_admin: -N, with the same as root's; without it a failure" {
	requires linux netns nsenter
	start_sockets
	as_root -N -H -o $fixed | grep "	${FX[main]}	" >root
	with $caps,+sys_admin -N -H -o $fixed | grep "	${FX[main]}	" |
		diff root -
	run -2 --separate-stderr with $caps,+net_admin -N
	[ "$stderr" = 'prt-scan: --all-netns: needs root, or cap_sys_admin' ]
}

@test "cap_bpf and cap_perfmon: --owners=bpf, what root sees" {
	requires linux netns nsenter
	prt-scan --owners=bpf -o pid >/dev/null 2>&1 ||
		skip 'needs a kernel with BTF, and the first pid namespace'
	start_sockets
	as_root -H --owners=bpf -o $fixed >root
	run -0 --separate-stderr with $caps,+bpf,+perfmon -H --owners=bpf \
		-o $fixed
	assert_output_is "$(<root)"
	for some in +bpf +perfmon; do
		run -2 --separate-stderr with $caps,$some --owners=bpf
		[[ $stderr == 'prt-scan: --owners=bpf: '* ]]
	done
}

# The capability sets of a process that are not empty, and its NoNewPrivs:
# `Prm=2 Eff=2 1' if cap_dac_override is all that it has.
rights_of()
{
	awk '
	/^Cap(Inh|Prm|Eff|Amb):/ && $2 !~ /^0*$/ {
		sub(/^0*/, "", $2)
		printf "%s=%s ", substr($1, 4, 3), $2
	}
	/^NoNewPrivs:/ { print $2 }' "$1"
}

# await_rights RIGHTS: waits until $waiter, which waits for input, has these.
await_rights()
{
	local i now

	for ((i = 0; i < 500; i++)); do
		now=$(rights_of "/proc/$waiter/status")
		[ "$now" != "$1" ] || return 0
		sleep 0.02
	done
	echo "$now, expected $1"
	return 1
}

record='#proto	state	local_addr	local_port
tcp	LISTEN	127.0.0.1	1'

# waiting FIFO COMMAND...: sets $waiter to its pid; its input is written to 8.
waiting()
{
	local fifo=$1

	[ -p "$fifo" ] || mkfifo "$fifo"
	# opening it does not block at either end
	exec 8<>"$fifo"
	"${@:2}" 3>&- 8>&- &
	waiter=$!
}

# Ends its input, and so the process.
let_go()
{
	echo "$record" >&8
	exec 8>&-
	wait "$waiter"
	waiter=
}

@test "prt-diff: its files are open, and it has no capability any more" {
	requires linux
	echo "$record" >old
	waiting new prt-diff old new
	await_rights 1
	let_go
	# also capabilities that a user was given
	open_folders "$BATS_TEST_TMPDIR"
	chmod o+r new
	waiting new setpriv --reuid=65534 --clear-groups \
		--inh-caps=+sys_ptrace,+sys_admin \
		--ambient-caps=+sys_ptrace,+sys_admin \
		/proc/self/fd/9 old new 9<"$(command -v prt-diff)"
	await_rights 1
	let_go
}

@test "prt-diff -S: until the state is written it may write to any folder" {
	requires linux
	mkdir -m 555 state
	waiting new prt-diff --init -S state/s new
	await_rights 'Prm=2 Eff=2 1'
	let_go
	[ -s state/s ]
}

@test "prt-flag: none behind its last file, before that it may read any" {
	requires linux
	mkfifo two
	exec 7<>two
	waiting one prt-flag one two
	await_rights 'Prm=4 Eff=4 1'
	echo "$record" >&8
	exec 8>&-
	await_rights 1
	exec 7>&-
	kill "$waiter"
	waiter=
}

@test "prt-scan: none when the scan is done" {
	requires linux python3
	cat >full.py <<-'END'
		# a pipe that is full, and that nobody reads
		import os, subprocess, sys
		r, w = os.pipe()
		os.set_blocking(w, False)
		try:
		    while True:
		        os.write(w, b"x")
		except BlockingIOError:
		    os.set_blocking(w, True)
		p = subprocess.Popen(sys.argv[1:], stdout=w)
		open("pid.new", "w").write(str(p.pid))
		os.rename("pid.new", "pid")
		p.wait()
	END
	for option in -l -N -I --owners=walk --backend=proc; do
		rm -f pid
		python3 full.py prt-scan $option 3>&- &
		until [ -s pid ]; do
			kill -0 $!
			sleep 0.02
		done
		waiter=$(<pid)
		await_rights 1
		kill "$waiter"
		waiter=
		wait $!
	done
}

@test "lsof and ps have what they need, and no more" {
	requires linux
	mkdir bin
	for name in lsof ps; do
		cat >bin/$name <<-END
			#!/bin/sh
			cat /proc/self/status >'$PWD/$name.status'
			printf 'p%s\nf3\ntIPv4\nPTCP\nn*:1\nTST=LISTEN\n' \$PPID
		END
		chmod 755 bin/$name
	done
	PATH=$PWD/bin:$PATH run -0 prt-scan --backend=lsof
	for name in lsof ps; do
		[ "$(rights_of $name.status)" = 'Prm=80004 Eff=80004 1' ]
	done
}

@test "a kernel that lets nothing be given up: it is said, the rest is done" {
	requires linux strace
	echo "$record" >in
	for call in capget prctl capset; do
		run -0 --separate-stderr strace -qq -o trace -e trace=$call \
			-e inject=$call:error=EPERM prt-flag -X -H -o state in
		grep -q INJECTED trace
		[ "$output" = LISTEN ]
		[ "${stderr_lines[0]}" = 'prt-flag: giving up capabilities: Operation not permitted' ]
	done
}
