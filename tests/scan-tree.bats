#!/usr/bin/env bats
# prt-scan --proc: another proc tree, complete, incomplete and corrupt.
# shellcheck disable=SC2154

load helpers
load proc-tree

setup()
{
	tree_make
}

@test "a socket, its owner and all that is told of him" {
	tree_socket 22 77
	tree_process 40 'my daemon' 500 1
	tree_process 1 init 1 0
	tree_fd 40 3 'socket:[77]'
	tree_fd 40 5 'socket:[77]'
	run -0 prt-scan --proc="$tree" -H
	assert_output_is "$(printf '%s\t' tcp LISTEN 127.0.0.1 22 - - - ssh - - \
		40 'my daemon' 1234567 1234567 3,5 1 init /bin/x)a b"
}

@test "unpriv: what the tree says, 1024 of an old kernel's, else not known" {
	tree_socket 22 0
	says() {
		run -0 --separate-stderr prt-scan --proc="$tree" -o local_port
		[[ ${lines[0]} == *" unpriv=$1 protos="* ]]
		[ -z "$stderr" ]
	}
	rm -rf "$tree/sys"
	says -
	mkdir -p "$tree/sys/net/ipv4"
	says 1024
	echo 80 >"$tree/sys/net/ipv4/ip_unprivileged_port_start"
	says 80
}

@test "inode numbers beyond 32 bits" {
	tree_socket 22 4294967296
	tree_socket 23 18446744073709551615
	tree_socket 24 1
	tree_process 40 x
	tree_fd 40 3 'socket:[4294967296]'
	tree_fd 40 4 'socket:[18446744073709551615]'
	run -0 scan_tree local_port,pid,fd,inode
	assert_output_is "22	40	3	4294967296
23	40	4	18446744073709551615
24	-	-	1"
}

@test "what only looks like a socket's link" {
	tree_socket 22 123
	tree_process 40 x
	local n=3 link
	for link in 'socket:[0123]' 'socket:[123' 'socket:123' '/socket:[123]' \
		'socket:[ 123]' 'socket:[123]x' 'xsocket:[123]' 'socket:[-123]' \
		'socket:[0x7b]' 'socket:[]' 'pipe:[123]' 'socket:[1234]' \
		'socket:[123] ' 'Socket:[123]' 'socket:[18446744073709551739]'
	do
		tree_fd 40 $((n++)) "$link"
	done
	run -0 scan_tree local_port,pid
	assert_output_is "22	-"
}

@test "a socket without inode is nobody's, whatever a link says" {
	tree_socket 22 0
	tree_process 40 x
	tree_fd 40 3 'socket:[0]'
	run -0 scan_tree local_port,pid,inode
	assert_output_is "22	-	-"
}

@test "a process half gone: what is known, and the rest is -" {
	tree_socket 22 77
	tree_process 40 x
	tree_fd 40 3 'socket:[77]'
	rm "$tree/40/stat" "$tree/40/cmdline" "$tree/40/exe"
	run -0 scan_tree pid,process,ppid,parent,exe,cmdline,uid,start
	assert_output_is "40	-	-	-	-	-	1234567	-"
	rm "$tree/40/status" "$tree/40/cgroup"
	run -0 scan_tree pid,process,uid,container,cgroup
	assert_output_is "40	-	-	-	-"
}

@test "a process that is gone, or has no descriptors to show" {
	tree_socket 22 77
	tree_process 40 x
	tree_fd 40 3 'socket:[77]'
	rm -r "$tree/40"
	tree_process 41 y
	rmdir "$tree/41/fd"
	run -0 --separate-stderr scan_tree local_port,pid
	assert_output_is "22	-"
	[ -z "$stderr" ]
}

@test "stat that is cut, empty or without parentheses" {
	tree_socket 22 77
	tree_process 40 x
	tree_fd 40 3 'socket:[77]'
	local stat
	for stat in '' '40' '40 (' '40 (x' '40 (x)' '40 x S 1 1' '40 (x) S 1' \
		'40 )x( S 1 1 1 0 -1 0 0 0 0 0 5 6 0 0 20 0 1 0 100 4096 7'
	do
		printf '%s' "$stat" >"$tree/40/stat"
		run -0 scan_tree pid,process,ppid,start
		assert_output_is "40	-	-	-"
	done
}

@test "the name in stat is between the first ( and the last )" {
	tree_socket 22 77
	local name
	for name in ') (' '(((' ')' '(x) S 9 9' 'a b' '#x' '-'; do
		rm -rf "$tree/40"
		tree_process 40 "$name" 100 7
		tree_fd 40 3 'socket:[77]'
		run -0 scan_tree pid,process,ppid
		[ "$name" != - ] || name='\x2d'
		assert_output_is "40	$name	7"
	done
}

@test "a parent that is younger than its child is another process" {
	tree_socket 22 77
	tree_process 40 x 500 30
	tree_fd 40 3 'socket:[77]'
	tree_process 30 reused 501
	run -0 scan_tree ppid,parent
	assert_output_is "30	-"
	rm -r "$tree/30"
	tree_process 30 parent 500
	run -0 scan_tree ppid,parent
	assert_output_is "30	parent"
}

@test "corrupt lines are skipped with a warning, the others stay" {
	tree_socket 22 77
	{
		echo garbage
		tree_line 23 78
		tree_line 24 79 | tr 0-9 g-p
		tree_line 25 x
		tree_line 26 -1
		tree_line 27 18446744073709551616
		echo
		tree_line 28 79 | head -c 60
	} >>"$net/tcp"
	run -0 --separate-stderr scan_tree local_port
	[ "$output" = "22
23" ]
	[ "${#stderr_lines[@]}" -eq 7 ]
	[ "${stderr_lines[0]}" = \
		"prt-scan: $net/tcp:3: not a line of a socket table: skipped" ]
	# with --strict, an answer with a gap is an error
	run -2 --separate-stderr scan_tree local_port --strict
}

@test "at most ten warnings a file, then their number" {
	for _ in {1..50}; do
		echo garbage
	done >>"$net/tcp"
	run -0 --separate-stderr scan_tree local_port
	[ "${#stderr_lines[@]}" -eq 11 ]
	[ "${stderr_lines[10]}" = \
		"prt-scan: $net/tcp: 50 such lines skipped in all" ]
}

@test "doubled rows are dropped, by inode and by the two ends" {
	tree_socket 22 77
	tree_socket 22 77
	tree_socket 22 78		# SO_REUSEPORT: another socket
	tree_socket 23 80 01
	tree_socket 23 80 08		# it went on in between: the later one
	tree_socket 24 0 06
	tree_socket 24 0 06
	run -0 scan_tree local_port,state,inode
	assert_output_is "22	LISTEN	77
22	LISTEN	78
23	CLOSE_WAIT	80
24	TIME_WAIT	-"
}

@test "init's network is taken, where there is one, before DIR/net" {
	tree_socket 22 77
	run -0 scan_tree local_port
	assert_output_is 22
	mkdir -p "$tree/1/net"
	cp "$net/tcp" "$net/udp" "$tree/1/net"
	net=$tree/1/net tree_socket 23 78
	run -0 scan_tree local_port
	assert_output_is "22
23"
}

@test "no IPv6 files are none; no IPv4 ones are trouble" {
	tree_socket 22 77
	rm "$net/udp"
	run -2 --separate-stderr scan_tree local_port
	[ -z "$output" ]
	[ "$stderr" = "prt-scan: $net/udp: No such file or directory" ]
	run -0 scan_tree local_port -t
	assert_output_is 22
}

@test "IPv6, IPv4-mapped and UDP" {
	{
		echo heading
		printf '0: %s:0016 %s:0000 0A 0:0 00:0 0 0 0 9 1\n' \
			"$(tree_hex 00000000000000000000000000000001)" \
			00000000000000000000000000000000
	} >"$net/tcp6"
	# queues of one digit are invalid
	run -0 --separate-stderr scan_tree local_addr
	[ -z "$output" ]
	[[ $stderr == *"/tcp6:2: not a line"* ]]
	{
		echo heading
		printf '0: %s:0016 %s:0000 0A 00000000:00000000 00:0 0 0 0 9 1\n' \
			"$(tree_hex 00000000000000000000000000000001)" \
			00000000000000000000000000000000
		printf '1: %s:0016 %s:1F90 01 00000000:00000000 00:0 0 0 0 8 1\n' \
			"$(tree_hex 00000000000000000000FFFF7F000001)" \
			"$(tree_hex 20010DB8000000000000000000000001)"
	} >"$net/tcp6"
	printf '2: %s %s 07 00000000:00000000 00:0 0 0 0 7 1\n' \
		"$(tree_end 0.0.0.0 53)" 00000000:0000 >>"$net/udp"
	run -0 scan_tree proto,state,local_addr,local_port,remote_addr,remote_port
	assert_output_is "tcp	LISTEN	::1	22	-	-
tcp	ESTABLISHED	::ffff:127.0.0.1	22	2001:db8::1	8080
udp	UNCONN	0.0.0.0	53	-	-"
}

@test "-N: every process's folder, labelled by container or inode" {
	local id
	id=$(printf '%064x' 11)
	tree_process 1 init 1 0
	mkdir -p "$tree/1/ns" "$tree/1/net"
	ln -s 'net:[100]' "$tree/1/ns/net"
	cp "$net"/* "$tree/1/net"
	net=$tree/1/net tree_socket 22 70
	add_namespace() {
		tree_process "$1" x
		mkdir -p "$tree/$1/ns" "$tree/$1/net"
		ln -s "net:[$2]" "$tree/$1/ns/net"
		cp "$net"/* "$tree/$1/net"
		net=$tree/$1/net tree_socket "$3" "$4"
		tree_fd "$1" 3 "socket:[$4]"
	}
	add_namespace 50 200 80 71
	add_namespace 60 300 81 72
	echo "0::/system.slice/docker-$id.scope" >"$tree/60/cgroup"
	tree_process 55 y		# the first of 200 again
	mkdir -p "$tree/55/ns"
	ln -s 'net:[200]' "$tree/55/ns/net"
	# it is in a container, on another one's network
	echo "0::/system.slice/docker-$(printf %064d 9).scope" >"$tree/55/cgroup"
	# two namespaces of one container
	add_namespace 70 400 82 73
	add_namespace 75 500 83 74
	for pid in 70 75; do
		echo "0::/lxc.payload.web/x" >"$tree/$pid/cgroup"
	done
	# a sandbox has no network of its own, and a guess is not a container
	add_namespace 80 600 84 75
	echo "0::/system.slice/snap.a.b.service" >"$tree/80/cgroup"
	add_namespace 85 700 85 76
	echo "0::/ecs/task/$id" >"$tree/85/cgroup"
	run -0 scan_tree netns,local_port,pid,netns_id -N
	assert_output_is "-	22	-	100
net:[200]	80	50	200
docker/${id:0:12}	81	60	300
lxc/web	82	70	400
net:[500]	83	75	500
net:[600]	84	80	600
net:[700]	85	85	700"
}

@test "-N: containers of each runtime, by the control group alone" {
	local id n=10 cgroup label

	while read -r cgroup label; do
		n=$((n + 1))
		# each has its own id: a label belongs to one namespace only
		id=$(printf '%02x%062x' $n 0)
		cgroup=${cgroup/ID/$id} label=${label/ID/${id:0:12}}
		tree_process $n x
		mkdir -p "$tree/$n/ns" "$tree/$n/net"
		ln -s "net:[$n]" "$tree/$n/ns/net"
		cp "$net"/* "$tree/$n/net"
		net=$tree/$n/net tree_socket $n $n
		tree_fd $n 3 "socket:[$n]"
		echo "0::$cgroup" >"$tree/$n/cgroup"
		echo "$n	$label	$label" >>"$BATS_TEST_TMPDIR/want"
	done <<-'END'
		/system.slice/docker-ID.scope docker/ID
		/machine.slice/libpod-ID.scope/container podman/ID
		/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope cri/ID
		/kubepods.slice/kubepods-pod1.slice/crio-ID.scope cri/ID
		/kubepods/burstable/pod1/ID cri/ID
		/default/ID containerd/ID
		/lxc.payload.web-1/init.scope lxc/web-1
		/machine.slice/machine-web\x2d1.scope/payload nspawn/web-1
		/machine.slice/systemd-nspawn@db.service/payload nspawn/db
	END
	[ $n -eq 19 ]
	run -0 scan_tree local_port,netns,container -N
	assert_output_is "$(cat "$BATS_TEST_TMPDIR/want")"
}

@test "a tree that is none" {
	rm -r "$tree"
	run -2 prt-scan --proc="$tree"
	[ "$output" = "prt-scan: $tree/net/tcp: No such file or directory" ]
	touch "$tree"
	run -2 prt-scan --proc="$tree"
	[ "$output" = "prt-scan: $tree/net/tcp: Not a directory" ]
}

@test "--backend: netlink and proc alone, and proc alone with --proc" {
	run -2 prt-scan --backend=foo
	[[ $output == "prt-scan: --backend=foo: expected "* ]]
	run -2 prt-scan --backend=netlink --proc="$tree"
	[ "$output" = "prt-scan: --proc: goes with --backend=proc alone" ]
	run -0 prt-scan --backend=proc --proc="$tree" -H
}

@test "descriptors that may not be read: hidden owners are counted" {
	requires root setpriv
	tree_socket 22 77
	tree_socket 23 78
	tree_process 40 x
	tree_fd 40 3 'socket:[77]'
	chmod 700 "$tree/40/fd"
	open_folders "$BATS_TEST_TMPDIR"
	as_nobody() {
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			/proc/self/fd/9 "$@" 9<"$(command -v prt-scan)"
	}
	run -0 as_nobody --proc="$tree" -o local_port,pid
	[[ ${lines[0]} == *" unowned=2 "* ]]
	[ "${lines[2]}" = "22	-" ]
	run -2 --separate-stderr as_nobody --proc="$tree" -H -o local_port,pid \
		--strict
	[ "$stderr" = "prt-scan: the owners of 2 sockets are hidden: root, or sudo prt-scan, sees more" ]
	run -0 prt-scan --proc="$tree" -o local_port,pid
	[[ ${lines[0]} == *" unowned=0 "* ]]
}

# /proc/net/sctp: an endpoint with two addresses, which has an association that
# was not accepted, and the association's other end.
tree_sctp()
{
	mkdir "$net/sctp"
	cat >"$net/sctp/eps" <<-'END'
		 ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
		 1411d573 b1099727 2   10  7    2905   1234567   77 10.0.0.1 0000:0000:0000:0000:0000:0000:0000:0001
	END
	cat >"$net/sctp/assocs" <<-'END'
		 ASSOC     SOCK   STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT
		 47400d01 b1099727 2   10  3  0      12        5      233    1234567   77 2905  40000  10.0.0.1 0000:0000:0000:0000:0000:0000:0000:0001 <-> *10.0.0.9 	    7500    10
		 255a1684  65fd99c 2   1   7  0      11        0        0       0   78 40000  2905  10.0.0.9 <-> *10.0.0.1 0000:0000:0000:0000:0000:0000:0000:0001 	    7500    10
	END
}

@test "SCTP: each address of endpoints and associations" {
	tree_sctp
	run -0 scan_tree proto,state,local_addr,local_port,remote_addr,remote_port,dir,inode,sock_uid,rx_queue,tx_queue
	assert_output_is "$(cat <<-'END'
		sctp	LISTEN	10.0.0.1	2905	-	-	-	77	1234567	-	-
		sctp	ESTABLISHED	10.0.0.1	2905	10.0.0.9	40000	in	77	1234567	233	5
		sctp	LISTEN	::1	2905	-	-	-	77	1234567	-	-
		sctp	ESTABLISHED	::1	2905	10.0.0.9	40000	in	77	1234567	233	5
		sctp	LAST_ACK	10.0.0.9	40000	10.0.0.1	2905	out	78	0	0	0
		sctp	LAST_ACK	10.0.0.9	40000	::1	2905	out	78	0	0	0
	END
	)"
}

@test "SCTP: chosen as the others, after udp, with names of its own" {
	tree_sctp
	tree_socket 2905 79
	echo '  0: 0100007F:0B59 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 80 2' \
		>>"$net/udp"
	echo 'm3ua 2905/sctp' >"$BATS_TEST_TMPDIR/services"
	run -0 scan_tree proto,service -l --services="$BATS_TEST_TMPDIR/services"
	assert_output_is 'tcp	-
udp	-
sctp	m3ua
sctp	m3ua'
	run -0 scan_tree proto -tu
	assert_output_is 'tcp
udp'
	run -0 scan_tree local_addr --proto=sctp -6 2905
	assert_output_is '::1
::1'
	run -0 scan_tree state ::1
	assert_output_is 'LISTEN
ESTABLISHED
LAST_ACK'
}

@test "SCTP: a line that is none is told, and what cannot be read" {
	tree_sctp
	echo ' 1411d573 b1099727 2   10  7    2905   0   77 10.0.0' >>"$net/sctp/eps"
	run -0 --separate-stderr scan_tree local_addr -l
	assert_output_is '10.0.0.1
::1'
	[ "$stderr" = "prt-scan: $net/sctp/eps:3: not a line of a socket table: skipped" ]
	run -2 --separate-stderr scan_tree local_addr -l --strict
	rm "$net/sctp/assocs"
	mkdir "$net/sctp/assocs"
	tree_socket 22 79
	run -0 --separate-stderr scan_tree local_port -t
	assert_output_is 22
	[ -z "$stderr" ]
	run -2 --separate-stderr scan_tree local_port --strict
	[ "$stderr" = "prt-scan: $net/sctp/eps:3: not a line of a socket table: skipped
prt-scan: $net/sctp/assocs: Is a directory" ]
}
