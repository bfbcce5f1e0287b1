#!/usr/bin/env bats
# prt-scan on the sockets that tests/sockets makes; see there.

load helpers

setup()
{
	requires linux netns nsenter
	users=()
	[ "${UNSHARE[*]}" != 'unshare -n' ] || users=(--uid 1234)
	start_sockets "${users[@]}"
}

teardown()
{
	stop_sockets
}

# name_of UID: the user's name, or the number if there is none.
name_of()
{
	id -nu "$1" 2>/dev/null || echo "$1"
}

# Fields 11 to 19 for an owner in the table below, and its descriptors.
owner_fields()
{
	local ppid pid=${FX[$1]-} uid=0

	case $1 in
	-) set -- - - - - - - - - - ;;
	kernel)		# no process, but the socket has a user still
		uid=$orphan_uid
		set -- - - "$(name_of "$uid")" "$uid" - - - - -
		;;
	*)
		case $1 in
		user) uid=1234 ;;
		daemon) uid=1235 ;;
		esac
		ppid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
		set -- "$pid" "fx-${1%[0-9]}" "$(name_of $uid)" $uid "$2" \
			"$ppid" "$(<"/proc/$ppid/comm")" "$(fixture sockets)" \
			"$(fixture sockets)${users[*]:+ ${users[*]}}"
	esac
	(IFS=$'\t' && echo "$*")
}

# A row's first eight fields, netns, container, then those of the owner.
expand()
{
	local -a f

	while read -ra f; do
		printf '%s\t' "${f[@]:0:8}" - -
		owner_fields "${f[8]}" "${f[9]}"
	done
}

# The uid that the kernel shows for a socket that no process holds.  Older
# kernels show 0, which is none of our users in a user namespace.  Here, the
# socket is 127.0.0.1:20504 before accept.
find_orphan_uid()
{
	# shellcheck disable=SC2016
	orphan_uid=$(enter awk \
		'$2 ~ /:5018$/ && $4 == "01" { print $8 }' /proc/net/tcp)
}

# Sockets that some process holds (they have an inode) but that show no owner.
count_unowned()
{
	local tsv=$BATS_TEST_TMPDIR/tsv

	cat >"$tsv"
	paste <(column pid <"$tsv") <(column inode <"$tsv") |
		awk '$1 == "-" && $2 != "-"' | wc -l
}

expected_rows()
{
	find_orphan_uid
	expand <<-'END'
	tcp LISTEN ::1 22 - - - ssh main 12
	tcp ESTABLISHED ::1 22 ::1 40102 in ssh main 62
	tcp LISTEN :: 80 - - - http main 13
	tcp ESTABLISHED ::ffff:127.0.0.1 80 ::ffff:127.0.0.1 40103 in http main 63
	tcp LISTEN 0.0.0.0 443 - - - https main 11
	tcp LISTEN 127.0.0.1 20501 - - - - main 10
	tcp ESTABLISHED 127.0.0.1 20501 127.0.0.1 40101 in - main 61,90
	tcp CLOSE_WAIT 127.0.0.1 20501 127.0.0.1 40106 in - main 66
	tcp CLOSE_WAIT 127.0.0.1 20501 127.0.0.1 40107 in - main 67
	tcp CLOSE_WAIT 127.0.0.1 20501 127.0.0.1 40108 in - main 68
	tcp ESTABLISHED 127.0.0.1 20501 127.0.0.1 40111 in - main 71
	tcp FIN_WAIT2 127.0.0.1 20501 127.0.0.1 40112 in - main 72
	tcp FIN_WAIT2 127.0.0.1 20501 127.0.0.1 40113 in - main 73
	tcp LISTEN 0.0.0.0 20502 - - - - main 14
	tcp LISTEN :: 20502 - - - - main 15
	tcp ESTABLISHED 127.0.0.1 20503 127.0.0.1 40114 - - main 74
	tcp LISTEN :: 20503 - - - - main 16
	tcp LISTEN 127.0.0.1 20504 - - - - main 17
	tcp ESTABLISHED 127.0.0.1 20504 127.0.0.1 40104 in - kernel -
	tcp LISTEN 127.0.0.1 20505 - - - - main 18
	tcp SYN_RECV 127.0.0.1 20505 127.0.0.1 40110 in - - -
	END
	# The rows of the shared listener are in order of pid.
	for who in share1 share2 share3; do
		echo "${FX[$who]}" "$who"
	done | sort -n | while read -r _ who; do
		expand <<<"tcp LISTEN 127.0.0.1 20520 - - - - $who 10"
	done
	expand <<-'END'
	tcp LISTEN 127.0.0.1 20521 - - - - main 19
	tcp ESTABLISHED 127.0.0.1 20521 127.0.0.1 40115 in - stdio 0,1,2
	END
	[ ${#users[@]} -eq 0 ] || expand <<-'END'
	tcp LISTEN 127.0.0.1 20530 - - - - user 10
	tcp LISTEN 127.0.0.1 20531 - - - - daemon 10
	END
	! sees_bound || bound_rows
	expand <<-'END'
	tcp ESTABLISHED 127.0.0.1 40101 127.0.0.1 20501 out - main 31
	tcp ESTABLISHED ::1 40102 ::1 22 out ssh main 32
	tcp ESTABLISHED 127.0.0.1 40103 127.0.0.1 80 out http main 33
	tcp ESTABLISHED 127.0.0.1 40104 127.0.0.1 20504 out - main 34
	tcp SYN_SENT 127.0.0.1 40105 127.0.0.1 20504 out - main 35
	tcp FIN_WAIT2 127.0.0.1 40106 127.0.0.1 20501 out - main 36
	tcp FIN_WAIT2 127.0.0.1 40107 127.0.0.1 20501 out - - -
	tcp FIN_WAIT2 127.0.0.1 40108 127.0.0.1 20501 out - kernel -
	tcp TIME_WAIT 127.0.0.1 40109 127.0.0.1 443 out https - -
	tcp ESTABLISHED 127.0.0.1 40110 127.0.0.1 20505 out - main 40
	tcp FIN_WAIT1 127.0.0.1 40111 127.0.0.1 20501 out - main 41
	tcp LAST_ACK 127.0.0.1 40112 127.0.0.1 20501 out - main 42
	tcp CLOSING 127.0.0.1 40113 127.0.0.1 20501 out - main 43
	tcp ESTABLISHED 127.0.0.1 40114 127.0.0.1 20503 out - main 44
	tcp ESTABLISHED 127.0.0.1 40115 127.0.0.1 20521 out - main 45
	udp UNCONN 0.0.0.0 20510 - - - - main 50
	udp UNCONN ::1 20511 - - - - main 51
	udp UNCONN 127.1.2.3 20512 - - - - main 52
	udp UNCONN fe80::1%lo 20513 - - - - main 55
	udp ESTABLISHED 127.0.0.1 40120 127.0.0.1 20510 out - main 53
	udp UNCONN 0.0.0.0 40121 - - - - main 54
	END
}

# Sockets that have a port and neither listen nor are connected: bound, MPTCP
# too; refused, in a program that waited and in one that did not; a listener
# that was shut down; a connection that was dissolved.
bound_rows()
{
	expand <<-'END' | grep -v "${FX[mptcp]+^$}${FX[mptcp]-	20544	}"
	tcp BOUND 127.0.0.1 20540 - - - - main 20
	tcp BOUND ::1 20541 - - - - main 21
	tcp BOUND ::ffff:127.0.0.1 20542 - - - - main 22
	tcp BOUND :: 20543 - - - - main 23
	tcp BOUND 127.0.0.1 20544 - - - - main 24
	tcp BOUND 127.0.0.1 20545 - - - - main 25
	tcp BOUND 127.0.0.1 20546 - - - - main 26
	tcp BOUND 127.0.0.1 20547 - - - - main 27
	tcp BOUND 127.0.0.1 20548 - - - - main 28
	END
}

header='#proto	state	local_addr	local_port	remote_addr	remote_port'
header+='	dir	service	netns	container	pid	process	user	uid'
header+='	fd	ppid	parent	exe	cmdline'

@test "the whole output, but for ##prt" {
	if grep -Eq '[0-9a-f]{64}' /proc/self/cgroup; then
		skip 'in a container'
	fi
	rows=$(expected_rows)
	run -0 --separate-stderr enter prt-scan
	[ -z "$stderr" ]
	output=${output#*$'\n'}
	assert_output_is "$header
$rows
##end records=$(wc -l <<<"$rows")"
}

@test "-H leaves exactly the records" {
	enter prt-scan | grep -v '^#' >"$BATS_TEST_TMPDIR/rows"
	run -0 enter prt-scan -H
	assert_output_is "$(<"$BATS_TEST_TMPDIR/rows")"
}

@test "the ##prt line" {
	unowned=0
	[ "${UNSHARE[*]}" = 'unshare -n' ] ||	# others' processes are hidden
		unowned=$(enter prt-scan -o +inode | count_unowned)
	run -0 enter prt-scan
	re='^##prt 1 time=20[0-9]{2}(-[0-9]{2}){2}T[0-9:]{8}\.[0-9]{3}Z '
	re+="host=$(uname -n) boot=$(</proc/sys/kernel/random/boot_id) "
	re+="up=[0-9]+ "
	re+="euid=0 unowned=$unowned unpriv=1024 protos=tcp,udp,sctp "
	re+="bound=$(sees_bound && echo all || echo no) scope=all\$"
	[[ ${lines[0]} =~ $re ]]
}

@test "two scans of the same give the same bytes, but for ##prt" {
	enter prt-scan >"$BATS_TEST_TMPDIR/1"
	enter prt-scan >"$BATS_TEST_TMPDIR/2"
	diff <(sed 1d "$BATS_TEST_TMPDIR/1") <(sed 1d "$BATS_TEST_TMPDIR/2")
}

@test "v6only: as the kernel has it, yes for any address but ::" {
	run -0 enter prt-scan -H -6 -l -o local_addr,local_port,v6only
	assert_output_is "$(tr ' ' '\t' <<-'END'
	::1 22 yes
	:: 80 no
	:: 20502 yes
	:: 20503 yes
	::1 20511 yes
	fe80::1%lo 20513 yes
	END
	)"
}

@test "both ends of a connection: one in, one out" {
	run -0 enter prt-scan -H -o local_port,dir 40101
	assert_output_is $'20501\tin\n40101\tout'
}

@test "a listener on :: that is v6only covers no IPv4" {
	run -0 enter prt-scan -H -o local_port,dir 40114
	assert_output_is $'20503\t-\n40114\tout'
}

@test "one record for each process that holds a socket" {
	run -0 enter prt-scan -H -o pid,process,fd 20520
	assert_output_is "$(for who in share1 share2 share3; do
		printf '%s\tfx-share\t10\n' "${FX[$who]}"
	done | sort -n)"
}

@test "every descriptor of a process for a socket, in one record" {
	run -0 enter prt-scan -H --pid="${FX[stdio]}" -o process,fd
	assert_output_is $'fx-stdio\t0,1,2'
}

@test "no user where the kernel's 0 is not the owner" {
	run -0 enter prt-scan -H -o local_port,state,pid,user,uid \
		--state=TIME_WAIT,SYN_RECV,FIN_WAIT2 40107 40109 40110
	assert_output_is "$(tr ' ' '\t' <<-'END'
	20505 SYN_RECV - - -
	40107 FIN_WAIT2 - - -
	40109 TIME_WAIT - - -
	END
	)"
}

@test "a process's user is its effective one" {
	requires root
	run -0 enter prt-scan -H -o process,user,uid,sock_uid 20530-20531
	assert_output_is "$(printf '%s\t%s\t%s\t%s\n' \
		fx-user "$(name_of 1234)" 1234 1234 \
		fx-daemon "$(name_of 1235)" 1235 1235)"
}

@test "unprivileged: every socket is there, root's without owner" {
	requires root setpriv
	enter prt-scan -H -o proto,state,local_addr,local_port,remote_port |
		uniq >"$BATS_TEST_TMPDIR/all"		# the shared one once
	run -0 enter_as 65534 prt-scan \
		-o proto,state,local_addr,local_port,remote_port,pid,process,exe
	diff <(cut -f 1-5 "$BATS_TEST_TMPDIR/all") \
		<(grep -v '^#' <<<"$output" | cut -f 1-5)
	for field in pid process exe; do
		[ "$(column $field <<<"$output" | sort -u)" = - ]
	done
}

@test "unprivileged: unowned counts the sockets whose owner is hidden" {
	requires root setpriv
	run -0 enter_as 65534 prt-scan -o +inode
	n=$(count_unowned <<<"$output")
	[ "$n" -gt 40 ]
	[[ ${lines[0]} == *" euid=65534 unowned=$n "* ]]
}

@test "unprivileged: the socket's user is told, one's own owners too" {
	requires root setpriv
	run -0 enter_as 1234 prt-scan -H -o process,pid,user,fd 20530-20531
	assert_output_is "$(printf '%s\t%s\t%s\t%s\n' \
		fx-user "${FX[user]}" "$(name_of 1234)" 10 \
		- - "$(name_of 1235)" -)"
}

@test "a process's name reaches the output only escaped" {
	name=$'a\tb\nc\e[2J\\'
	ln -s "$(command -v bash)" "$BATS_TEST_TMPDIR/$name"
	run -0 enter "$BATS_TEST_TMPDIR/$name" -c '
		exec 7<>/dev/udp/127.0.0.1/20510
		prt-scan -H -o process,fd --pid=$$; :'
	assert_output_is $'a\\tb\\nc\\x1b[2J\\\\\t7'
}

# /proc/net lacks BOUND and v6only; without v6only, the connection to 20503 has
# no listener.
@test "both backends give the same records" {
	requires no-valgrind	# of Debian 12, which lacks pidfd_open(2)
	masked() {
		awk -F '\t' -v OFS='\t' '
			$4 == 20503 || $6 == 20503 { $7 = "?" }
			{ print }'
	}
	enter prt-scan -H --backend=netlink | masked >"$BATS_TEST_TMPDIR/1"
	enter prt-scan -H --backend=proc | masked >"$BATS_TEST_TMPDIR/2"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/1")" -gt 40 ]
	diff -u "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
}

@test "BOUND: a port whose bind(2) fails has a record, and no other has" {
	sees_bound || skip 'needs Linux 6.8'
	requires python3
	enter python3 -c '
import socket
for port in range(20540, 20550):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", port))
    except OSError:
        print(port)
    s.close()' >"$BATS_TEST_TMPDIR/in-use"
	grep -qx 20540 "$BATS_TEST_TMPDIR/in-use"
	# A socket that is only on IPv6 does not block a port.
	enter prt-scan -H -o local_addr,local_port,v6only 20540-20549 |
		awk '$3 != "yes" { print $2 }' | diff "$BATS_TEST_TMPDIR/in-use" -
}

@test "BOUND: no peer and no rest of one, in any column" {
	sees_bound || skip 'needs Linux 6.8'
	run -0 enter prt-scan -H -l 20540-20549
	[ -z "$output" ]
	run -0 enter prt-scan -H --state=bound -o remote_addr,remote_port,dir,tx_queue
	[ "$(sort -u <<<"$output")" = '-	-	-	-' ]
	run -0 enter prt-scan -H --state=BOUND -6 -o local_port,v6only
	assert_output_is "20541	yes
20542	no
20543	yes"
	run -0 enter prt-scan --state=LISTEN,BOUND -o state
	[[ ${lines[0]} == *' bound=all scope=state=LISTEN,BOUND' ]]
	[ "$(grep -c '^BOUND' <<<"$output")" -ge 8 ]
}

@test "BOUND: a table, json and csv" {
	sees_bound || skip 'needs Linux 6.8'
	run -0 enter prt-scan -F table -o proto,state,local_addr,local_port,remote_addr,remote_port 20540
	assert_output_is "PROTO STATE LOCAL_ADDR LOCAL_PORT REMOTE_ADDR REMOTE_PORT
tcp   BOUND 127.0.0.1       20540 -                     -"
	run -0 enter prt-scan -F json -o state,local_port,remote_port 20540
	assert_output_is '{"state":"BOUND","local_port":20540,"remote_port":null}'
	run -0 enter prt-scan -F csv -H -o state,local_port,remote_port 20540
	assert_output_is $'BOUND,20540,\r'
}

@test "protos and bound: what was read" {
	sees_bound || skip 'needs Linux 6.8'
	says() {
		local want=$1

		shift
		run -0 enter prt-scan "$@"
		[[ ${lines[0]} == *' '$want' '*'scope='* ]] || {
			echo "$*: ${lines[0]}"
			return 1
		}
	}
	says 'protos=tcp,udp,sctp bound=all'
	says 'protos=tcp,udp,sctp bound=all' 20540
	says 'protos=tcp,udp,sctp bound=all' -4 --pid="${FX[main]}"
	says 'protos=tcp,udp bound=all' -tu
	says 'protos=tcp bound=all' -t
	says 'protos=tcp bound=all' -t 1
	says 'protos=udp bound=no' -u
	says 'protos=tcp,udp,sctp bound=no' -l
	says 'protos=tcp,udp,sctp bound=no' --state=LISTEN
	says 'protos=tcp,udp,sctp bound=all' --state=BOUND
	requires no-valgrind	# as above
	# Found among the descriptors of processes, if none hides them.
	says 'protos=tcp,udp,sctp bound='[ao]* --backend=proc
	says 'protos=udp bound=no' --backend=proc -u
	[ "${UNSHARE[*]}" != 'unshare -n' ] ||
		says 'protos=tcp,udp,sctp bound=all' -N
	run -0 enter prt-scan -I
	[[ ${lines[0]} != *protos=* && ${lines[0]} != *bound=* ]]
}

# uname(2) reports an old kernel, which cannot be had here.
@test "bound: by the number of the kernel, or where one was seen" {
	sees_bound || skip 'needs Linux 6.8'
	requires setarch no-valgrind
	run -0 in_netns setarch --uname-2.6 prt-scan
	# Then they are sought among the descriptors of processes.
	[[ ${lines[0]} == *' bound='[ao]* ]]
	run -0 enter setarch --uname-2.6 prt-scan
	[[ ${lines[0]} == *' bound=all '* ]]
}

# Netlink is refused, as by a seccomp filter: the sockets come from /proc.
@test "netlink refused: the proc backend, and a word about it" {
	requires strace
	enter prt-scan -H --backend=proc >"$BATS_TEST_TMPDIR/1"
	run -0 --separate-stderr enter strace -qq -o /dev/null -e trace=socket \
		-e inject=socket:error=EPERM prt-scan -H
	diff -u "$BATS_TEST_TMPDIR/1" - <<<"$output"
	[ "$stderr" = "prt-scan: netlink: sock_diag: Operation not permitted
prt-scan: trying proc" ]
}

# One table fails half-way: what was read of the others is not mixed in.
@test "a dump that fails: none of its records, and no half answer" {
	requires strace
	run -2 --separate-stderr enter strace -qq -o /dev/null \
		-e trace=recvmsg -e inject=recvmsg:error=ENOBUFS:when=3+ \
		prt-scan --backend=netlink
	[ -z "$output" ]
	[ "$stderr" = \
		"prt-scan: netlink: sock_diag: No buffer space available" ]
}
