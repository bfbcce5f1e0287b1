#!/usr/bin/env bats
# The opt-in fields, compared with other sources: ss, /proc, the cgroup file.

load helpers

setup() {
	requires linux netns ss python3
}

teardown() {
	stop_sockets
	if [ -n "${holder-}" ]; then
		kill "$holder" 2>/dev/null || true
	fi
	remove_groups
}

# scan LIST ARG...: the values of those fields, without header.
scan() {
	local list=$1
	shift
	enter prt-scan -H -o "$list" "$@"
}

# ss_value PATTERN ARG...: the first match in ss's line for a socket.
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

# transfer BYTES: sends BYTES from 127.0.0.1:20701 to a peer that reads half of
# them, in a new namespace whose process is $holder.
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
	    $1 == 0 { unified = $3 } END {
		unit = "[.](service|scope)"
		if (!named || (named !~ unit && unified ~ unit))
			named = unified
		print named
	    }' \
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
		/user.slice/user-1000.slice/user@1000.service/app.slice/x.service x.service
		/user.slice/user-1000.slice/user@1000.service/init.scope user@1000.service
		/../../system.slice/ssh.service ssh.service
		/user.slice/user-0.slice/session-1.scope session-1.scope
		/system.slice/_cpu.service cpu.service
		/init.scope init.scope
		/system.slice/ssh.service\x20(deleted) ssh.service
		/ -
		/system.slice -
		/docker/abc -
	END
	make_tree "1:name=systemd:/
0::/system.slice/ssh.service"
	run -0 prt-scan --proc="$BATS_TEST_TMPDIR/proc" -H -o unit,cgroup
	[ "$output" = "ssh.service	/system.slice/ssh.service" ]
	make_tree "0::/system.slice/docker-$id.scope"
	run -0 prt-scan --proc="$BATS_TEST_TMPDIR/proc" -H \
	    -o container_id,container,unit
	[ "$output" = "$id	docker/${id:0:12}	docker-$id.scope" ]
}

# make_sockets SCRIPT: runs it in a new namespace until the end of the test; it
# may use hold().
make_sockets() {
	local ready=$BATS_TEST_TMPDIR/ready

	netns_find
	"${UNSHARE[@]}" -- python3 -c '
import fcntl, os, socket, struct, sys, time
def hold(*words):
    with open(sys.argv[1] + ".new", "w") as f:
        f.write(" ".join(str(w) for w in (os.getpid(),) + words))
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    time.sleep(60)
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))  # up
'"$1" "$ready" "${@:2}" 3>&- &
	holder=$!
	until [ -s "$ready" ]; do
		kill -0 "$holder"
		sleep 0.02
	done
	declare -gA FX=([main]="$(cut -d ' ' -f 1 "$ready")")
	words=$(cut -d ' ' -f 2- "$ready")
}

@test "cookie: as SO_COOKIE and ss have it" {
	make_sockets '
s, l = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
s.bind(("127.0.0.1", 20710))
l.bind(("127.0.0.1", 20711))
l.listen()
hold(*(struct.unpack("Q", x.getsockopt(socket.SOL_SOCKET, 57, 8))[0]
    for x in (l, s)))'
	run -0 scan cookie 20710 20711
	[ "$output" = "${words/ /$'\n'}" ]
	[ "$((16#$(ss_value 'sk:\K[0-9a-f]+' 'sport = 20710')))" = \
	    "${words#* }" ]
	run -0 scan cookie --backend=proc 20710
	[ "$output" = - ]
}

@test "drops: as /proc/net/udp has them" {
	make_sockets '
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
s.bind(("127.0.0.1", 20710))
for i in range(100):
    s.sendto(b"x" * 500, ("127.0.0.1", 20710))
hold()'
	truth=$(enter awk '$2 ~ /:50E6$/ { print $NF }' /proc/net/udp)
	[ "$truth" -gt 0 ]
	for backend in netlink proc; do
		run -0 scan drops --backend=$backend 20710
		[ "$output" = "$truth" ]
	done
}

@test "drops: of a listener, connections that found no room" {
	make_sockets '
l = socket.socket()
l.bind(("127.0.0.1", 20711))
l.listen(0)
c = [socket.socket() for i in range(4)]
for x in c:
    x.setblocking(False)
    x.connect_ex(("127.0.0.1", 20711))
time.sleep(0.2)
hold()'
	truth=$(enter nstat -asz TcpExtListenDrops |
	    awk '/ListenDrops/ { print $2 }')
	[ "$truth" -gt 0 ]
	# others retry
	run -0 scan drops -l 20711
	[ "$output" -ge "$truth" ]
	run -0 scan drops -l 20711 --backend=proc
	[ "$output" = - ]
}

@test "local_scope, remote_scope: as rules of prt-flag have them" {
	start_sockets
	run -0 scan local_addr,local_scope -l
	while read -r addr scope; do
		case $addr in
		127.* | ::1) want=loopback ;;
		0.0.0.0 | ::) want=any ;;
		fe80:*) want='link' ;;
		*) want='' ;;
		esac
		[ "$scope" = "${want:-$scope}" ]
		seen+=" $scope"
	done <<<"$output"
	[[ $seen == *any* && $seen == *link* && $seen == *loopback* ]]
	run -0 scan local_scope,remote_scope --state=ESTABLISHED 40101
	[ "$(sort -u <<<"$output")" = "loopback	loopback" ]
	run -0 scan remote_scope -l 20501
	[ "$(sort -u <<<"$output")" = - ]
	for scope in loopback link private public any; do
		run -0 bash -c 'set -o pipefail
		    "${@:2}" prt-scan -l -o \
			proto,local_addr,local_port,local_scope,pid |
		    prt-flag -s -X -H --disable=all -e "flag x local_scope=$1" \
			-o local_scope | sort -u' bash $scope \
			"${NSENTER[@]}" -t "${FX[main]}" --
		case $scope in
		private) [[ $output == link ]] ;;
		public) [ -z "$output" ] ;;
		*) [ "$output" = $scope ] ;;
		esac
	done
}

@test "time: that of the snapshot, in each record" {
	start_sockets
	run -0 enter prt-scan -o time,local_port
	time=$(grep -o -m 1 'time=[^ ]*' <<<"$output")
	[ "$(grep -v '^#' <<<"$output" | cut -f 1 | sort -u)" = "${time#time=}" ]
	run -0 enter prt-scan -I -o iface,time
	time=$(grep -o -m 1 'time=[^ ]*' <<<"$output")
	[ "$(tail -n 2 <<<"$output" | head -n 1)" = "total	${time#time=}" ]
}

# make_groups [BELOW]: makes control groups as systemd does, in version 2 and,
# if there is one, in systemd's own hierarchy.  They belong to a slice of our
# own, or to the group BELOW in it; sets slice and groups, their folders.
make_groups() {
	local mount dir

	requires root
	mount=$(findmnt -n -o TARGET -t cgroup2 | grep -m 1 \
	    -e '^/sys/fs/cgroup$' -e '^/sys/fs/cgroup/unified$') ||
	    skip 'needs control groups of version 2'
	slice=prttest$$.slice${1:+/$1}
	groups=("$mount/$slice")
	mount=$(findmnt -n -o TARGET -t cgroup -O name=systemd | head -n 1)
	[ -z "$mount" ] || groups+=("$mount/$slice")
	for dir in "${groups[@]}"; do
		mkdir -p "$dir/sa.socket" "$dir/init.scope" \
		    "$dir/sa.service" 2>/dev/null ||
		    skip 'needs control groups that can be made'
	done
}

# A group can be removed once its processes have ended.
remove_groups() {
	local dir i

	for dir in "${groups[@]/%.slice*/.slice}"; do
		for ((i = 0; i < 100; i++)); do
			find "$dir" -depth -type d -exec rmdir {} \; \
			    2>/dev/null || true
			[ -d "$dir" ] || break
			sleep 0.05
		done
	done
}

# As systemd does: a process in the unit's group makes the socket; a process in
# init.scope keeps it, and hands it to the service.
listen_for_unit() {
	make_groups "$@"
	make_sockets '
def join(unit):
    for dir in sys.argv[2:]:
        with open(dir + "/" + unit + "/cgroup.procs", "w") as f:
            f.write(str(os.getpid()))
join("sa.socket")
l = socket.socket()
l.bind(("127.0.0.1", 20711))
l.listen()
c = socket.create_connection(("127.0.0.1", 20711))
join("init.scope")
if os.fork() == 0:
    l2 = socket.socket()
    l2.bind(("127.0.0.1", 20712))
    l2.listen()
    c.close()
    join("sa.service")
    parent = os.getppid()
    open(sys.argv[1] + ".child", "w").close()
    while os.getppid() == parent:
        time.sleep(0.05)
    os._exit(0)
while not os.path.exists(sys.argv[1] + ".child"):
    time.sleep(0.02)
hold()' "${groups[@]}"
}

@test "sock_cgroup: where the socket was made, and a connection's listener" {
	listen_for_unit
	run -0 scan sock_cgroup,cgroup -l 20711
	[ "$output" = "/$slice/sa.socket	/$slice/init.scope
/$slice/sa.socket	/$slice/sa.service" ]
	run -0 scan sock_cgroup --state=ESTABLISHED 127.0.0.1:20711
	[ "$(sort -u <<<"$output")" = "/$slice/sa.socket" ]
	# every user can see it, and it needs no process
	run -0 enter_as 65534 prt-scan -H -o sock_cgroup,pid -l 20711
	[ "$output" = "/$slice/sa.socket	-" ]
	run -0 scan sock_cgroup -l 20711 --backend=proc
	[ "$(sort -u <<<"$output")" = - ]
	# the kernel keeps a group that has a socket, but without a name
	rmdir "${groups[0]}/sa.socket"
	run -0 scan sock_cgroup,unit -l 20711
	[ "$output" = "-	init.scope
-	sa.service" ]
}

@test "sock_cgroup: as ss has it" {
	ss -h 2>&1 | grep -q -- --cgroup || skip 'needs ss --cgroup'
	requires root
	listen_for_unit
	run -0 scan local_port,sock_cgroup -l
	[ "$output" = "$(enter ss -tlnH --cgroup |
	    sed -n 's/.*:\(20[0-9]*\) .*cgroup:\([^ ]*\).*/\1	\2/p' |
	    sort)" ]
}

@test "sock_cgroup: - in TIME_WAIT and SYN_RECV" {
	start_sockets
	run -0 scan sock_cgroup --state=TIME_WAIT,SYN_RECV
	[ "$(sort -u <<<"$output")" = - ]
}

@test "unit: the socket's own where systemd holds it, or nobody to be seen" {
	listen_for_unit
	run -0 scan unit,cgroup -l 20711
	[ "$output" = "sa.socket	/$slice/init.scope
sa.service	/$slice/sa.service" ]
	# for any other process, it is the process's own
	run -0 scan unit,sock_cgroup 20712
	[ "$output" = "sa.service	/$slice/init.scope" ]
	run -0 enter_as 65534 prt-scan -H -o unit,pid,cgroup -l 20711
	[ "$output" = "sa.socket	-	-" ]
}

@test "container: the socket's own, where its holder is hidden" {
	id=$(printf %064d 7)
	make_groups
	for dir in "${groups[@]}"; do
		mkdir "$dir/docker-$id.scope"
	done
	make_sockets '
for dir in sys.argv[2:]:
    with open(dir + "/cgroup.procs", "w") as f:
        f.write(str(os.getpid()))
l = socket.socket()
l.bind(("127.0.0.1", 20711))
l.listen()
hold()' "${groups[@]/%//docker-$id.scope}"
	run -0 enter_as 65534 prt-scan -H -o container,container_id,unit,pid \
	    -l 20711
	[ "$output" = "docker/${id:0:12}	$id	docker-$id.scope	-" ]
	run -0 enter_as 65534 prt-scan -F json -l 20711
	[[ $output == *'"container":"docker/'${id:0:12}'"'*'"pid":null'* ]]
	# a holder that is not hidden answers for all, without another call
	run -0 scan container_id,pid -l 20711
	[ "$output" = "$id	$holder" ]
	requires strace
	enter strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=%file \
	    "$(command -v prt-scan)" -l >/dev/null
	run ! grep 'open.*"/sys/fs/cgroup' "$BATS_TEST_TMPDIR/trace"
}

@test "unit: of a socket that a user's manager has made in its unit's group" {
	listen_for_unit user-7.slice/user@7.service
	run -0 scan unit,cgroup -l 20711
	[ "$output" = "sa.socket	/$slice/init.scope
sa.service	/$slice/sa.service" ]
}

# A group that processes share is read once, by the kernel's id for it.
@test "unit, cgroup, container: by the iterator, of processes that share groups" {
	prt-scan --owners=bpf -o pid >/dev/null 2>&1 ||
		skip 'needs root, a kernel with BTF, and the first pid namespace'
	cd "$BATS_TEST_TMPDIR"
	make_groups
	id=$(printf %064d 7)
	for dir in "${groups[@]}"; do
		mkdir "$dir/docker-$id.scope"
	done
	make_sockets '
for port in range(20711, 20723):
    r, w = os.pipe()
    if os.fork() == 0:
        for dir in sys.argv[3:]:
            with open(dir + "/" + ["sa.service", sys.argv[2], "init.scope"][
                    port % 3] + "/cgroup.procs", "w") as f:
                f.write(str(os.getpid()))
        l = socket.socket()
        l.bind(("127.0.0.1", port))
        l.listen()
        parent = os.getppid()
        os.write(w, b".")
        while os.getppid() == parent:
            time.sleep(0.05)
        os._exit(0)
    os.read(r, 1)
hold()' "docker-$id.scope" "${groups[@]}"
	for port in $(seq 20711 20722); do
		case $((port % 3)) in
		0) echo "$port	-	sa.service	/$slice/sa.service" ;;
		1) printf '%s	docker/%s	docker-%s.scope	/%s/docker-%s.scope\n' \
		    "$port" "${id:0:12}" "$id" "$slice" "$id" ;;
		2) echo "$port	-	init.scope	/$slice/init.scope" ;;
		esac
	done >expected
	columns=local_port,container,unit,cgroup
	for how in bpf walk; do
		enter prt-scan -H --owners=$how -o $columns -l >$how
		diff -u expected $how
	done
	requires strace
	enter strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=%file \
	    "$(command -v prt-scan)" --owners=bpf -l >/dev/null
	# two threads, three groups
	reads=$(grep -c '/cgroup"' "$BATS_TEST_TMPDIR/trace")
	[ "$reads" -ge 3 ]
	[ "$reads" -le 6 ]
}

@test "control groups without end do not keep a scan from ending" {
	listen_for_unit
	# groups deeper than any that are read, and one next to them that is not
	deep=${groups[0]}/init.scope
	mkdir -p "$deep$(printf '/d%.0s' {1..70})"
	run -0 --separate-stderr enter prt-scan -H -o sock_cgroup -l 20711
	[ "${lines[0]}" = "/$slice/sa.socket" ]
	[ -z "$stderr" ]
	rmdir "${groups[0]}/sa.socket"
	run -0 --separate-stderr enter prt-scan -H -o sock_cgroup -l 20711
	[ "${lines[0]}" = - ]
	[ "$stderr" = 'prt-scan: control groups: more than 100000, or deeper than 64: some are not known' ]
	run -2 --separate-stderr enter prt-scan -H --strict -o unit -l 20711
}

@test "iface: in a table the local address has it" {
	make_sockets '
l = [socket.socket(), socket.socket(socket.AF_INET6), socket.socket()]
for i, x in enumerate(l):
    if i < 2:
        x.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    x.bind((("0.0.0.0", "::", "127.0.0.1")[i], 20711 + i))
    x.listen()
c = socket.socket()
c.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
c.bind(("127.0.0.1", 20715))
c.connect(("127.0.0.1", 20713))
hold()'
	run -0 enter prt-scan -F table -o local_addr,local_port,remote_addr \
	    20711 20712 20715
	[ "$(awk '{ print $1, $2, $3 }' <<<"$output")" = \
'LOCAL_ADDR LOCAL_PORT REMOTE_ADDR
0.0.0.0%lo 20711 -
::%lo 20712 -
127.0.0.1 20713 127.0.0.1
127.0.0.1%lo 20715 127.0.0.1' ]
	run -0 enter prt-scan -F table 20711 20712
	[[ ${lines[1]} == *' 0.0.0.0%lo:20711 '* ]]
	[[ ${lines[2]} == *' [::%lo]:20712 '* ]]
	# records have it by its own name only
	for format in tsv csv json; do
		run -0 enter prt-scan -F $format 20711 20712 20715
		[[ $output != *%* ]]
	done
	run -0 scan iface 20711 20712 20715
	[ "$output" = "lo
lo
-
lo" ]
}

@test "iface: lo is the loopback device, and no other of that name" {
	requires root ip
	make_sockets '
if os.system("exec >&2; ip link set lo down && ip link set lo name back &&"
    "ip link add lo type veth peer name other &&"
    "ip link set back up && ip link set lo up") != 0:
    hold("none")
l = [socket.socket(), socket.socket()]
for i, x in enumerate(l):
    x.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
        (b"lo", b"back")[i])
    x.bind(("0.0.0.0", 20711 + i))
    x.listen()
hold(socket.if_nametoindex("lo"))'
	[ "$words" != none ] || skip 'needs veth devices'
	run -0 scan iface 20711 20712
	[ "$output" = "$words
back" ]
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
		# not counting what gcov opens, in `make coverage'
		sed '/\.gcda"/d' "$BATS_TEST_TMPDIR/trace"
	}
	# no owner: nothing of any process is read, nor any file of names
	run -0 calls proto,local_addr,local_port,rx_queue,inode
	run ! grep -E '/proc"|"[0-9]+/|passwd|services|localtime' <<<"$output"
	# an owner, and nothing more of it
	run -0 calls pid,fd
	run ! grep -E '\.\./|passwd|services' <<<"$output"
	run -0 calls exe
	run ! grep -E '\.\./(stat|status|cmdline|cgroup|cwd)' <<<"$output"
}

@test "what is not asked for costs no system call" {
	requires strace
	trace=$BATS_TEST_TMPDIR/trace
	# count LIST N [ARG...]: a scan's system calls, with N more processes.
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
	# tcp_info: strace shows the request, or its bytes, in either version
	info='INET_DIAG_INFO|=0x12 .*"(\\x00){3}\\x02|=0x14 .*"(\\x..){2}\\x02'
	grep -q 'send.*(.*nlmsg_type' "$trace"
	run ! grep -E "$info" "$trace"
	[ "$(count rtt 0)" -eq "$few" ]
	run -0 grep -cE "$info" "$trace"
	[ "$output" -eq "$(grep -c 'send.*(.*nlmsg_type' "$trace")" ]
	# the same for the drops of sockets
	drops='INET_DIAG_SKMEMINFO|=0x12 .*"(\\x00){3}\\x40|=0x14 .*"(\\x..){2}\\x40'
	run ! grep -E "$drops" "$trace"
	[ "$(count drops,cookie,local_scope,time 0)" -eq "$few" ]
	run -0 grep -cE "$drops" "$trace"
	[ "$output" -eq "$(grep -c 'send.*(.*nlmsg_type' "$trace")" ]
	count sock_cgroup 0 >/dev/null
	run -0 grep -F "$(printf '%s' cgroup | od -An -tx1 |
	    sed 's/ /\\x/g')" "$trace"
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
