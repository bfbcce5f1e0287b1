#!/usr/bin/env bats
# prt-scan --proc: links that lead out of the tree, and paths that are no files.
# shellcheck disable=SC2154

load helpers
load proc-tree

setup()
{
	tree_make
	out=$BATS_TEST_TMPDIR/out
	mkdir "$out"
}

# A tree as by tree_make, and another outside of it, whose words are secret.
two_trees()
{
	local tree=$out net=$out/net

	mkdir "$net"
	cp -r "$BATS_TEST_TMPDIR/proc/net" "$out"
	fill secret 7777
	tree=$BATS_TEST_TMPDIR/proc net=$tree/net
	fill plain 22
}

# fill WORD PORT: writes everything that a scan reads in a tree.
fill()
{
	tree_socket "$2" 77
	tree_process 40 "$1" 500 1
	tree_process 1 "$1init" 1 0
	printf '%s\0' "$1" >"$tree/40/cmdline"
	echo "0::/$1" >"$tree/40/cgroup"
	tree_fd 40 3 'socket:[77]'
	mkdir -p "$tree/sys/kernel" "$tree/sys/net/ipv4"
	echo "$1host" >"$tree/sys/kernel/hostname"
	echo 80 >"$tree/sys/net/ipv4/ip_unprivileged_port_start"
}

# each_way: each test is run without openat2(2), and with it.
each_way()
{
	"$@"
	fixture fault.so >/dev/null 2>&1 || return 0
	! is_watched || return 0
	truncate -s 4096 "$BATS_TEST_TMPDIR/log"
	export PRT_FAULT=syscall:openat2:1:999999 LIBRARY
	export PRT_FAULT_LOG=$BATS_TEST_TMPDIR/log
	LIBRARY=$(fixture fault.so)
	"$@"
	unset LIBRARY
}

# scan ARG...: of the tree; it must end within 20 seconds.
scan()
{
	timeout 20 env LD_PRELOAD="${LIBRARY-}" prt-scan --proc="$tree" "$@"
}

# replaced PATH CMD...: the scan while CMD has put something else at PATH.
replaced()
{
	local path=$tree/$1

	shift
	mv "$path" "$BATS_TEST_TMPDIR/kept"
	"$@" "$path"
	run --separate-stderr scan -o +cgroup,host --strict
	rm -rf "$path"
	mv "$BATS_TEST_TMPDIR/kept" "$path"
}

# A message is needed, except for files that other kernels' trees may lack.
is_told()
{
	[[ $1 == sys* || ($status -eq 2 && -n $stderr) ]]
}

all_paths='40/stat 40/status 40/cmdline 40/cgroup 40/fd 40 net/tcp net
	sys/kernel/hostname sys 1/stat'

no_way_out()
{
	local path up

	for path in $all_paths; do
		replaced "$path" ln -s "$out/$path"
		echo "$path: $status: $output$stderr"
		is_told "$path"
		[[ $output$stderr != *secret* && $output != *7777* ]]
		# as many .. as lead to it from its folder
		up=$(sed 's,[^/]*/,../,g; s,[^/]*$,../out,' <<<"$path")
		replaced "$path" ln -s "$up/$path"
		echo "$path: $status: $output$stderr"
		is_told "$path"
		[[ $output$stderr != *secret* && $output != *7777* ]]
	done
	# everything is there
	run -0 --separate-stderr scan -o +cgroup,host --strict
	[[ -z $stderr && $output == *plain* ]]
}

@test "no link leads out of the tree" {
	two_trees
	each_way no_way_out
}

no_wait()
{
	local path

	for path in 40/stat 40/status 40/cmdline 40/cgroup 40/fd 40 net/tcp \
	    net sys/kernel/hostname 1/stat; do
		replaced "$path" mkfifo
		echo "$path: $status: $stderr"
		is_told "$path"
		[ -n "$stderr" ]
	done
}

@test "a pipe is not waited for" {
	two_trees
	each_way no_wait
}

no_device()
{
	local path

	for path in 40/stat 40/cmdline net/tcp; do
		replaced "$path" device
		echo "$path: $status: $stderr"
		[ "$status" -eq 2 ]
		[[ $stderr == *'Invalid argument'* ]]
	done
}

device()
{
	mknod "$1" c 1 5
}

@test "a device is not read" {
	requires root
	device "$BATS_TEST_TMPDIR/zero" 2>/dev/null &&
		head -c 1 "$BATS_TEST_TMPDIR/zero" >/dev/null 2>&1 ||
		skip 'needs devices'
	two_trees
	each_way no_device
}

links_within()
{
	local how

	# DIR/net and DIR/self are such links in every procfs
	for how in 'self/net 40' '/40/net 40' 'self/../self/./net /40' \
	    '../../../40/net 40'; do
		ln -sfn "${how% *}" "$tree/net"
		ln -sfn "${how#* }" "$tree/self"
		run -0 --separate-stderr scan -H -o local_port,process --strict
		echo "$how: $stderr"
		assert_output_is '22	plain'
	done
	ln -sfn self "$tree/self"
	ln -sfn self/net "$tree/net"
	run -2 --separate-stderr scan -H
	[[ $stderr == *"net/tcp: $(text_of ELOOP)"* ]]
}

@test "a link to the tables within the tree, as of every procfs" {
	two_trees
	mv "$tree/net" "$tree/40/net"
	each_way links_within
}

# of ARG...: this machine's sockets and their owners, as a scan prints them.
of()
{
	LD_PRELOAD=${LIBRARY-} prt-scan -o +container_id,cgroup,cwd "$@" |
		sed -E 's/ (time|up)=[^ ]*//g'
}

# From /proc/1/net in the tree of another proc it reads init's tables, which
# here are the container's own.
as_well_bound()
{
	of --backend=proc --owners=walk >own
	for dir in /proc bound link /proc/1/root/proc; do
		of --proc="$dir" --owners=walk >other
		echo "$dir"
		grep -q '^udp	.*	9	' other
		grep -q ' (deleted)' other
		diff <(sed 1d own) <(sed 1d other)
	done
}

@test "another mount of a procfs is read as /proc is" {
	requires root mounts linux ip
	cd "$BATS_TEST_TMPDIR"
	mkfifo ready.pipe
	cp "$(realpath "$(command -v bash)")" gone
	export -f of as_well_bound each_way fixture is_watched
	run -0 unshare -npfm --mount-proc bash -ec '
		ip link set lo up
		./gone -c "rm gone
			exec 5<>/dev/udp/127.0.0.1/9
			echo 1 >ready
			read -t 60 <>ready.pipe" 3>&- &
		until [ -s ready ]; do
			kill -0 $!
			sleep 0.02
		done
		mkdir bound
		mount --bind /proc bound
		ln -s /proc link
		each_way as_well_bound'
}
