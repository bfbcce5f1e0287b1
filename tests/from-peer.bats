#!/usr/bin/env bats
# prt-scan --from: read from ss, netstat and busybox, the records of this
# machine are those of a scan, as far as these programs show them; and the
# backend that runs sockstat.
# shellcheck disable=SC2154

load helpers

setup()
{
	OWN=$BATS_TEST_TMPDIR/own
	TEXT=$BATS_TEST_TMPDIR/text
	BIN=$BATS_TEST_TMPDIR/bin
	mkdir "$BIN"
	PATH=$BIN:$PATH
}

teardown()
{
	stop_sockets
}

ENDS=proto,state,local_addr,local_port,remote_addr,remote_port
DETAILS=$ENDS,pid,process,fd,inode,iface,rx_queue,backlog
DETAILS+=,sock_uid,cookie,v6only

# same FIELDS FORMAT COMMAND...: compares what both know.  They lack BOUND, and
# whether a FIN_WAIT2 still has a socket; netstat lacks scopes.
same()
{
	local fields=$1 format=$2
	enter prt-scan -tu -H -o "$fields" |
		awk -F '\t' -v OFS='\t' -v format="$format" '
			$2 != "BOUND" && $2 != "FIN_WAIT2" {
			if (format == "netstat") sub(/%.*/, "", $3); print }' |
		sort >"$OWN"
	enter "${@:3}" >"$TEXT"
	run -0 --separate-stderr prt-scan --from="$format" -H -o "$fields" \
		"$TEXT"
	[ -z "$stderr" ]
	[ "$(wc -l <"$OWN")" -ge 30 ]
	grep -v '	FIN_WAIT2	' <<<"$output" | sort | diff "$OWN" -
	run -0 --separate-stderr prt-scan --from=auto -H -o "$fields" "$TEXT"
	[ -z "$stderr" ]
	grep -v '	FIN_WAIT2	' <<<"$output" | sort | diff "$OWN" -
}

@test "ss -tunape, with -imo and on one line: as prt-scan" {
	requires root netns nsenter ss linux
	start_sockets --uid 1234
	same "$DETAILS" ss ss -tunape
	same "$DETAILS" ss ss -tunapeimo
	same "$DETAILS" ss ss -tunapeO
	same "$ENDS,pid,process,fd,backlog" ss ss -tunap
	same "$ENDS,pid,process,fd,backlog" ss ss -Htunap
	same "$ENDS,pid,process,fd,backlog" ss env COLUMNS=60 ss -tunap
}

@test "some hundred sockets by ss" {
	requires root netns nsenter ss linux
	start_sockets --many 300
	same "$DETAILS" ss ss -tunape
}

@test "netstat of net-tools and of busybox: as prt-scan" {
	requires root netns nsenter netstat busybox linux
	start_sockets --uid 1234
	same "$ENDS" netstat netstat -tunap
	same "$ENDS,rx_queue,inode,sock_uid" netstat netstat -tunapee
	same "$ENDS,rx_queue,inode,sock_uid" netstat netstat -tunaeeo
	same "$ENDS" netstat netstat -tunaW
	same "$ENDS" netstat busybox netstat -tuna
	enter netstat -tunap >"$TEXT"
	run -0 prt-scan --from=netstat -H -o local_port,pid "$TEXT"
	grep -F "${FX[main]}" <<<"$output" >"$OWN"
	[ "$(wc -l <"$OWN")" -ge 10 ]
	grep -Fxv -f <(enter prt-scan -H -o local_port,pid) "$OWN" && return 1
	return 0
}

FREEBSD='USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS       PATH STATE   CONN STATE
root     longlonglo 4194305 3 tcp4   *:80                  *:*                   ??           LISTEN      '

@test "the backend sockstat: what it runs on FreeBSD" {
	requires ps
	fake sockstat <<-END
		echo "\$*" >>'$BATS_TEST_TMPDIR/log'
		echo '$FREEBSD'
	END
	run -0 --separate-stderr prt-scan --backend=sockstat -H \
		-o state,local_port,pid,process,fd
	assert_output_is $'LISTEN\t80\t4194305\tlonglonglo\t3'
	[ "$(<"$BATS_TEST_TMPDIR/log")" = -46sw ]
	[ -z "$stderr" ]
}

@test "the backend sockstat: NetBSD's has no -s; ps knows the whole name" {
	requires ps
	fake sockstat <<-END
		[ "\$1" = -46n ] || { echo 'sockstat: unknown option' >&2; exit 1; }
		echo 'USER COMMAND PID FD PROTO LOCAL ADDRESS FOREIGN ADDRESS'
		echo 'root slee $$ 3 tcp *.80 *.*'
	END
	fake ps <<-END
		echo ' $$ 1 0 sleepyhead'
	END
	run -0 --separate-stderr prt-scan --backend=sockstat -H \
		-o local_addr,local_port,process,uid
	assert_output_is $'0.0.0.0\t80\tsleepyhead\t0'
	[[ $stderr == *'sockstat: unknown option'* ]]
}

@test "the backend sockstat: a heading alone is no failure, nothing is one" {
	fake sockstat <<<"echo '$(head -1 <<<"$FREEBSD")'"
	run -0 --separate-stderr prt-scan --backend=sockstat
	[ "${lines[-1]}" = '##end records=0' ]
	[ -z "$stderr" ]
	fake sockstat <<<'exit 1'
	run -0 --separate-stderr prt-scan --backend=sockstat -H
	[ -z "$output" ]
	fake sockstat <<<'exit 3'
	run -2 --separate-stderr prt-scan --backend=sockstat -H
	[[ $stderr == *'sockstat: exit status 3'* ]]
}

# In a build for Linux, netlink comes first.
@test "where there is no Linux, sockstat is run before lsof, if it is there" {
	[[ $(prt-scan --help) != *'netlink '* ]] || skip 'netlink comes first'
	fake lsof <<-'END'
		printf '%s\n' p1 cx f3 tIPv4 PTCP 'n*:81' TST=LISTEN
	END
	run -0 --separate-stderr prt-scan -H -o local_port
	[ "$output" = 81 ]
	[ -z "$stderr" ]
	fake sockstat <<<"echo '$FREEBSD'"
	run -0 --separate-stderr prt-scan -H -o local_port
	[ "$output" = 80 ]
	fake sockstat <<<'echo "sockstat: no kernel" >&2; exit 1'
	run -0 --separate-stderr prt-scan -H -o local_port
	[ "$output" = 81 ]
	[[ $stderr == *'trying lsof' ]]
}
