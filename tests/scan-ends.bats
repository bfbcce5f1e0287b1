#!/usr/bin/env bats
# prt-scan -b, and operands ADDR:PORT: the kernel's own verdict on an address
# and a port is what counts.
# shellcheck disable=SC2016,SC2154

load helpers
load proc-tree

setup()
{
	requires linux python3
	PRT_SRCDIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}
	cd "$BATS_TEST_TMPDIR" || return
}

# alone COMMAND: bash runs it in a network namespace of its own, with loopback.
# There, `hold CODE' runs CODE, which makes sockets, and keeps them.
alone()
{
	requires netns ip
	cat >hold.py <<-'END'
		import socket as S, sys, time
		kept = []
		def tcp(addr, port, v6only=0, device=None, listen=True):
		    v6 = ":" in addr
		    s = S.socket(S.AF_INET6 if v6 else S.AF_INET)
		    if v6:
		        s.setsockopt(S.IPPROTO_IPV6, S.IPV6_V6ONLY, v6only)
		    if device:
		        s.setsockopt(S.SOL_SOCKET, S.SO_BINDTODEVICE, device)
		    s.bind((addr, port))
		    if listen:
		        s.listen()
		    kept.append(s)
		exec(sys.argv[1])
		print(flush=True)
		time.sleep(60)
	END
	in_netns bash -c '
		ip link set lo up
		hold() {
			rm -f ready
			python3 hold.py "$1" >ready &
			pids="$pids $!"
			until [ -s ready ]; do
				kill -0 $! || exit
				sleep 0.02
			done
		}
		trap "kill \$pids 2>/dev/null || :" EXIT
		'"$1" 3>&- 4>&-
}

# count_pairs FILE: counts each pair of the last two words in lines WAY PROTO
# WHERE ANSWER STATUS.
count_pairs()
{
	awk '{ n[$4 " " $5]++ } END { for (i in n) print i, n[i] }' "$1" | sort
}

# However a port is held, -b never calls it free if bind(2) fails.  Nor does it
# call it held if bind(2) succeeds, except for IPv6 connections that may come
# from a socket that is not v6only: the kernel does not show that.
@test "-b: free is what bind(2) says, of every way of having a port" {
	alone 'python3 "$PRT_SRCDIR/tests/binds.py" </dev/null' >told
	[ "$(wc -l <told)" -ge 750 ]
	run -0 awk '$4 " " $5 !~ /^(ok 1|EADDRINUSE 0)$/' told
	local ways='(accepted6[^ ]*|outgoing6|time-wait6|connected,::1)'
	local ends='(0\.0\.0\.0:PORT|-4,PORT|127\.0\.0\.6:PORT)'
	run ! grep -vE "^$ways (tcp|udp) $ends ok 0\$" <<<"$output"
	run -0 count_pairs told
	[[ ${lines[0]} == "EADDRINUSE 0 4"[0-9][0-9] ]]
	[[ ${lines[2]} == "ok 1 3"[0-9][0-9] ]]
}

# The proc backend knows neither v6only nor all sockets that are only bound.
@test "-b: by the proc backend nothing is called free that is not" {
	alone 'python3 "$PRT_SRCDIR/tests/binds.py" --backend=proc </dev/null' \
		>told
	[ "$(wc -l <told)" -ge 750 ]
	run ! grep -E ' EADDRINUSE 1$' told
	run -0 grep -c ' EADDRINUSE 0$' told
	[ "$output" -ge 300 ]
	run -0 grep -c '^[^ ]* udp .* ok 1$' told
	[ "$output" -ge 100 ]
	run -0 grep -xF 'listen,::,v6only tcp 0.0.0.0:PORT ok 0' told
}

@test "ADDR:PORT: where a wildcard listener answers is what connect(2) says" {
	requires root ip nsenter
	unshare -n ip link add e0 type veth peer name e1 2>/dev/null ||
		skip 'needs veth'
	unshare -n python3 "$PRT_SRCDIR/tests/answers.py" >told </dev/null 3>&-
	run -0 awk '$4 " " $5 !~ /^(yes 0|no 1)$/' told
	[ -z "$output" ]
	run -0 count_pairs told
	assert_output_is 'no 1 132
yes 0 84'
}

@test "-b: local ends only, in any state" {
	run -0 alone '
		hold "
tcp(\"127.0.0.1\", 20701)
c = S.create_connection((\"127.0.0.1\", 20701),
    source_address=(\"127.0.0.1\", 20702))
tcp(\"127.0.0.1\", 20703, listen=False)"
		for port in 20701 20702 20703; do
			prt-scan -bH -o local_port,state "$port"
		done
		prt-scan -blH -o local_port,state 20701-20703
		prt-scan -bH --state=BOUND -o local_port,state 20701-20703
		prt-scan -bH -o local_port :20701 20703'
	assert_output_is '20701	LISTEN
20701	ESTABLISHED
20702	ESTABLISHED
20703	BOUND
20701	LISTEN
20703	BOUND
20701
20701
20703'
}

@test "-b of an address: also the wildcards that hold it" {
	run -0 alone '
		hold "
tcp(\"0.0.0.0\", 20701)
tcp(\"127.0.0.2\", 20702)
tcp(\"::\", 20703)
tcp(\"::\", 20704, v6only=1)"
		for end in 127.0.0.1 127.0.0.2 127.0.0.0/8 0.0.0.0 ::1 :: \
			"::1/128" "-4 0-65535" "-6 0-65535"; do
			echo $end $(prt-scan -bH -o local_port $end)
		done'
	assert_output_is '127.0.0.1 20701 20703
127.0.0.2 20701 20702 20703
127.0.0.0/8 20701 20702 20703
0.0.0.0 20701 20702 20703
::1 20703 20704
:: 20701 20702 20703 20704
::1/128 20703 20704
-4 0-65535 20701 20702 20703
-6 0-65535 20703 20704'
}

# scope_of ARG...: the scope of that scan, which may find nothing.
scope_of()
{
	in_netns prt-scan "$@" | sed -n 's/.* scope=//p'
}

@test "the scope tells of -b, and of what answers" {
	requires netns
	[ "$(scope_of -lb 22)" = 'listening;bound;end=:22' ]
	[ "$(scope_of -b4)" = 'inet;bound' ]
	# all sockets have a local end
	[ "$(scope_of -b)" = all ]
	[ "$(scope_of -b46 -t)" = tcp ]
	[ "$(scope_of -b 127.0.0.1:22)" = 'bound;end=[127.0.0.1]/32:22' ]
	[ "$(scope_of 127.0.0.1:22)" = 'end=[127.0.0.1]/32:22/answers' ]
	[ "$(scope_of '[::1]:ssh')" = 'end=[::1]/128:22/tcp/answers' ]
	[ "$(scope_of ::ffff:10.0.0.1 '[::ffff:10.0.0.1]:22')" = \
		'end=[10.0.0.1]/32,[10.0.0.1]/32:22/answers' ]
	# without -b, as before
	[ "$(scope_of 127.0.0.1/32:22 127.0.0.1 0.0.0.0:22 '[::]:22')" = \
	    'end=[0.0.0.0]/32:22,[127.0.0.1]/32,[127.0.0.1]/32:22,[::]/128:22' ]
	[ "$(scope_of 127.0.0.1:22 127.0.0.1/32:22 127.0.0.1:22)" = \
		'end=[127.0.0.1]/32:22,[127.0.0.1]/32:22/answers' ]
}

@test "-b: not with -I; half an answer in which nothing is found is none" {
	run -2 --separate-stderr prt-scan -I -b
	[ "$stderr" = \
		'prt-scan: -I: no option that chooses sockets goes with it' ]
	# sockets that are only bound cannot be read from another machine's tree
	tree_make
	tree_socket 22 77
	for options in -q --strict --exit-code -H; do
		run -2 --separate-stderr prt-scan --proc="$tree" -b $options 23
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == 'prt-scan: --bound: none found, but not all BOUND '* ]]
	done
	[ -z "$output" ]
	run -0 --separate-stderr prt-scan --proc="$tree" -b --strict -H \
		-o local_port 22 23
	[ "$output$stderr" = 22 ]
	# no bound TCP sockets are asked for
	run -1 --separate-stderr prt-scan --proc="$tree" -qb -u 23
	[ -z "$stderr" ]
	run -1 --separate-stderr prt-scan --proc="$tree" -qb -l 23
	[ -z "$stderr" ]
	run -1 --separate-stderr prt-scan --proc="$tree" -qb \
		--state=ESTABLISHED 23
	[ -z "$stderr" ]
}

@test "-b: a line of a table that is not understood, and nothing found" {
	tree_make
	tree_socket 22 77
	echo rubbish >>"$net/udp"
	run -2 --separate-stderr prt-scan --proc="$tree" -qb -u 23
	[[ $stderr == *'/udp:2: not a line of a socket table: skipped' ]]
	run -1 prt-scan --proc="$tree" -q -u 23
}

@test "-b: what lsof does not show may be there" {
	printf '%s\n' p1 cx f3 tIPv4 PUDP 'n*:53' >in
	run -0 prt-scan --from=lsof -qb in
	run -2 --separate-stderr prt-scan --from=lsof -qb -t in
	[ "$stderr" = 'prt-scan: --bound: none found, but only sockets that '\
'some process was seen to hold could be read' ]
	run -1 --separate-stderr prt-scan --from=lsof -q -t in
	[ -z "$stderr" ]
}

@test "-q -b looks at no process" {
	requires strace
	run -0 alone '
		hold "tcp(\"127.0.0.1\", 20701)"
		strace -f -o trace -e trace=openat,open,socket prt-scan -qb 20701
		grep -cE "/proc/[0-9]+" trace || :
		grep -cE "NETLINK_ROUTE" trace || :'
	assert_output_is '0
0'
}

@test "ADDR:PORT: beside the wildcard listener, the one with that address" {
	run -0 alone '
		hold "
def reuse(addr, port):
    s = S.socket()
    s.setsockopt(S.SOL_SOCKET, S.SO_REUSEPORT, 1)
    s.bind((addr, port))
    s.listen()
    kept.append(s)
reuse(\"0.0.0.0\", 20701)
reuse(\"127.0.0.1\", 20701)"
		prt-scan -lH -o local_addr 127.0.0.1:20701
		echo /32
		prt-scan -lH -o local_addr 127.0.0.1/32:20701
		echo no port
		prt-scan -lH -o local_addr 127.0.0.1
		echo connections
		prt-scan -q --state=ESTABLISHED 127.0.0.1:20701 || echo $?'
	assert_output_is '0.0.0.0
127.0.0.1
/32
127.0.0.1
no port
127.0.0.1
connections
1'
}

# Each namespace has a listener on the port, and one of them has the address.
@test "ADDR:PORT with -N: by the addresses of each namespace" {
	requires root
	# other namespaces of the machine may be hidden; then there is a message
	run -0 --separate-stderr alone '
		hold "tcp(\"0.0.0.0\", 20701)"
		unshare -n bash -c "
			ip link set lo up
			ip addr add 10.8.0.1/24 dev lo
			echo \$\$ >other
			exec python3 hold.py \"tcp(\\\"0.0.0.0\\\", 20701)\"" >there &
		pids="$pids $!"
		until [ -s there ]; do sleep 0.02; done
		prt-scan -lNH -o pid 10.8.0.1:20701 | sed "s/^$(<other)$/other/"
		prt-scan -lH -o pid 10.8.0.1:20701
		echo by proc
		prt-scan --backend=proc -lNH -o pid 10.8.0.1:20701 |
			sed "s/^$(<other)$/other/"'
	assert_output_is 'other
by proc
other'
}

@test "ADDR:PORT: by the proc backend, and where rtnetlink is refused" {
	requires strace
	run -0 alone '
		ip addr add 10.8.0.1/24 dev lo
		ip addr add fd00:8::1/64 dev lo
		hold "
tcp(\"0.0.0.0\", 20701)
tcp(\"::\", 20702)"
		for end in 10.8.0.1:20701 10.8.0.7:20702 10.7.0.1:20701 \
			"[fd00:8::1]:20702" "[fd00:8::2]:20702" \
			"[fd00:8::1]:20701"; do
			prt-scan --backend=proc -lq $end
			echo $end $?
		done
		strace -qq -o trace -e trace=socket \
			-e inject=socket:error=EPERM:when=4 \
			prt-scan -lH -o local_port 10.8.0.1:20701 2>&1'
	assert_output_is '10.8.0.1:20701 0
10.8.0.7:20702 0
10.7.0.1:20701 1
[fd00:8::1]:20702 0
[fd00:8::2]:20702 1
[fd00:8::1]:20701 1
prt-scan: netlink: rtnetlink: addresses: Operation not permitted
prt-scan: trying proc
20701'
}

@test "ADDR:PORT: of another tree, with and without its addresses" {
	tree_make
	tree_line 22 77 | sed "s/$(tree_end 127.0.0.1 22)/00000000:0016/" \
		>>"$net/tcp"
	run -0 --separate-stderr prt-scan --proc="$tree" -lH -o local_port \
		127.0.0.1:22
	[ "$output$stderr" = 22 ]
	run -0 --separate-stderr prt-scan --proc="$tree" -lH 10.0.0.1:22
	[ -z "$output" ]
	[ "$stderr" = "prt-scan: $net/fib_trie: No such file or directory" ]
	run -2 prt-scan --proc="$tree" -lH --strict 10.0.0.1:22
	cat >"$net/fib_trie" <<-'END'
		Local:
		  +-- 0.0.0.0/1 2 0 2
		     |-- 10.0.0.1
		        /32 host LOCAL
		     |-- 10.0.0.255
		        /32 link BROADCAST
		     |-- 10.1.0.0
		        /16 host LOCAL
		     |-- 10.2.0.0
		        /16 link UNICAST
		     |-- no address
		        /32 host LOCAL
	END
	run -0 --separate-stderr prt-scan --proc="$tree" -lH --strict \
		-o local_port 10.0.0.1:22
	[ "$output$stderr" = 22 ]
	for addr in 10.0.0.2 10.0.0.255 10.2.0.1; do
		run -1 prt-scan --proc="$tree" -lq $addr:22
	done
	run -0 prt-scan --proc="$tree" -lq 10.1.2.3:22
}

@test "ADDR:PORT of lsof's output: of its machine only loopback is known" {
	printf '%s\n' p1 cx f3 tIPv4 PTCP 'n*:80' TST=LISTEN >in
	# the operand is the file: this is the backend
	mkdir bin
	printf '#!/bin/sh\ncat "%s/in"\n' "$PWD" >bin/lsof
	chmod 755 bin bin/lsof
	export PATH=$PWD/bin:$PATH
	run -0 prt-scan --backend=lsof -lq 127.0.0.1:80
	run -1 prt-scan --backend=lsof -lq 10.0.0.1:80
}

@test "no address is asked for that no operand needs" {
	requires strace
	run -0 alone '
		for operand in 22 127.0.0.1:22 10.0.0.1 10.0.0.0/8:22 \
			10.0.0.1/32:22 0.0.0.0:22 "-b 10.0.0.1:22" \
			"--state=ESTABLISHED 10.0.0.1:22" "[::1]:22" "[fd00::]:22"
		do
			strace -o trace -e trace=socket prt-scan $operand >/dev/null
			grep -c NETLINK_ROUTE trace || :
		done | xargs'
	assert_output_is '0 0 0 0 0 0 0 0 0 1'
}
