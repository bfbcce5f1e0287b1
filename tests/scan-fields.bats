#!/usr/bin/env bats
# The opt-in fields, each against another source: ss, /proc, the cgroup file.

load helpers

setup() {
	requires linux netns ss python3
}

teardown() {
	stop_sockets
	if [ -n "${holder-}" ]; then
		kill "$holder" 2>/dev/null || true
	fi
}

# scan LIST ARG...: the values of those fields, without header.
scan() {
	local list=$1
	shift
	enter prt-scan -H -o "$list" "$@"
}

# ss_value PATTERN ARG...: the first match in what ss prints of a socket.
ss_value() {
	local pattern=$1
	shift
	enter ss -tuanHOimoe "$@" | grep -oP -m 1 "$pattern" | head -n 1
}

@test "family, v6only, inode, sock_uid" {
	start_sockets
	run -0 scan family,v6only,inode,sock_uid -l '0.0.0.0:20502'
	[ "$output" = "inet	-	$(ss_value 'ino:\K[0-9]+' -4 -l \
	    'sport = 20502')	0" ]
	run -0 scan family,v6only -l '[::]:20502'
	[ "$output" = "inet6	yes" ]
	run -0 scan family,v6only -l '[::]:80'
	[ "$output" = "inet6	no" ]
}

@test "iface: the device that a socket is bound to" {
	start_sockets
	run -0 scan iface,local_addr 20512 20513
	[ "$output" = "lo	127.1.2.3
lo	fe80::1%lo" ]
	run -0 scan iface -l 20501
	[ "$output" = - ]
}

@test "rx_queue, tx_queue, backlog: as ss has them" {
	start_sockets
	while read -r port rx tx; do
		run -0 scan rx_queue,backlog -l "127.0.0.1:$port"
		[ "$(sort -u <<<"$output")" = "$rx	$tx" ]
	done < <(enter ss -4tlnH | awk '
	    $4 ~ /^127[.]0[.]0[.]1:/ { sub(/.*:/, "", $4); print $4, $2, $3 }')
	run -0 scan tx_queue,backlog --state=ESTABLISHED 40101
	[ "$(sort -u <<<"$output")" = "0	-" ]
	run -0 scan rx_queue,tx_queue --state=TIME_WAIT
	[ "$(sort -u <<<"$output")" = "-	-" ]
}

# transfer BYTES: sends as many from 127.0.0.1:20701 to a peer that reads half
# of them, in a new namespace whose process is $holder.
transfer() {
	local ready=$BATS_TEST_TMPDIR/ready

	netns_find
	"${UNSHARE[@]}" -- python3 -c '
import fcntl, os, socket, struct, sys, time
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))  # up
l = socket.socket()
l.bind(("127.0.0.1", 20700))
l.listen(5)
s.bind(("127.0.0.1", 20701))
s.connect(("127.0.0.1", 20700))
a, _ = l.accept()
n = int(sys.argv[1])
while n > 0:
    part = min(n, 4096)
    s.sendall(b"x" * part)
    a.recv(part, socket.MSG_WAITALL)
    n -= part
s.sendall(b"y" * 1000)
time.sleep(0.3)
open(sys.argv[2], "w").write(str(os.getpid()))
time.sleep(60)' "$1" "$ready" 3>&- &
	holder=$!
	until [ -s "$ready" ]; do sleep 0.02; done
	FX=([main]=$(cat "$ready"))
}

@test "rx_bytes, tx_bytes, rx_queue: a transfer of known size" {
	declare -A FX
	transfer 1000000
	run -0 scan local_port,rx_bytes,tx_bytes,rx_queue,tx_queue \
	    --state=ESTABLISHED -t
	# the kernel counts the SYN of the end that connects as one byte
	[ "$output" = "20700	1001000	0	1000	0
20701	0	1001001	0	0" ]
}

@test "rtt, retrans: as ss has them" {
	declare -A FX
	transfer 4096
	rtt=$(ss_value ' rtt:\K[0-9.]+' 'sport = 20701')
	run -0 scan rtt,retrans --state=ESTABLISHED 127.0.0.1:20701
	[ "${lines[1]}" = "$(awk -v ms="$rtt" 'BEGIN { printf "%d", ms * 1000
	    }')	0" ]
}

@test "a UDP socket and a listener have no TCP counters" {
	start_sockets
	run -0 scan rx_bytes,tx_bytes,rtt,retrans 20510 -l
	[ "$output" = "-	-	-	-" ]
	run -0 scan rx_bytes,tx_bytes,rtt,retrans -l 127.0.0.1:20501
	[ "$output" = "-	-	-	-" ]
}

@test "start, cwd, rss, cpu: as /proc has them" {
	declare -A FX
	transfer 4096
	pid=${FX[main]}
	run -0 scan start,cwd,rss,cpu -l
	IFS=$'\t' read -r start cwd rss cpu <<<"$output"
	[ "$start" = "$(awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$pid/stat")" ]
	[ "$cwd" = "$(readlink "/proc/$pid/cwd")" ]
	[ "$rss" = "$(awk -v page="$(getconf PAGESIZE)" \
	    '{ sub(/.*\) /, ""); print $22 * page }' "/proc/$pid/stat")" ]
	[ "$cpu" = "$(awk -v hz="$(getconf CLK_TCK)" \
	    '{ sub(/.*\) /, ""); printf "%.2f", ($12 + $13) / hz }' \
	    "/proc/$pid/stat")" ]
}

@test "cgroup, netns_id: as /proc has them" {
	start_sockets
	pid=${FX[main]}
	run -0 scan cgroup,netns_id -l 127.0.0.1:20501
	[ "$output" = "$(awk -F: '$2 == "name=systemd" { named = $3 }
	    $1 == 0 { unified = $3 } END { print named ? named : unified }' \
	    "/proc/$pid/cgroup")	$(stat -L -c %i "/proc/$pid/ns/net")" ]
}

@test "unit, container_id: of a tree of proc files" {
	requires root
	id=$(printf '%064d' 7)
	make_tree() {
		local dir=$BATS_TEST_TMPDIR/proc
		mkdir -p "$dir/net" "$dir/40/fd"
		{
			echo heading
			echo "   0: 0100007F:0016 00000000:0000 0A" \
			    "00000000:00000000 00:00000000 00000000 0 0 77 1"
		} >"$dir/net/tcp"
		echo heading >"$dir/net/udp"
		ln -sfn 'socket:[77]' "$dir/40/fd/3"
		echo "$1" >"$dir/40/cgroup"
	}
	while read -r path unit; do
		make_tree "0::${path//'\x20'/ }"
		run -0 prt-scan --proc="$BATS_TEST_TMPDIR/proc" -H -o unit
		[ "$output" = "$unit" ]
	done <<-'END'
		/system.slice/ssh.service ssh.service
		/system.slice/system-getty.slice/getty@tty1.service getty@tty1.service
		/user.slice/user-1000.slice/user@1000.service/app.slice/x.service user@1000.service
		/user.slice/user-0.slice/session-1.scope session-1.scope
		/system.slice/_cpu.service cpu.service
		/init.scope init.scope
		/system.slice/ssh.service\x20(deleted) ssh.service
		/ -
		/system.slice -
		/docker/abc -
	END
	make_tree "0::/system.slice/docker-$id.scope"
	run -0 prt-scan --proc="$BATS_TEST_TMPDIR/proc" -H \
	    -o container_id,container,unit
	[ "$output" = "$id	docker/${id:0:12}	docker-$id.scope" ]
}

@test "host: the name of the machine" {
	start_sockets
	run -0 scan host -l 127.0.0.1:20501
	[ "$output" = "$(cat /proc/sys/kernel/hostname)" ]
}

@test "what is not asked for is not read" {
	requires strace
	start_sockets
	calls() {
		strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
		    -e trace='?open,openat,readlinkat' "$(command -v prt-scan)" -o "$1" >/dev/null
		# without what gcov opens, in `make coverage'
		sed '/\.gcda"/d' "$BATS_TEST_TMPDIR/trace"
	}
	# no owner: nothing of any process, nor any file of names
	run -0 calls proto,local_addr,local_port,rx_queue,inode
	run ! grep -E '/proc"|"[0-9]+/|passwd|services|localtime' <<<"$output"
	# an owner, and nothing else of it
	run -0 calls pid,fd
	run ! grep -E '\.\./|passwd|services' <<<"$output"
	run -0 calls exe
	run ! grep -E '\.\./(stat|status|cmdline|cgroup|cwd)' <<<"$output"
}

@test "what is not asked for costs no system call" {
	requires strace
	trace=$BATS_TEST_TMPDIR/trace
	# count LIST N [ARG...]: of a scan where there are N processes more.
	count() {
		in_netns bash -c '
		for ((i = 0; i < $1; i++)); do sleep 50 & children+=" $!"; done
		strace -f -qq -xx -s 16 -o "$2" \
		    -e trace=%file,%network,getdents64 "${@:3}"
		[ -z "$children" ] || kill $children' bash "$2" "$trace" \
		    "$(command -v prt-scan)" -H -o "$1" "${@:3}" >/dev/null
		wc -l <"$trace"
	}
	few=$(count proto,local_port,rx_queue,inode 0)
	[ "$(count proto,local_port,rx_queue,inode 40)" -eq "$few" ]
	# tcp_info: strace shows the request, or its bytes, of both versions
	info='INET_DIAG_INFO|=0x12 .*"(\\x00){3}\\x02|=0x14 .*"(\\x..){2}\\x02'
	grep -q 'sendto(.*nlmsg_type' "$trace"
	run ! grep -E "$info" "$trace"
	[ "$(count rtt 0)" -eq "$few" ]
	run -0 grep -cE "$info" "$trace"
	[ "$output" -eq "$(grep -c 'sendto(.*nlmsg_type' "$trace")" ]
	[ "$(count pid 40 --owners=walk)" -gt "$((few + 40))" ]
}

@test "-I: as /proc/net/dev has it, and a total without loopback" {
	start_sockets
	# Some of the fixture's ends send again and again.
	until [ "${before-}" = "$(enter cat /proc/net/dev)" ]; do
		before=$(enter cat /proc/net/dev)
		run -0 enter prt-scan -I
	done
	[ "${lines[1]}" = "#iface	rx_bytes	rx_packets	rx_errors	tx_bytes	tx_packets	tx_errors" ]
	[[ ${lines[0]} == *" scope=interfaces" ]]
	scanned=$(grep -v '^#' <<<"$output")
	truth=$(awk 'NR > 2 {
		sub(/:/, " ")
		print $1 "\t" $2 "\t" $3 "\t" $4 "\t" $10 "\t" $11 "\t" $12
		if ($1 != "lo") {
			r += $2; rp += $3; re += $4
			t += $10; tp += $11; te += $12
			any = 1
		}
	}
	END {
		if (any)
			print "total\t" r "\t" rp "\t" re "\t" t "\t" tp "\t" te
		else
			print "total\t-\t-\t-\t-\t-\t-"
	}' <<<"$before")
	[ "$scanned" = "$truth" ]
}

@test "-I: takes no operand, and its own columns alone" {
	run -2 prt-scan -I 80
	[ "$output" = "prt-scan: -I: '80': no operand goes with it" ]
	for option in -t -l --state=LISTEN --pid=1; do
		run -2 prt-scan -I $option
		[ "$output" = 'prt-scan: -I: no option that chooses sockets goes with it' ]
	done
	run -2 prt-scan -I -o local_port
	run -0 prt-scan -I -H -o iface,host
	[[ ${lines[-1]} == "total	"* ]]
}
