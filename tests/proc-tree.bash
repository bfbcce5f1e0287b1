# shellcheck shell=bash
# Proc trees made by hand, for prt-scan --proc: $tree, below the test's folder.
# They hold what no live machine can be made to show.

tree_make()
{
	requires linux
	tree=$BATS_TEST_TMPDIR/proc
	net=$tree/net
	mkdir -p "$net"
	# EI_DATA: 1, the low byte is the first one; 2, the high byte
	tree_order=$(od -An -tu1 -j5 -N1 "$PRT_BUILDDIR/src/prt-scan")
	local file
	for file in tcp udp; do
		echo '  sl  local_address rem_address   st' >"$net/$file"
	done
}

# tree_hex DIGITS: the bytes of an address as /proc/net/tcp6 has them, in words
# with the byte order of the machine that the programs are built for.
tree_hex()
{
	local words=$1

	if [ "$tree_order" -eq 1 ]; then
		words=$(sed -E 's/(..)(..)(..)(..)/\4\3\2\1/g' <<<"$1")
	fi
	printf '%s' "$words"
}

# tree_end ADDRESS PORT: both as /proc/net/tcp has them.
tree_end()
{
	local IFS=.
	# shellcheck disable=SC2086
	set -- $1 "$2"
	[ "$tree_order" -eq 2 ] || set -- "$4" "$3" "$2" "$1" "$5"
	printf '%02X%02X%02X%02X:%04X' "$@"
}

# tree_line PORT INODE [STATE]: a line of net/tcp, by default a listener's.
tree_line()
{
	local remote='00000000:0000'

	[ "${3:-0A}" = 0A ] || remote=$(tree_end 127.0.0.9 9)
	printf '%4d: %s %s %s 00000000:00000000 00:00000000 00000000 %5d %8d %s 1\n' \
		0 "$(tree_end 127.0.0.1 "$1")" "$remote" "${3:-0A}" 0 0 "$2"
}

# tree_socket PORT INODE [STATE]: adds that line.
tree_socket()
{
	tree_line "$@" >>"$net/tcp"
}

# tree_process PID COMM [START [PPID]]: adds one without descriptors.
tree_process()
{
	local dir=$tree/$1 rest

	mkdir -p "$dir/fd"
	rest="S ${4:-1} 1 1 0 -1 0 0 0 0 0 5 6 0 0 20 0 1 0 ${3:-100} 4096 7"
	printf '%s (%s) %s\n' "$1" "$2" "$rest" >"$dir/stat"
	printf 'Name:\tx\nUid:\t0\t1234567\t0\t0\n' >"$dir/status"
	printf 'a\0b\0' >"$dir/cmdline"
	echo '0::/' >"$dir/cgroup"
	ln -s /bin/x "$dir/exe"
}

# tree_fd PID FD LINK
tree_fd()
{
	ln -s "$3" "$tree/$1/fd/$2"
}

# scan_tree LIST [ARG...]: the records of the tree, without header.
scan_tree()
{
	local list=$1

	shift
	prt-scan --proc="$tree" -H -o "$list" "$@"
}
