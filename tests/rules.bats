#!/usr/bin/env bats
# Rules: which records each operator and field matches, actions, files, and
# --suggest.  flag.bash says how to read the tables.
# shellcheck disable=SC2154

load helpers
load flag

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	umask 022
}

# match CONDITIONS <TABLE: a rule with them flags the records marked yes, and
# not those marked no.
match()
{
	agree "$(sed 's/^yes/hit/;t;s/^no/-/')" --disable=all \
		-e "flag hit $1"
}

@test "text: = is exact, and takes a list" {
	match 'process=sshd' <<-'END'
		yes process=sshd
		no  process=SSHD
		no  process=sshd2
		no  process=ssh
		no  process=-
	END
	match 'process!=sshd' <<-'END'
		no  process=sshd
		yes process=nginx
		yes process=-
	END
	match 'process=sshd,nginx,-' <<-'END'
		yes process=sshd
		yes process=nginx
		yes process=-
		no  process=cron
	END
	match 'process!=sshd,-' <<-'END'
		no  process=sshd
		no  process=-
		yes process=cron
	END
	match 'container=-' <<-'END'
		yes container=-
		no  container=docker/web
		no  container=\x2d
	END
	match 'container=\x2d' <<-'END'
		no  container=-
		yes container=\x2d
	END
	match 'state=LISTEN,UNCONN' <<-'END'
		yes state=LISTEN
		yes state=UNCONN
		no  state=ESTABLISHED
		no  state=-
	END
	match 'state=-' <<-'END'
		yes state=-
		no  state=LISTEN
	END
}

@test "text: ~ is a part in any case" {
	match 'process~Python' <<-'END'
		yes process=python3
		yes process=my-PYTHON
		yes process=python
		no  process=pytho
		no  process=-
	END
	match 'process!~python' <<-'END'
		no  process=PYTHON3
		yes process=perl
		yes process=-
	END
	match 'cmdline~a,b' <<-'END'
		yes cmdline=xa,by
		no  cmdline=a
		no  cmdline=b
	END
	match 'cmdline~aab' <<-'END'
		yes cmdline=aaab
		yes cmdline=xAaB
		no  cmdline=aa
		no  cmdline=ab+aa
	END
	match 'cmdline~-' <<-'END'
		yes cmdline=a-b
		no  cmdline=-
		yes cmdline=\x2d
	END
	match 'local_addr~10.0' <<-'END'
		yes local_addr=10.0.0.1
		yes local_addr=192.10.0.1
		no  local_addr=10.1.0.1
	END
	match 'pid~12' <<-'END'
		yes pid=3124
		no  pid=1321
		no  pid=-
	END
}

@test "numbers: lists, ranges and comparisons" {
	match 'local_port=22,8000-8002' <<-'END'
		yes local_port=22
		no  local_port=23
		no  local_port=7999
		yes local_port=8000
		yes local_port=8002
		no  local_port=8003
		no  local_port=-
	END
	match 'port!=22,8000-8002' <<-'END'
		no  local_port=22
		yes local_port=23
		no  local_port=8001
		yes local_port=-
	END
	match 'remote_port=-,0-1' <<-'END'
		yes remote_port=-
		yes remote_port=0
		no  remote_port=2
	END
	match 'uid<1000' <<-'END'
		yes uid=999
		no  uid=1000
		no  uid=-
		no  uid=bob
	END
	match 'uid<=1000' <<-'END'
		yes uid=1000
		no  uid=1001
	END
	match 'uid>1000' <<-'END'
		no  uid=1000
		yes uid=1001
		yes uid=18446744073709551615
		no  uid=18446744073709551616
	END
	match 'uid>=1000' <<-'END'
		no  uid=999
		yes uid=1000
		no  uid=-
	END
	match 'remote_port>=1024 remote_port<2048' <<-'END'
		no  remote_port=1023
		yes remote_port=1024
		yes remote_port=2047
		no  remote_port=2048
		no  remote_port=-
	END
	match 'fd=0,5-7' <<-'END'
		yes fd=0
		yes fd=0,1,2
		yes fd=3,6
		no  fd=3,8
		no  fd=10
		no  fd=-
	END
	match 'fd!=0,-' <<-'END'
		no  fd=0
		no  fd=1,0
		no  fd=-
		yes fd=1
	END
}

@test "addresses: in any spelling, and blocks" {
	match 'local_addr=10.0.0.0/8' <<-'END'
		yes local_addr=10.0.0.0
		yes local_addr=10.255.255.255
		no  local_addr=11.0.0.0
		no  local_addr=9.255.255.255
		yes local_addr=::ffff:10.0.0.1
		no  local_addr=::
		no  local_addr=-
	END
	match 'local_addr!=10.0.0.0/8' <<-'END'
		no  local_addr=10.0.0.1
		yes local_addr=11.0.0.0
		yes local_addr=-
	END
	match 'remote_addr=192.0.2.1,2001:db8::/33,-' <<-'END'
		yes remote_addr=192.0.2.1
		no  remote_addr=192.0.2.2
		yes remote_addr=2001:db8::1
		yes remote_addr=2001:db8:7fff::1
		no  remote_addr=2001:db8:8000::
		yes remote_addr=-
	END
	match 'local_addr=2001:DB8:0:0::1' <<-'END'
		yes local_addr=2001:db8::1
		no  local_addr=2001:db8::2
	END
	match 'local_addr=0.0.0.0/0' <<-'END'
		yes local_addr=0.0.0.0
		yes local_addr=203.0.113.7
		yes local_addr=::ffff:1.2.3.4
		no  local_addr=::1
	END
	match 'local_addr=::ffff:0:0/96' <<-'END'
		yes local_addr=::ffff:1.2.3.4
		no  local_addr=1.2.3.4
	END
	match 'local_addr=fe80::/10' <<-'END'
		yes local_addr=fe80::1%eth0
		yes local_addr=fe80::1
		no  local_addr=fec0::1
	END
	match 'local_addr=fe80::1%eth0' <<-'END'
		yes local_addr=fe80::1%eth0
		no  local_addr=fe80::1%eth1
		no  local_addr=fe80::1
	END
	# in any form that programs print
	for rule in '[fe80::1%eth0]' '[fe80::1]%eth0'; do
		match "local_addr=$rule" <<-'END'
			yes local_addr=fe80::1%eth0
			yes local_addr=[fe80::1]%eth0
			yes local_addr=fe80::1 iface=eth0
			no  local_addr=fe80::1%eth1
			no  local_addr=fe80::1
		END
	done
	match 'local_addr=127.0.0.53%lo' <<-'END'
		yes local_addr=127.0.0.53 iface=lo
		yes local_addr=127.0.0.53%lo
		no  local_addr=127.0.0.53 iface=eth0
		no  local_addr=127.0.0.53
	END
	match 'local_addr=[::1]' <<-'END'
		yes local_addr=::1
		yes local_addr=[::1]
		no  local_addr=::2
	END
	match 'local_addr=0.0.0.0' <<-'END'
		yes local_addr=0.0.0.0
		no  local_addr=::
		no  local_addr=0.0.0.1
	END
}

@test "local_scope and remote_scope" {
	match 'local_scope=loopback' <<-'END'
		yes local_addr=127.0.0.1
		yes local_addr=127.255.255.255
		yes local_addr=::1
		yes local_addr=::ffff:127.0.0.1
		no  local_addr=0.0.0.0
		no  local_addr=10.0.0.1
		no  local_addr=-
	END
	match 'remote_scope=private,any' <<-'END'
		yes remote_addr=10.0.0.1
		yes remote_addr=100.64.0.1
		yes remote_addr=169.254.0.1
		yes remote_addr=fe80::1%eth0
		yes remote_addr=fc00::1
		yes remote_addr=::ffff:10.0.0.1
		yes remote_addr=0.0.0.0
		yes remote_addr=::
		no  remote_addr=192.0.2.1
		no  remote_addr=127.0.0.1
		no  remote_addr=224.0.0.1
		no  remote_addr=-
	END
	# link-local addresses are private, too
	match 'local_scope=link' <<-'END'
		yes local_addr=169.254.0.1
		yes local_addr=fe80::1%eth0
		yes local_addr=::ffff:169.254.0.1
		no  local_addr=10.0.0.1
		no  local_addr=fc00::1
	END
	match 'local_scope!=link' <<-'END'
		no  local_addr=169.254.0.1
		yes local_addr=10.0.0.1
	END
	match 'local_scope!=private' <<-'END'
		no  local_addr=169.254.0.1
		no  local_addr=10.0.0.1
		yes local_addr=127.0.0.1
	END
	match 'remote_scope=public' <<-'END'
		yes remote_addr=192.0.2.1
		yes remote_addr=2001:db8::1
		no  remote_addr=ff02::1
		no  remote_addr=10.0.0.1
	END
	match 'remote_scope!=public,-' <<-'END'
		no  remote_addr=192.0.2.1
		no  remote_addr=-
		no  remote_addr=224.0.0.1
		yes remote_addr=10.0.0.1
	END
}

@test "connections: the records of the process" {
	match 'connections>1' <<-'END'
		yes pid=7 local_port=1
		yes pid=7 local_port=2
		no  pid=8 local_port=3
		no  pid=- local_port=4
		no  pid=- local_port=5
	END
	match 'connections=1 local_port<9' <<-'END'
		no  pid=7 local_port=1
		no  pid=7 local_port=10
		yes pid=8 local_port=3
		no  pid=9 local_port=9
	END
	match 'connections=-' <<-'END'
		no  pid=7
		yes pid=-
	END
	match 'connections!=1' <<-'END'
		no  pid=7
		yes pid=-
	END
	match 'connections<=2 connections>=2' <<-'END'
		yes pid=7 change=new
		yes pid=7 change=unchanged
		no  pid=7 change=gone
		no  pid=8 change=new
		no  pid=8 change=gone
	END
	HEAD=${HEAD/host=web1 /} match 'connections>1' <<-'END'
		no  pid=7 host=web1
		yes pid=9 host=web1
		yes pid=9 host=web1
		no  pid=7 host=web2
	END
}

@test "age: from first_seen to the snapshot, in seconds" {
	match 'age<600' <<-'END'
		no  first_seen=2026-11-24T03:00:00.000Z
		yes first_seen=2026-11-24T03:00:00.001Z
		yes first_seen=2026-11-24T03:10:00.000Z
		no  first_seen=-
		no  first_seen=now
	END
	match 'age>=600 local_port=1' <<-'END'
		yes local_port=1 first_seen=2026-11-24T03:00:00.000Z
		no  local_port=2 first_seen=2026-11-24T03:00:00.000Z
		no  local_port=1 first_seen=2026-11-24T03:00:00.999Z
	END
	match 'age=-' <<-'END'
		yes first_seen=-
		no  first_seen=2026-11-24T03:00:00.000Z
	END
	HEAD=${HEAD/time=* host/host} match 'age>0' <<-'END'
		no  first_seen=2026-11-24T03:00:00.000Z
	END
}

@test "closed sets of values: in any case" {
	match 'state=listen,Unconn' <<-'END'
		yes state=LISTEN
		yes state=UNCONN proto=udp
		no  state=ESTABLISHED
	END
	match 'proto!=TCP' <<-'END'
		no  proto=tcp
		yes proto=udp state=UNCONN
	END
	match 'dir=OUT' <<-'END'
		yes dir=out
		no  dir=in
		no  dir=-
	END
}

@test "a field against another" {
	FIELDS+=(rx_queue backlog)
	match 'rx_queue>=backlog' <<-'END'
		yes rx_queue=128 backlog=128
		yes rx_queue=129 backlog=128
		no  rx_queue=9 backlog=128
		no  rx_queue=9 backlog=-
		no  rx_queue=- backlog=128
	END
	match 'remote_port=local_port' <<-'END'
		yes local_port=53 remote_port=53
		no  local_port=5353 remote_port=53
		no  local_port=53 remote_port=-
	END
	match 'port!=remote_port' <<-'END'
		no  local_port=53 remote_port=53
		yes local_port=5353 remote_port=53
		no  local_port=53 remote_port=-
	END
	# A field that the stream lacks.
	match 'rx_queue>=inode' <<<'no rx_queue=128 backlog=128'
}

@test "what is gone: only rules that ask for a change see it" {
	match 'change=gone process=postgres' <<-'END'
		yes change=gone process=postgres
		no  change=gone process=nginx
		no  change=new process=postgres
	END
	match 'change!=unchanged' <<-'END'
		yes change=gone
		yes change=new
		no  change=unchanged
	END
	match 'process=postgres' <<-'END'
		no  change=gone process=postgres
		yes change=unchanged process=postgres
	END
	snapshot >in <<-'END'
		x local_port=1 change=gone
		x local_port=2 change=gone
	END
	run -0 prt-flag -X -H -o flags -e 'flag down change=gone' \
		-e 'allow down local_port=1' in
	assert_output_is $'-\ndown'
}

@test "fields that the stream lacks, and fields that only it has" {
	match 'inode=7' <<<'no local_port=1'
	match 'inode!=7' <<<'no local_port=1'
	match 'change=-' <<<'no local_port=1'
	match 'age>0' <<<'no local_port=1'
	match 'zebra=a,b' <<-'END'
		yes zebra=a
		no  zebra=c
		no  zebra=-
	END
	match 'zebra>9' <<-'END'
		yes zebra=10
		no  zebra=9
		no  zebra=nine
		no  zebra=-
	END
	match 'zebra~A' <<-'END'
		yes zebra=bab
		no  zebra=-
	END
	snapshot >in <<<'x local_port=1'
	refuses "-e:1:9: unknown field 'zebra': expected *" \
		-X -e 'flag x  zebra=1' in
	refuses "-e:2:18: unknown field 'zebra': expected *" \
		-X -e 'flag x pid=1' -e 'flag x pid=1     zebra!=1' in
	# Only one of the inputs has the field.
	snapshot >other <<<'x local_port=1 zebra=1'
	run -0 prt-flag -X -s -H -o flags -e 'flag x zebra=1' in other
	assert_output_is x
}

@test "quotes, escapes and blanks" {
	match 'cmdline="sshd: ann"' <<-'END'
		yes cmdline=sshd:+ann
		no  cmdline=sshd:
	END
	match 'cmdline="a b,c\x2cd"' <<-'END'
		yes cmdline=a+b
		yes cmdline=c,d
		no  cmdline=c
	END
	match 'cmdline=a\tb\\c' <<-'END'
		yes cmdline=a\tb\\c
		yes cmdline=a\x09b\x5cc
		no  cmdline=atbc
	END
	match "cmdline=\\x22 	  process=daemon  " <<-'END'
		yes cmdline="
		no  cmdline=x
	END
	match 'cmdline="-"' <<<'yes cmdline=-'
	match 'cmdline~"a B"' <<<'yes cmdline=xA+by'
	match $'cmdline=caf\xc3\xa9' <<<$'yes cmdline=caf\xc3\xa9'
}

@test "all conditions must hold, in whichever order they are" {
	local rule

	for rule in 'local_addr=0.0.0.0 process~ba local_port=1 connections=1' \
		'connections=1 process~ba local_port=1 local_addr=0.0.0.0'; do
		match "$rule" <<-'END'
			yes process=bash local_port=1
			no  process=dash local_port=1
			no  process=bash local_port=2
			no  process=bash local_port=1 local_addr=::1
		END
	done
}

@test "flag, bell and allow: all flags first, then what is allowed" {
	snapshot >in <<-'END'
		x local_port=80 process=python3 uid=1000
		x local_port=6379
		x local_port=1
	END
	cat >rules <<-'END'
		# A comment, an empty line and blanks.

		  allow script-sensitive	local_port=80
		flag mine local_port=80,6379
		bell bell_2 local_port=6379
		flag mine process=python3
		allow mine local_port=6379
	END
	run -0 prt-flag -H -o flags -f rules in
	assert_output_is $'nonroot-privileged,mine\nexposed-store,bell_2\n-'
	run -0 prt-flag -H -o flags -f rules -e 'allow * local_port=80' in
	assert_output_is $'-\nexposed-store,bell_2\n-'
	run -0 prt-flag -H -o flags -f rules -e 'flag exposed-store local_port=1,6379' in
	assert_output_is $'nonroot-privileged,mine\nexposed-store,bell_2\nexposed-store'
	run -1 prt-flag -q -X -e 'allow * pid>0' in
	# More rules than a word has bits.
	for i in {1..100}; do echo "flag r$i local_port=$i"; done >many
	run -0 prt-flag -X -s -H -o flags --disable=all -f many in
	assert_output_is $'r80\nr1'
	run -0 prt-flag -X -s -H -o flags -f many -e 'allow r80 pid>0' in
	assert_output_is $'nonroot-privileged,script-sensitive\nexposed-store\nr1'
	run -0 --separate-stderr prt-flag -X -H -s --why -o why -f rules --disable=all in
	[ "${lines[0]}" = 'mine: the rule at rules:4' ]
	[ "${lines[1]}" = 'bell_2: the rule at rules:5' ]
}

# ring ARG...: how often the bell rang on a terminal.
ring()
{
	script -qec "prt-flag -X -q $*" /dev/null | tr -d -c '\a' | wc -c
}

@test "bell rings once a run, on a terminal, for what is new" {
	requires script
	snapshot >in <<-'END'
		x local_port=1
		x local_port=2
	END
	snapshot >changes <<-'END'
		x local_port=1 change=new
		x local_port=2 change=unchanged
		x local_port=3 change=gone
		x local_port=4 change=changed
	END
	[ "$(ring "-e 'bell x pid>0' in")" -eq 1 ]
	[ "$(ring "-e 'flag x pid>0' in")" -eq 0 ]
	[ "$(ring "-e 'bell x pid>0' -e 'allow x pid>0' in")" -eq 0 ]
	[ "$(ring "-e 'bell x pid>0' changes")" -eq 1 ]
	[ "$(ring "-e 'bell x local_port=1' changes")" -eq 1 ]
	[ "$(ring "-e 'bell x local_port=2-4' changes")" -eq 0 ]
	[ "$(ring "-e 'bell x change=gone' changes")" -eq 1 ]
	[ "$(ring "-e 'bell x change=changed' changes")" -eq 0 ]
	run -0 --separate-stderr prt-flag -X -q -e 'bell x pid>0' in
	[ -z "$stderr" ]
}

@test "a bad rule: where, what was expected, status 2, no output" {
	local rule column message

	snapshot >in <<<'x local_port=80 process=python3'
	while IFS='|' read -r rule column message; do
		echo "$rule"
		refuses "-e:1:$column: $message" -X -e "$rule" in
	done <<-'END'
		flog x pid=1|1|unknown action 'flog': expected flag, bell or allow
		Flag x pid=1|1|unknown action 'Flag': *
		flag|5|expected a name of a-z, 0-9, _ and -
		flag X pid=1|6|expected a name *
		flag xY pid=1|7|expected a name *
		flag * pid=1|6|expected a name of a-z, 0-9, _ and -
		allow ** pid=1|7|expected a name of a-z, 0-9, _ and -, or [*]
		flag x|7|expected a condition: *
		flag x  |9|expected a condition: *
		flag x =1|8|expected a condition: *
		flag x Pid=1|8|expected a condition: *
		flag x pid|11|expected an operator that 'pid' has: *
		flag x pid 1|11|expected an operator *
		flag x pid = 1|11|expected an operator *
		flag x pid:1|11|expected an operator *
		flag x pid==1|12|a second =: expected a value (\\x3d is one that begins with =)
		flag x process==nginx|16|a second =: *
		flag x state=foo|14|unknown value: expected any of LISTEN ESTABLISHED UNCONN BOUND NAT SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING CLOSED
		flag x local_port=80 local_port=81|6|no record has all of its values of local_port: expected one condition with a list
		flag x port=1-5 local_port=6,7|6|no record has all of its values of local_port: expected one condition with a list
		flag x remote_port=- remote_port=1|6|no record has all of its values of remote_port: expected one condition with a list
		flag x state=LISTEN state=UNCONN|6|no record has all of its values of state: expected one condition with a list
		flag x state=LISTEN remote_port=80|6|what is LISTEN or UNCONN has no remote_port: expected local_port
		flag x state=LISTEN,|21|expected a value between the commas
		flag x proto!=ip|15|unknown value: expected any of tcp udp*
		flag x dir=in,inbound|15|unknown value: expected any of in out
		flag x change=added|15|unknown value: expected any of new gone changed unchanged
		flag x family=ipv6|15|unknown value: expected any of inet inet6
		flag x v6only=1|15|unknown value: expected any of yes no
		flag x process=python*|16|a [*] is no wildcard: expected ~, as in process~python, for a part of the value, or \\x2a
		flag x process~^python|16|~ is for a part of the value, as it is: no regular expression *
		flag x process~python$|16|~ is for a part of the value, as it is: no regular expression *
		flag x cmdline~"nc .* 80"|17|~ is for a part of the value, as it is: no regular expression *
		flag x process=~python|16|=~: expected ~ before a part of the value, or = and \\x7e for one that begins with ~
		flag x cmdline!="a *"|18|a [*] is no wildcard: *
		flag x rx_queue>=process|18|expected a number
		flag x connections>backlog|20|expected a number
		allow foo-bar pid>0|7|nothing raises 'foo-bar': expected a heuristic (prt-flag -l), the name of a rule, or *
		flag x pid=|12|expected a value, or - for none
		flag x pid=""|13|expected a value, or - for none
		flag x process=a,,b|18|expected a value between the commas
		flag x process=a,|18|expected a value between the commas
		flag x process<5|15|expected an operator that 'process' has: != !~ = ~
		flag x local_addr>1.1.1.1|18|expected an operator *
		flag x local_scope~pub|19|expected an operator that 'local_scope' has: != =
		flag x connections~1|19|expected an operator that 'connections' has: != <= >= = < >
		flag x connections>abc|20|expected a number
		flag x age<-5|12|expected a number
		flag x age<1h|12|expected a number
		flag x uid<1,2|12|expected a number
		flag x pid=1-|12|expected a number or NUMBER-NUMBER
		flag x pid=9-1|12|expected the lower end of the range first
		flag x pid=007|12|expected a number *
		flag x pid=18446744073709551616|12|expected a number *
		flag x local_port=65536|19|expected a port or PORT-PORT, 0 to 65535
		flag x port=22,80-|16|expected a port *
		flag x remote_port>65536|20|expected a port, 0 to 65535
		flag x local_addr=10.0.0.0/33|19|expected a length of 0 to 32 after the /
		flag x local_addr=::1,::/129|23|expected a length of 0 to 128 after the /
		flag x local_addr=10.0.0/8|19|expected an address or ADDRESS/LENGTH
		flag x local_addr=10.0.0.0/|19|expected a length *
		flag x local_addr=10.0.0.0/8/8|19|expected a length *
		flag x local_addr=web1|19|expected an address *
		flag x local_addr=[::1|19|expected an address *
		flag x local_addr=10.0.0.1%|19|expected an address *
		flag x local_addr=[::1]%|19|expected an address *
		flag x local_addr=[::1]x|19|expected an address *
		flag x local_scope=world|20|expected loopback, link, private, public or any
		flag x process="a b|16|unclosed quote: expected a " before the end of the line
		flag x process="|16|unclosed quote: *
		flag x process="a"b|19|expected a blank after the quote
		flag x process=a"b"|17|a quote inside a value: expected *
		flag x process=a\qb|16|an escape other than *
		flag x process=a\|16|a \\ at the end of a value
		flag x process=a\x4|16|\\x needs two hex digits after it
		flag x pid=1 # why|14|expected a condition: *
	END
	refuses '-e:2:1: unknown action *' -X -e 'flag x pid=1' -e nope in
	refuses '-e:1:9: a line break: expected one rule' -X \
		-e $'flag x p\nid=1' in
	refuses '-e:1:8: a control byte: expected text' -X \
		-e $'flag x \x01=1' in
	refuses '-e:1:13: ends in CR LF: expected LF alone' -X \
		-e $'flag x pid=1\r' in
}

@test "bad rule files: binary, long lines, missing" {
	snapshot >in <<<'x local_port=80 process=python3'
	printf 'flag x pid=1\n\nflag  x pid=1 pid=z\n' >rules
	refuses 'rules:3:19: expected a number *' -X -f rules in
	printf 'flag x pid=1\nflag x\0 pid=1\n' >rules
	refuses 'rules:2:7: a control byte: expected text' -X -f rules in
	head -c 4096 /bin/sh >rules
	refuses 'rules:*:*: a control byte: expected text' -X -f rules in
	head -c 1048576 /dev/zero | tr '\0' a >rules
	refuses 'rules:1:65537: a line too long: expected at most 65536 bytes' \
		-X -f rules in
	{ printf 'flag x process='; head -c 65000 /dev/zero | tr '\0' a; } >rules
	prt-flag -X -f rules in >/dev/null
	printf 'flag x pid=1\r\n' >rules
	refuses 'rules:1:13: ends in CR LF*' -X -f rules in
	refuses 'nowhere: No such file or directory' -X -f nowhere in
	refuses '.: Is a directory' -X -f . in
	# Nothing else is begun.
	refuses 'nowhere: *' -X -s -q --suggest -f nowhere in
}

@test "-f reads several files, and standard input" {
	snapshot >in <<<'x local_port=1'
	echo 'flag a local_port=1' >a
	echo 'flag b local_port=1' >b
	run -0 prt-flag -X -H -o flags -f a -f b -e 'flag c local_port=1' in
	assert_output_is a,b,c
	run -0 bash -c 'prt-flag -X -H -o flags -f - in <b'
	assert_output_is b
	run -0 prt-flag -X -H -o flags -f <(cat a) in
	assert_output_is a
	run -0 prt-flag -X -H -o flags -f /dev/null in
	assert_output_is -
	# A last line without LF counts.
	printf 'flag a local_port=1' >a
	run -0 prt-flag -X -H -o flags -f a in
	assert_output_is a
}

@test "the default files are read, but not with -f or -X" {
	snapshot >in <<<'x local_port=1'
	mkdir -p config/prt .config/prt
	echo 'flag user local_port=1' >config/prt/rules
	echo 'flag home local_port=1' >.config/prt/rules
	echo 'flag mine local_port=1' >mine
	flags() { env "$@" -H -o flags in; }
	[ "$(flags prt-flag)" = user ]
	[ "$(flags prt-flag -e 'flag e local_port=1')" = user,e ]
	[ "$(flags prt-flag -X)" = - ]
	[ "$(flags prt-flag -X -e 'flag e local_port=1')" = e ]
	[ "$(flags prt-flag -f mine)" = mine ]
	[ "$(flags -u XDG_CONFIG_HOME prt-flag)" = home ]
	[ "$(flags XDG_CONFIG_HOME= prt-flag)" = home ]
	[ "$(flags XDG_CONFIG_HOME=config prt-flag)" = home ]
	[ "$(flags -u XDG_CONFIG_HOME -u HOME prt-flag)" = - ]
	[ "$(flags XDG_CONFIG_HOME=/nowhere prt-flag)" = - ]
	[ "$(flags XDG_CONFIG_HOME="$PWD/in" prt-flag)" = - ]
	echo nope >config/prt/rules
	refuses "$PWD/config/prt/rules:1:1: unknown action *" in
}

@test "/etc/prt/rules is read before the user's" {
	requires root unshare
	unshare -m true 2>/dev/null || skip 'needs mount namespaces'
	snapshot >in <<<'x local_port=1'
	mkdir -p config/prt
	echo 'flag user local_port=1' >config/prt/rules
	run -0 unshare -m sh -c 'mount -t tmpfs none /etc && mkdir /etc/prt &&
		umask 022 && echo "flag system local_port=1" >/etc/prt/rules &&
		prt-flag -H -o flags in && prt-flag -X -H -o flags in'
	assert_output_is $'system,user\n-'
}

@test "root refuses rules that another user can write" {
	requires root setpriv
	snapshot >in <<<'x local_port=1'
	echo 'flag mine local_port=1' >rules
	local mode

	for mode in 666 646 664 622 620 602; do
		chmod "$mode" rules
		refuses "rules: rules that another user can write (owner 0, mode $mode): *" -X -f rules in
	done
	chmod 644 rules
	prt-flag -X -q -f rules in
	chown 1234 rules
	refuses 'rules: rules that another user can write (owner 1234, mode 644): *' -X -f rules in
	mkdir -p config/prt
	cp -p rules config/prt/rules
	refuses "$PWD/config/prt/rules: rules: another user can write or replace it: *" in
	# If the user is not root, that is his own affair.
	chmod 666 rules
	setpriv --reuid=1234 --regid=1234 --clear-groups -- \
		/proc/self/fd/9 -X -q -f /dev/fd/8 - \
		9<"$(command -v prt-flag)" 8<rules <in
}

# allows RULE <TABLE: the rule takes tmp-exe off the records marked no, and does
# not match those marked yes.
allows()
{
	judge tmp-exe -e "allow tmp-exe $1"
}

@test "allow by exe or cwd: the machine's own files, unless the rule says more" {
	local rule evil='/usr/x+(elsewhere)'

	for rule in exe=/tmp/x exe~/tmp exe!=/tmp/y 'exe!~/tmp/y'; do
		allows "$rule" <<-END
			no  exe=/tmp/x
			yes exe=/tmp/x container=docker/web
			yes exe=/tmp/x container=- container_id=0123
			yes exe=/tmp/x+(elsewhere) uid=1000
		END
	done
	allows 'exe=/tmp/x container=docker/web' <<-END
		yes exe=/tmp/x
		no  exe=/tmp/x container=docker/web
		yes exe=/tmp/x container=docker/db
	END
	allows 'exe~/tmp container!=-' <<-END
		yes exe=/tmp/x
		no  exe=/tmp/x container=docker/web
		no  exe=/tmp/x+(elsewhere) container=docker/web
	END
	allows 'exe="/usr/x (elsewhere)"' <<-END
		yes exe=/usr/y+(elsewhere) uid=1000
		no  exe=$evil uid=1000
	END
	allows 'exe~/usr' <<<"yes exe=$evil uid=1000"
	allows 'exe~elsewhere)' <<<"no  exe=$evil uid=1000"
	allows 'cwd=/srv' <<-END
		no  exe=/tmp/x cwd=/srv
		yes exe=/tmp/x cwd=/srv+(elsewhere)
		yes exe=/tmp/x cwd=/srv container=docker/web
	END
	# rules that ask for no path, and rules that flag, work as before
	allows 'user=root' <<<'no  exe=/tmp/x container=docker/web'
	match 'exe~/x' <<-END
		yes exe=/tmp/x container=docker/web
		yes exe=$evil
	END
}

@test "--suggest: in a container, with its name" {
	snapshot >in <<-'END'
		x exe=/tmp/x container=docker/web
		x exe=/tmp/x
		x exe=...
	END
	run -0 prt-flag -X --suggest in
	assert_output_is "allow tmp-exe exe=/tmp/x container=docker/web netns=- user=root local_addr=0.0.0.0 local_port=8000
allow tmp-exe exe=/tmp/x netns=- user=root local_addr=0.0.0.0 local_port=8000"
	run -0 prt-flag -X -H -o flags -e "${lines[0]}" -e "${lines[1]}" in
	assert_output_is "-
-
tmp-exe"
}

@test "--suggest: rules that silence what they are printed for, and no more" {
	snapshot >in <<-'END'
		x local_port=80 process=python3 uid=1000 user=ann
		x local_port=443 process=python3 user=ann
		x local_port=443 process=python3 user=bob
		x local_port=443 process=node user=ann
		x local_port=6379 exe=/opt/a+b/redis,"x" user=a+b,c
		x local_port=6379 exe=/usr/bin/x+(deleted) user=ann
		x local_port=6379 exe=- user=-
		x local_port=6379 exe=\x2d user=\x2d
		x local_port=6379 exe=/a\tb\\c user=ann
		x local_port=40000 state=ESTABLISHED dir=out remote_addr=192.0.2.1 remote_port=4444
		x local_port=4444 state=ESTABLISHED dir=in remote_addr=192.0.2.1 remote_port=1 exe=/tmp/x
		x local_port=22 process=sshd
		x local_port=6379 exe=/a=b user=\x3d\x3da+b
	END
	run -0 --separate-stderr prt-flag -X --suggest in
	[ -z "$stderr" ]
	[ "${lines[0]}" = 'allow nonroot-privileged exe=/usr/bin/python3 cmdline=python3 netns=- user=ann local_addr=0.0.0.0 local_port=80' ]
	[ "${lines[4]}" = 'allow script-sensitive exe=/usr/bin/node cmdline=node netns=- user=ann local_addr=0.0.0.0 local_port=443' ]
	[ "${lines[5]}" = 'allow exposed-store exe="/opt/a b/redis\x2c\x22x\x22" netns=- user="a b\x2cc" local_addr=0.0.0.0 local_port=6379' ]
	[ "${lines[8]}" = 'allow exposed-store exe=- netns=- user=- local_addr=0.0.0.0 local_port=6379' ]
	[ "${lines[9]}" = 'allow exposed-store exe=\x2d netns=- user=\x2d local_addr=0.0.0.0 local_port=6379' ]
	[ "${lines[11]}" = 'allow root-high-port exe=/usr/sbin/daemon netns=- user=root remote_addr=192.0.2.1 remote_port=4444' ]
	[ "${lines[12]}" = 'allow tmp-exe exe=/tmp/x netns=- user=root remote_addr=192.0.2.1 local_port=4444' ]
	[ "${lines[13]}" = 'allow exposed-store exe=/a=b netns=- user="\x3d=a b" local_addr=0.0.0.0 local_port=6379' ]
	[ "${#lines[@]}" -eq 14 ]
	printf '%s\n' "${lines[@]}" >allow
	run -1 prt-flag -X -q -f allow in
	run -0 prt-flag -X --suggest -f allow in
	[ -z "$output" ]
	# Each line takes away one flag of one of these records.
	prt-flag -X -H in >before
	while read -r line; do
		echo "$line"
		prt-flag -X -H -e "$line" in >after
		[ "$(diff before after | grep -c '^<')" -eq 1 ]
	done <allow
}

@test "state=BOUND: a port that is held and not listened on" {
	snapshot >in <<-'END'
		x local_port=8080 state=BOUND process=app
		x local_port=8081 process=app
		x local_port=8082 state=BOUND process=app exe=/opt/x+(deleted)
	END
	run -0 prt-flag -X -s -H -o local_port,flags --disable=all \
		-e 'flag held state=BOUND' in
	assert_output_is "8080	held
8082	held"
	# Of the two ports, the rule has the local one.
	run -0 prt-flag -X --suggest in
	assert_output_is 'allow deleted-exe exe="/opt/x (deleted)" netns=- user=root local_addr=0.0.0.0 local_port=8082'
	run -1 prt-flag -X -q -e "$output" in
}

@test "--suggest: each rule once, and by what the stream has" {
	for _ in 1 2 3; do
		echo 'x local_port=80 process=python3'
	done | snapshot >in
	run -0 prt-flag -X --suggest in
	[ "${#lines[@]}" -eq 1 ]
	COLUMNS_LESS=user snapshot >in <<<'x local_port=80 process=python3'
	run -0 prt-flag -X --suggest in
	assert_output_is 'allow script-sensitive exe=/usr/bin/python3 cmdline=python3 netns=- local_addr=0.0.0.0 local_port=80'
	run -0 prt-flag -X --suggest --disable=all in
	[ -z "$output" ]
	run -0 prt-flag -X --suggest -q in
	[ -z "$output" ]
	# No rule can have an invalid port, and one without it matches too much.
	snapshot >in <<-'END'
		x local_port=6.79 process=x exe=/tmp/x
		x local_port=- process=x exe=/tmp/x
	END
	run -0 prt-flag -X --suggest in
	assert_output_is 'allow tmp-exe exe=/tmp/x netns=- user=root local_addr=0.0.0.0 local_port=-'
	# A name that a process gave itself does not get into a rule.
	snapshot >in <<<'x process=evil cmdline=evil exe=/tmp/x'
	run -0 prt-flag -X --suggest in
	[[ $output == *tmp-exe* && $output != *evil* ]]
}

# The rule suggested for a record matches it, but not the same record with the
# fields after the bar.
@test "--suggest: exactly this: another address, script, container or user is not" {
	local out='state=ESTABLISHED dir=out local_addr=10.0.0.5 local_port=40000'
	local record change line

	while IFS='|' read -r record change; do
		snapshot >one <<<"x $record"
		prt-flag -X --suggest one >allow
		echo "$record: $(cat allow)"
		[ -s allow ]
		run -1 prt-flag -X -q -f allow one
		for change in $change; do
			snapshot >other <<<"x $record $change"
			prt-flag -X -q other
			echo "not with $change"
			[ "$(prt-flag -X -H -o flags -f allow other)" = \
			    "$(prt-flag -X -H -o flags other)" ]
		done
	done <<-END
		uid=0 user=root exe=/usr/bin/bash process=bash cmdline=bash+-i fd=0,1,2 $out remote_addr=192.0.2.1 remote_port=443|remote_addr=192.0.2.2 remote_port=444 cmdline=bash+-li user=ann container=docker/x netns=x exe=/usr/bin/dash
		process=python3 cmdline=python3+/tmp/get-pip.py $out remote_addr=192.0.2.1 remote_port=443|remote_addr=192.0.2.2 cmdline=python3+/tmp/x.py cmdline=python3+/tmp/x.py+/tmp/get-pip.py user=ann container=docker/x
		process=python3 cmdline=python3+-c+x fd=0,1 $out remote_addr=192.0.2.1 remote_port=443|cmdline=python3+-c+y remote_addr=192.0.2.2
		process=python3 cmdline=python3+/tmp/ansible-tmp-1.2-3/AnsiballZ_x.py $out remote_addr=192.0.2.1 remote_port=443|cmdline=python3+/tmp/x.py cmdline=python3+/tmp/ansible-tmp-1.2-3/AnsiballZ_y.py
		exe=/tmp/.mount_AppAB12/usr/bin/app cmdline=app uid=1000 $out remote_addr=192.0.2.1 remote_port=443|exe=/tmp/x exe=/tmp/.mount_AppAB12/usr/bin/x remote_addr=192.0.2.2
		exe=/tmp/x cmdline=x|local_addr=10.0.0.5 local_port=8001 user=ann container=docker/x netns=x
		exe=/tmp/x state=ESTABLISHED dir=in local_addr=10.0.0.5 local_port=7 remote_addr=192.0.2.1 remote_port=50000|local_port=8 remote_addr=192.0.2.2
		process=x exe=/usr/lib/ld-linux.so.2 cmdline=ld+/tmp/x|cmdline=ld+/tmp/y local_addr=10.0.0.5
		process=bash cmdline=-bash fd=0 state=ESTABLISHED dir=- local_addr=10.0.0.5 local_port=22 remote_addr=192.0.2.1 remote_port=50000|local_port=23 remote_addr=192.0.2.2
	END
	# the rule has neither the caller's random port nor values that a
	# restart changes
	snapshot >one <<-END
		x process=bash cmdline=-bash fd=0 state=ESTABLISHED dir=- local_addr=10.0.0.5 local_port=22 remote_addr=192.0.2.1 remote_port=50000
		x exe=/tmp/go-build1/b001/exe/main uid=1000
		x process=python3 cmdline=python3+/tmp/ansible-tmp-1.2-3/AnsiballZ_x.py
	END
	prt-flag -X --suggest one >allow
	sed 's/50000/50001/; s/go-build1/go-build23/; s/tmp-1.2-3/tmp-4.5-6/' \
		one >again
	run -1 prt-flag -X -q -f allow again
	cmp <(prt-flag -X --suggest again) allow
}

# The examples in prt-rules(5) form a rule file, and do what the text says.
@test "the rules of the manual" {
	awk '/^\.Bd -literal$/ { inside = 1; next }
		/^\.Ed$/ { inside = 0 }
		inside && !/^(\$|prt-flag:)/' \
		"${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/man/prt-rules.5" >rules
	[ "$(grep -c '^[a-z]' rules)" -eq 11 ]
	snapshot >in <<-'END'
		x local_port=6379 local_addr=10.1.2.3
		x local_port=6379 local_addr=10.2.2.3
		x remote_port=25 dir=out remote_addr=203.0.113.9 user=www state=ESTABLISHED
		x remote_port=25 dir=out remote_addr=203.0.113.9 user=mail state=ESTABLISHED
		x change=new
		x change=new exe=/home/dev/x
		x parent=nginx process=sh
		x state=ESTABLISHED first_seen=2026-11-16T00:00:00.000Z
		x local_port=22 change=new local_addr=127.0.0.1
		x process=python3 local_port=8500 local_addr=127.0.0.1
		x process=python3 local_port=7000
		x change=gone process=postgres local_port=5432
	END
	run -0 prt-flag -X -H -o flags -f rules in
	assert_output_is "$(printf '%s\n' - exposed-store smtp-out - new - \
		web-shell old ssh-new - py-listen db-down)"
}
