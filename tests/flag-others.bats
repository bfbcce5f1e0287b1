#!/usr/bin/env bats
# The heuristics that compare records, and what they need of a snapshot.
# flag.bash says how to read the tables.
# shellcheck disable=SC2154

load helpers
load flag

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# Connections to a public, a private and a loopback address.
PUB='state=ESTABLISHED local_addr=10.0.0.5 local_port=40000 remote_addr=198.51.100.7 remote_port=443'
PRIV='state=ESTABLISHED local_addr=10.0.0.5 local_port=40001 remote_addr=10.0.0.9 remote_port=4444'
LOOP='state=ESTABLISHED local_addr=127.0.0.1 local_port=40002 remote_addr=127.0.0.1 remote_port=4444'

@test "stdio-socket: a shell or interpreter on a connection" {
	judge stdio-socket <<-END
		yes process=bash fd=0,1,2,255 $PUB
		yes process=dash fd=0,1 $PRIV
		yes process=sh fd=0,1,2 $LOOP
		yes process=python3 fd=0,1,2,3 $PUB remote_port=444
		yes process=perl fd=0,1,2 $PUB remote_port=445
		yes process=zsh5 fd=0,1,2 $PUB remote_port=446 state=CLOSE_WAIT
		yes process=sh exe=/bin/busybox cmdline=-sh fd=0,1,2 $PUB remote_port=447
		yes process=sh exe=/bin/busybox cmdline=busybox+sh fd=0,1 $PUB remote_port=448
		yes process=bash fd=0,1 proto=udp $PUB
		yes process=bash fd=0 $PUB remote_port=449
		no  process=bash fd=1,2 $PUB remote_port=450
		yes process=bash fd=0,2 $PUB remote_port=451
		yes process=bash fd=0,10 $PUB remote_port=452
		no  process=bash fd=0 cmdline=bash+-c+x $PUB remote_port=458
		no  process=python3 fd=0 $PUB remote_port=459
		no  process=python3 fd=0,2 $PUB remote_port=460
		no  process=bash fd=10,11 $PUB remote_port=453
		no  process=bash fd=3 $PUB remote_port=454
		no  process=bash fd=- $PUB remote_port=455
		no  process=socat fd=0,1 $PUB remote_port=456
		no  process=bash fd=0,1 state=LISTEN
		no  process=bash fd=0,1 state=TIME_WAIT $PRIV state=TIME_WAIT
		no  process=bashful fd=0,1 $PUB remote_port=457
		# Every shell there is, whatever its version is called.
		$(every yes 'fd=0,1' ash ksh93 mksh csh tcsh fish yash posh \
		    bash-static rbash busybox-static zsh5 pwsh xonsh)
		# And every interpreter.
		$(every yes 'fd=0,1' perl5.36-x86_64-linux-gnu pypy3 luajit \
		    luajit-2.1.0-beta3 tclsh8.6 gawk mawk gdb vim.basic nodejs \
		    deno php-cgi8.2 ruby3.1 python3.11-dbg expect)
	END
}

# every WORD FIELDS PROGRAM...: a table line for each program.
every()
{
	local name port=500

	for name in "${@:3}"; do
		echo "$1 process=$name $2 $PUB remote_port=$((++port)) $(
			[[ $name != busybox* ]] || echo cmdline=busybox+sh)"
	done
}

@test "stdio-socket: a shell without a script, whoever handed it over" {
	local conn='state=ESTABLISHED local_addr=10.0.0.5 local_port=7 remote_addr=10.0.0.9 dir=in ppid=50'

	judge stdio-socket <<-END
		no  process=inetd pid=50 local_port=7
		yes process=bash fd=0,1,2 $conn remote_port=1
		yes process=bash fd=0 cmdline=bash+-i $conn remote_port=2
		yes process=bash fd=0 cmdline=-bash $conn remote_port=3
		yes process=sh exe=/usr/bin/dash fd=0,1,2 cmdline=/bin/sh $conn remote_port=4
		yes process=bash fd=0 cmdline=bash+--norc+--noprofile+-i $conn remote_port=5
		yes process=bash fd=0 cmdline=bash+-o+emacs+-li $conn remote_port=6
		yes process=bash fd=0 cmdline=- $conn remote_port=7
		no  process=bash fd=0,1,2 cmdline=bash+-c+x $conn remote_port=8
		no  process=bash fd=0,1,2 cmdline=/bin/bash+/opt/service $conn remote_port=9
		no  process=bash fd=0,1,2 cmdline=bash+-x+/opt/service $conn remote_port=10
		no  process=bash fd=0,1,2 cmdline=bash+-xc+x $conn remote_port=11
		# It writes its arguments, and then they are no script.
		yes process=bash fd=0,1 cmdline=[kworker/0:0]+x $conn remote_port=12
		yes process=bash fd=0,1 exe=/opt/bash cmdline=httpd+-k+start $conn remote_port=13
		yes process=busybox fd=0 exe=/bin/busybox cmdline=busybox+ash $conn remote_port=14
		no  process=busybox fd=0 exe=/bin/busybox cmdline=busybox+ash+/opt/x $conn remote_port=15
		# The dynamic loader runs what it is given.
		yes process=x fd=0 exe=/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 cmdline=/lib64/ld-linux-x86-64.so.2+--library-path+/opt+/bin/bash $conn remote_port=16
		no  process=x fd=0 exe=/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 cmdline=/lib64/ld-linux-x86-64.so.2+/usr/sbin/x $conn remote_port=17
	END
}

@test "stdio-socket: bash that is interactive keeps 255" {
	judge stdio-socket <<-END
		yes process=bash fd=2,255 cmdline=bash+-c+x $PUB
		yes process=x exe=/opt/x fd=1,2,255 $PUB remote_port=1 dir=in
		yes process=x exe=/opt/x fd=0,1,2,255 $LOOP
		no  process=x exe=/opt/x fd=255 $PUB remote_port=2
		no  process=x exe=/opt/x fd=254,255 $PUB remote_port=3
		no  process=x exe=/opt/x fd=1255 $PUB remote_port=4
		# so do servers with many connections
		no  process=nginx fd=255 $PUB remote_port=5
	END
}

@test "stdio-socket: any program that turned its input or output to a connection" {
	judge stdio-socket <<-END
		yes process=x exe=/opt/x fd=0,1,2 $PUB dir=out
		yes process=x exe=/opt/x fd=0,1,2 $PRIV dir=out
		yes process=x exe=/opt/x fd=2,5 $PUB dir=out remote_port=1
		yes process=x exe=/opt/x fd=1,9 $PUB dir=out remote_port=2
		no  process=x exe=/opt/x fd=0 $PUB dir=out remote_port=3
		no  process=x exe=/opt/x fd=3,4,5 $PUB dir=out remote_port=4
		no  process=x exe=/opt/x fd=0,1,2 $LOOP dir=out
		no  process=x exe=/opt/x fd=0,1,2 $PUB dir=in remote_port=5
		no  process=x exe=/opt/x fd=0,1,2 $PUB dir=- remote_port=6
		no  process=x exe=/opt/x fd=10,11 $PUB dir=out remote_port=7
	END
}

# Net::Server duplicates the caller's socket to 0 and 1, and agents under xinetd
# keep it when they are restarted.
@test "stdio-socket: not a script's service" {
	judge stdio-socket <<-END
		no  process=perl cmdline=/usr/bin/perl+-wT+/usr/sbin/munin-node fd=0,1,5 $PUB dir=in
		no  process=perl cmdline=/usr/sbin/munin-node+[10.0.0.1] fd=0,1,5 $PUB dir=in remote_port=1
		no  process=python3 cmdline=python3+/usr/lib/agent.py fd=0,1 $PUB dir=- remote_port=2
		no  process=bash cmdline=bash+/usr/bin/check_mk_agent fd=0,1,2 $PUB dir=- remote_port=3
		no  process=php-cgi cmdline=php-cgi+-f+/srv/x.php fd=0,1,2 $PUB dir=in remote_port=4
		yes process=python3 cmdline=python3+/usr/lib/agent.py fd=0,1 $PUB dir=out remote_port=5
		yes process=python3 cmdline=python3+-c+x fd=0,1 $PUB dir=in remote_port=6
		yes process=perl cmdline=perl+-MIO+-e+x+/usr/sbin/x fd=0,1 $PUB dir=in remote_port=7
		yes process=perl cmdline=perl+/tmp/x.pl fd=0,1 $PUB dir=in remote_port=8
		yes process=bash cmdline=bash+/dev/shm/x fd=0,1 $PUB dir=in remote_port=9
		yes process=python3 cmdline=python3+-+/usr/sbin/x fd=0,1 $PUB dir=in remote_port=10
		yes process=perl cmdline=perl fd=0,1 $PUB dir=in remote_port=11
		yes process=perl cmdline=/tmp/perl+x fd=0,1 $PUB dir=in remote_port=12 cwd=/tmp
	END
}

@test "stdio-socket: not what a parent's listener took, as inetd's" {
	local conn='state=ESTABLISHED local_addr=10.0.0.5 remote_addr=10.0.0.9'

	judge stdio-socket <<-END
		no  process=inetd pid=50 local_port=7
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=7
		# Another port, protocol, address or namespace is another listener.
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=8
		no  process=inetd pid=50 local_port=9 proto=udp state=UNCONN
		no  process=inetd pid=50 local_port=9 proto=sctp
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=9
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=9 proto=udp
		no  process=inetd pid=50 local_port=10 local_addr=10.0.0.6
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=10
		no  process=inetd pid=50 local_port=11 local_addr=10.0.0.5
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=11
		no  process=inetd pid=50 local_port=12 netns=other
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=12
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=12 netns=other
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=7 netns=third
		# :: takes IPv4 too, and says so in two ways.
		no  process=inetd pid=50 local_port=13 local_addr=::
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=13
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=13 local_addr=::ffff:10.0.0.5
		# Another's listener.
		no  process=nginx pid=51 local_port=14
		yes process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=14
		# A listener that nobody is seen to hold may be the parent's.
		no  process=- pid=- local_port=15
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=15
		# The listener comes later.
		no  process=bash cmdline=sh+-c+x ppid=50 fd=0,1 $conn local_port=16
		no  process=inetd pid=50 local_port=16
		# A bind shell: what listens is an interpreter, or a shell.
		no  process=python3 pid=52 local_port=17
		yes process=sh cmdline=sh+-c+x ppid=52 fd=0,1 $conn local_port=17
		no  process=bash pid=53 local_port=18
		yes process=bash cmdline=sh+-c+x ppid=53 fd=0,1 $conn local_port=18
		no  process=socat pid=55 local_port=20
		yes process=python3 ppid=55 fd=0,1 $conn local_port=20
		no  process=python3 cmdline=python3+/opt/x ppid=55 fd=0,1 $conn local_port=20 remote_port=9
		# But a server in front of it hands over to it.
		no  process=systemd pid=1 local_port=19
		no  process=python3 pid=54 local_port=19
		no  process=python3 pid=54 fd=5 $conn local_port=19
		no  process=sh cmdline=sh+-c+x ppid=54 fd=0,1 $conn local_port=19
	END
}

@test "stdio-socket: what came down through ancestors that hold it too" {
	local conn='state=ESTABLISHED local_addr=10.0.0.5 local_port=7 remote_addr=10.0.0.9'

	judge stdio-socket <<-END
		no  process=inetd pid=50 local_port=7
		no  process=bash cmdline=sh+-c+x pid=60 ppid=50 fd=0,1 remote_port=1 $conn
		no  process=python3 pid=61 ppid=60 fd=0,1 remote_port=1 $conn
		no  process=sh cmdline=sh+-c+x pid=62 ppid=61 fd=0,1 remote_port=1 $conn
		# The one between does not hold it: it is not that listener's.
		yes process=bash cmdline=sh+-c+x pid=70 ppid=69 fd=0,1 remote_port=2 $conn
		no  process=cron pid=69 ppid=50 local_port=1234
		# Parents in a ring end, too.
		yes process=bash cmdline=sh+-c+x pid=80 ppid=81 fd=0,1 remote_port=3 $conn
		yes process=bash cmdline=sh+-c+x pid=81 ppid=80 fd=0,1 remote_port=3 $conn
	END
}

@test "shell-net: a shell has a connection beyond loopback alone" {
	judge shell-net <<-END
		yes process=bash fd=3 $PUB remote_port=1
		yes process=sh fd=5 $PRIV remote_port=2
		no  process=bash fd=3 $LOOP
		no  process=bash fd=3 $LOOP local_addr=::1 remote_addr=::1
		no  process=bash fd=3 $LOOP remote_addr=127.255.255.255
		no  process=bash fd=3 $LOOP remote_addr=::ffff:127.0.0.1
		no  process=python3 fd=3 $PUB remote_port=3
		no  process=bash fd=3
		yes process=bash fd=3 $PUB remote_port=4 state=CLOSE_WAIT
		yes process=bash fd=3 $PUB remote_port=5 proto=udp
		# Its daemon has it, or had it before.
		no  process=app pid=90 $PUB remote_port=6
		no  process=sh ppid=90 $PUB remote_port=6
		no  process=app pid=91 $PUB remote_port=7
		no  process=sh ppid=1 $PUB remote_port=7
		# Two shells of one daemon that is gone.
		no  process=sh pid=92 ppid=1 $PUB remote_port=8
		no  process=sh pid=93 ppid=1 $PUB remote_port=8
		# What the shell itself started does not count.
		yes process=bash pid=94 ppid=1 $PUB remote_port=9
		no  process=sleep pid=95 ppid=94 $PUB remote_port=9
		no  process=sleep pid=96 ppid=95 $PUB remote_port=9
		# A service behind inetd.
		no  process=inetd pid=97 local_port=7
		no  process=bash ppid=97 $PUB local_port=7
		# A bind shell.
		no  process=python3 pid=98 local_port=8
		yes process=sh ppid=98 $PUB local_port=8
	END
}

@test "shell-net: an orphan that the shell left does not excuse it" {
	judge shell-net <<-END
		yes process=bash pid=90 ppid=1 $PUB
		no  process=sleep pid=95 ppid=1 $PUB
		# but what may have been there before it does
		no  process=app pid=80 ppid=1 $PUB remote_port=1
		no  process=bash pid=90 ppid=1 $PUB remote_port=1
		# and so does one whose parent is another's
		no  process=bash pid=90 ppid=1 $PUB remote_port=2
		no  process=app pid=95 ppid=94 $PUB remote_port=2
	END
}

@test "shell-net: what a shell has without having asked for it" {
	judge shell-net <<-END
		# dash cannot open a connection: a server left it there
		no  process=sh exe=/usr/bin/dash cmdline=sh+-c+x fd=5 $PUB remote_port=1
		no  process=sh exe=/usr/bin/dash cmdline=/bin/sh+/opt/job fd=5,6 $PUB remote_port=2
		no  process=sh exe=/usr/bin/fish cmdline=fish+/opt/job fd=5 $PUB remote_port=3
		yes process=sh exe=/usr/bin/dash cmdline=sh+-c+x fd=1,5 $PUB remote_port=4
		yes process=sh exe=/usr/bin/dash cmdline=sh fd=5 $PUB remote_port=5
		yes process=sh exe=/usr/bin/dash cmdline=sh+-i fd=5 $PUB remote_port=6
		yes process=bash cmdline=bash+-c+x fd=5 $PUB remote_port=7
		yes process=zsh cmdline=zsh+-c+x fd=5 $PUB remote_port=8
		# a service of xinetd's that is restarted
		no  process=bash cmdline=/bin/bash+/opt/agent fd=0,1 $PUB remote_port=9 dir=in
		yes process=bash cmdline=/bin/bash+/opt/agent fd=3 $PUB remote_port=10 dir=out
	END
}

@test "shell-net: the next machine, and that of the cloud's secrets" {
	local m='process=bash cmdline=bash+/opt/x fd=3 state=SYN_SENT local_addr=10.0.0.5'

	judge shell-net <<-END
		no  $m remote_addr=10.0.0.9 remote_port=5432 dir=out
		yes $m remote_addr=192.0.2.9 remote_port=5432 dir=out
		yes $m remote_addr=10.0.0.9 remote_port=5433 dir=out state=ESTABLISHED
		yes $m remote_addr=169.254.169.254 remote_port=80 dir=out
		yes $m remote_addr=fd00:ec2::254 remote_port=80 dir=out
		no  $m remote_addr=169.254.169.253 remote_port=80 dir=out
		yes process=dash cmdline=dash+/opt/x fd=3 state=ESTABLISHED remote_addr=169.254.169.254 remote_port=81
	END
}

@test "shell-net: awk" {
	judge shell-net <<-END
		yes process=gawk cmdline=gawk+BEGIN fd=3 $PUB dir=out
		yes process=mawk cmdline=mawk+BEGIN fd=3 $PRIV dir=out
		yes process=original-awk cmdline=awk+BEGIN fd=3 $PUB remote_port=1
		no  process=gawk cmdline=gawk+BEGIN fd=3 $LOOP
		no  process=gawk cmdline=gawk+-f+/opt/x.awk fd=0,1 $PUB remote_port=2 dir=in
		yes process=gawk cmdline=gawk+-f+/tmp/x.awk fd=0,1 $PUB remote_port=3 dir=in
	END
}

@test "shell-listener: a shell that listens" {
	judge shell-listener <<-END
		yes process=bash fd=3 local_port=4444
		yes process=zsh cmdline=zsh+-c+x fd=11 local_port=4445
		yes process=bash fd=0 local_addr=127.0.0.1 local_port=4446
		yes process=dash cmdline=dash+/opt/x fd=0 local_port=4447
		no  process=dash cmdline=dash+/opt/x fd=7 local_port=4448
		no  process=python3 fd=3 local_port=4449
		no  process=bash fd=3 $PUB
		# as a unit's, and as a server's child
		no  process=systemd pid=1 fd=40 local_port=4450
		no  process=bash cmdline=bash+/opt/x ppid=1 fd=3 local_port=4450
		no  process=app pid=90 fd=4 local_port=4451
		no  process=bash cmdline=bash+/opt/x ppid=90 fd=4 local_port=4451
	END
}

@test "port-shadow: another user's program on a service's port" {
	judge port-shadow <<-'END'
		no  local_port=8080 local_addr=0.0.0.0 uid=33
		yes local_port=8080 local_addr=:: uid=1000
		no  local_port=5432 local_addr=10.0.0.5 uid=105
		yes local_port=5432 local_addr=127.0.0.1 uid=1000
		# one socket, or by SO_REUSEPORT two
		no  local_port=6000 uid=105 inode=7
		no  local_port=6000 uid=1000 inode=7
		yes local_port=6000 uid=1000 inode=8
		# a port that is held, to be listened on when the service restarts
		no  local_port=6001 uid=105 local_addr=::
		yes local_port=6001 uid=1000 state=BOUND
		no  local_port=6002 uid=105 state=BOUND
		no  local_port=6002 uid=1000
		# a worker of the service's, and what its manager started
		no  local_port=6003 uid=0 pid=50
		no  local_port=6003 local_addr=:: uid=1000 ppid=50
		no  local_port=6004 uid=0 pid=1 process=systemd
		no  local_port=6004 local_addr=:: uid=1000 ppid=1
		# one user's
		no  local_port=6005 local_addr=127.0.0.1 uid=1000
		no  local_port=6005 local_addr=:: uid=1000
		no  local_port=6006 uid=1000
		no  local_port=6006 uid=1001
		# other protocols and namespaces
		no  local_port=6007 uid=105
		no  local_port=6007 uid=1000 proto=udp state=UNCONN
		no  local_port=6007 local_addr=:: uid=1000 netns=x
		no  local_port=6008 uid=105 proto=udp state=UNCONN
		yes local_port=6008 local_addr=:: uid=1000 proto=udp state=UNCONN
		# where programs of all users meet, and random ports
		no  local_port=5353 uid=105 proto=udp state=UNCONN
		no  local_port=5353 local_addr=:: uid=1000 proto=udp state=UNCONN
		no  local_port=40000 uid=105
		no  local_port=40000 uid=1000 local_addr=127.0.0.1
		# services: only what is a script, or a relay
		no  local_port=7000 local_addr=0.0.0.0 uid=0
		no  local_port=7000 local_addr=10.0.0.5 uid=33 process=nginx
		yes local_port=7000 local_addr=:: uid=33 process=python3
		yes local_port=7000 local_addr=::1 uid=33 process=socat
		no  local_port=7001 local_addr=0.0.0.0 uid=33 process=python3
		no  local_port=7001 local_addr=:: uid=33 process=python3
		# another program of a service's user, none that it started
		no  local_port=7010 local_addr=0.0.0.0 uid=33
		yes local_port=7010 local_addr=:: uid=33 process=python3
		no  local_port=7011 local_addr=0.0.0.0 uid=33 pid=70
		no  local_port=7011 local_addr=:: uid=33 pid=70
		no  local_port=7011 local_addr=:: uid=33 process=python3 ppid=70
		# who has all that they have
		no  local_port=7012 local_addr=0.0.0.0 uid=33 process=python3 pid=71
		no  local_port=7012 local_addr=:: uid=33 process=python3 pid=71
		no  local_port=7012 local_addr=:: uid=33 process=sh cmdline=sh+x ppid=71
		# what an upgrade replaced
		no  local_port=7013 local_addr=0.0.0.0 uid=33 exe=/usr/bin/perl+(replaced)
		no  local_port=7013 local_addr=:: uid=33 exe=/usr/bin/perl
		# ssh -L
		no  local_port=7002 local_addr=10.0.0.5 uid=105
		no  local_port=7002 local_addr=127.0.0.1 uid=1000 process=ssh
	END
}

@test "shell-net: an inode number says which connection it is" {
	judge shell-net <<-END
		no  process=app pid=90 $PUB inode=5
		no  process=sh pid=91 ppid=90 $PUB inode=5
		yes process=sh pid=92 ppid=90 $PUB inode=6
	END
}

@test "bind-widened: open to more than before" {
	local HEAD="$HEAD since=2026-11-24T03:00:00.000Z"

	judge bind-widened <<-'END'
		yes local_port=1 local_addr=0.0.0.0 change=new
		no  local_port=1 local_addr=127.0.0.1 change=gone
		yes local_port=2 local_addr=0.0.0.0 change=new
		no  local_port=2 local_addr=127.0.0.1 change=unchanged
		yes local_port=3 local_addr=10.0.0.5 change=new
		no  local_port=3 local_addr=127.0.0.1 change=changed
		yes local_port=4 local_addr=192.0.2.5 change=new
		no  local_port=4 local_addr=10.0.0.5 change=gone
		yes local_port=5 local_addr=:: change=new
		no  local_port=5 local_addr=192.0.2.5 change=gone
		no  local_port=6 local_addr=:: change=new
		no  local_port=6 local_addr=0.0.0.0 change=gone
		no  local_port=7 local_addr=127.0.0.1 change=new
		no  local_port=7 local_addr=0.0.0.0 change=gone
		# Wider than every one, and there was one.
		no  local_port=8 local_addr=0.0.0.0 change=new
		no  local_port=8 local_addr=127.0.0.1 change=gone
		no  local_port=8 local_addr=:: change=unchanged
		no  local_port=9 local_addr=0.0.0.0 change=new
		no  local_port=10 local_addr=0.0.0.0 change=changed
		no  local_port=10 local_addr=127.0.0.1 change=gone
		# Of the same namespace, protocol and port.
		no  local_port=11 local_addr=0.0.0.0 change=new
		no  local_port=11 local_addr=127.0.0.1 change=gone netns=other
		no  local_port=12 local_addr=0.0.0.0 change=new
		no  local_port=12 local_addr=127.0.0.1 change=gone proto=udp state=UNCONN
		yes local_port=12 local_addr=0.0.0.0 change=new proto=udp state=UNCONN
		# Connections are no binds.
		no  local_port=13 local_addr=10.0.0.5 change=new state=ESTABLISHED
		no  local_port=13 local_addr=127.0.0.1 change=gone
		no  local_port=14 local_addr=0.0.0.0 change=new
		no  local_port=14 local_addr=127.0.0.1 change=gone state=ESTABLISHED
	END
}

@test "bind-widened: a device that is loopback, or no more" {
	local HEAD="$HEAD since=2026-11-24T03:00:00.000Z"

	judge bind-widened <<-'END'
		yes local_port=1 iface=eth0 change=new
		no  local_port=1 iface=lo change=gone
		no  local_port=2 iface=lo change=new
		no  local_port=2 local_addr=127.0.0.1 change=gone
		yes local_port=3 iface=- change=new
		no  local_port=3 iface=lo local_addr=:: change=gone
	END
}

# A port that is only bound is not open until the socket listens.
@test "bind-widened: a socket that was bound first" {
	local HEAD="$HEAD since=2026-11-24T03:00:00.000Z"

	judge bind-widened <<-'END'
		yes local_port=1 local_addr=0.0.0.0 change=changed was=state=BOUND
		no  local_port=1 local_addr=127.0.0.1 change=unchanged
		yes local_port=2 local_addr=0.0.0.0 change=changed was=process=a\\,b\\=\\\\,state=BOUND,exe=/x
		no  local_port=2 local_addr=127.0.0.1 change=gone
		no  local_port=3 local_addr=0.0.0.0 change=changed was=process=a\\,state\\=BOUND
		no  local_port=3 local_addr=127.0.0.1 change=unchanged
		no  local_port=4 local_addr=0.0.0.0 change=changed was=state=BOUND
		no  local_port=4 local_addr=127.0.0.1 change=unchanged state=BOUND
		no  local_port=5 local_addr=0.0.0.0 change=new state=BOUND
		no  local_port=5 local_addr=127.0.0.1 change=unchanged
		# What ceased to listen was open.
		no  local_port=6 local_addr=0.0.0.0 change=changed state=BOUND was=state=LISTEN
		no  local_port=6 local_addr=127.0.0.1 change=unchanged
		no  local_port=6 local_addr=192.0.2.5 change=new
	END
}

@test "bind-widened: not the same process with an address more, nor a client's" {
	local HEAD="$HEAD since=2026-11-24T03:00:00.000Z"

	judge bind-widened <<-'END'
		no  local_port=53 pid=70 local_addr=10.0.0.5 change=new
		no  local_port=53 pid=70 local_addr=127.0.0.1 change=unchanged
		yes local_port=54 pid=70 local_addr=10.0.0.5 change=new
		no  local_port=54 pid=70 local_addr=127.0.0.1 change=gone
		yes local_port=55 pid=70 local_addr=10.0.0.5 change=new
		no  local_port=55 pid=71 local_addr=127.0.0.1 change=unchanged
		no  local_port=50000 local_addr=0.0.0.0 change=new proto=udp state=UNCONN
		no  local_port=50000 local_addr=127.0.0.1 change=gone proto=udp state=UNCONN
		yes local_port=50000 local_addr=0.0.0.0 change=new
		no  local_port=50000 local_addr=127.0.0.1 change=gone
	END
}

@test "bind-widened: needs the unchanged rows, of prt-diff -a" {
	HEAD="$HEAD since=2026-11-24T03:00:00.000Z partial=1"
	judge bind-widened <<-'END'
		no  local_port=1 local_addr=0.0.0.0 change=new
		no  local_port=1 local_addr=127.0.0.1 change=gone
	END
}

@test "relay-shell: nc or socat, and a shell beside it" {
	judge relay-shell <<-END
		yes process=nc parent=bash $PUB
		yes process=ncat parent=sh $PRIV
		yes process=socat parent=dash $PRIV
		no  process=nc parent=bash $LOOP
		no  process=nc parent=systemd $PUB
		yes process=openssl parent=sh $PUB
		yes process=telnet parent=sh $PRIV
		no  process=curl parent=bash $PUB
		no  process=nc parent=bash
		# A child, and a sibling, that has some socket.
		yes process=ncat pid=60 ppid=1 $PUB
		no  process=sh pid=61 ppid=60 $LOOP
		yes process=ncat pid=70 ppid=69 parent=daemon $PUB
		no  process=bash pid=71 ppid=69 $LOOP
		# All children of init are no family, nor is what is not a shell.
		no  process=ncat pid=80 ppid=1 $PUB
		no  process=bash pid=81 ppid=1 $LOOP
		no  process=ncat pid=90 ppid=1 $PUB
		no  process=python3 pid=91 ppid=90 $LOOP
	END
}

# A snapshot that raises every heuristic that needs other records.
suspects()
{
	snapshot "${1-$HEAD}" <<-END
		x uid=1000 local_port=80
		x process=bash fd=0,1,2 $PUB
		x process=sh fd=5 $PRIV
		x local_port=1 local_addr=0.0.0.0 change=new
		x local_port=1 local_addr=127.0.0.1 change=gone
	END
}

# The flags that are raised, sorted.
raised()
{
	prt-flag -X -s -H -o flags "$@" 2>err | tr ',\t' '\n\n' | sort -u |
		paste -s -d ' '
}

ALL='bind-widened nonroot-privileged shell-net stdio-socket'

@test "a whole snapshot tells of others" {
	[ "$(suspects | raised)" = "$ALL" ]
	# The # lines may stand anywhere.
	suspects >in
	[ "$(sort in | raised)" = "$ALL" ]
	cut -f 1-19 in | sort -r >reversed
	[ "$(raised reversed)" = 'nonroot-privileged shell-net stdio-socket' ]
}

@test "a selection, a cut snapshot and a stream without ##prt do not" {
	suspects >in
	[ "$(grep -v daemon in | raised)" = '' ]
	[ "$(head -n -1 in | raised)" = '' ]
	grep -q '^prt-flag: (standard input): cut short' err
	[ "$(head -c -1 in | raised)" = '' ]
	grep -q '^prt-flag: (standard input): cut short' err
	[ "$(grep -v '^##' in | raised)" = '' ]
	[ ! -s err ]
	[ "$(suspects "$HEAD partial=1" | raised)" = '' ]
}

@test "grep before prt-flag raises nothing that the whole would not" {
	snapshot >in <<-END
		x uid=0 local_port=80 user=root process=nginx
		x uid=1000 local_port=80 user=www-data process=nginx
		x process=inetd pid=50 local_port=7
		x process=bash cmdline=sh+-c+x ppid=50 fd=0,1 state=ESTABLISHED local_port=7 remote_addr=192.0.2.1 user=www-data
		x process=app pid=60 $PUB
		x process=sh ppid=60 $PUB user=www-data
	END
	[ "$(raised in)" = '' ]
	[ "$(grep -e '^#' -e www-data in | raised)" = '' ]
	[ "$(grep www-data in | raised)" = '' ]
}

@test "how far the scan was narrowed decides" {
	local scope want

	while IFS='|' read -r scope want; do
		suspects "${HEAD/scope=all/scope=$scope}" >in
		echo "scope=$scope"
		[ "$(raised in)" = "$want" ]
	done <<-END
		all;netns|$ALL
		netns|$ALL
		tcp|$ALL
		udp;no-ephemeral|$ALL
		tcp;listening|$ALL
		inet|nonroot-privileged
		inet6;tcp|nonroot-privileged
		state=LISTEN,ESTABLISHED|nonroot-privileged
		end=[10.0.0.0]/8:80|nonroot-privileged
		end=[10.0.0.5]/32:80/answers|nonroot-privileged
		inet;bound;end=:80|nonroot-privileged
		pid=17|
		tcp;pid=17,18|
		something-new|
	END
	suspects "${HEAD/ scope=all/}" >in
	[ "$(raised in)" = "$ALL" ]
}

@test "--why names what was off, and --enable what it could not do" {
	suspects >in
	run -0 --separate-stderr prt-flag -X --why -s -H -o flags in
	[ -z "$stderr" ]
	run -0 --separate-stderr prt-flag -X --why --disable=all \
		--enable=long-lived,nonroot-privileged,shell-net,no-owner <(
		grep -v daemon in)
	[ "${stderr_lines[0]}" = "prt-flag: /dev/fd/63: off: long-lived: for want of first_seen" ]
	[ "${stderr_lines[1]}" = "prt-flag: /dev/fd/63: off: nonroot-privileged, shell-net: not a whole snapshot" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	suspects "##prt 1 euid=1000 unowned=4 scope=inet" >in
	run -0 --separate-stderr prt-flag -X -s --enable=no-owner \
		--enable=shell-net in
	[ "${stderr_lines[0]}" = "prt-flag: in: off: shell-net: the scan left out what they need" ]
	[ "${stderr_lines[1]}" = "prt-flag: in: off: no-owner: owners were hidden, or may have been" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	# Without either, prt-flag has nothing to report.
	run -0 --separate-stderr prt-flag -X -s -H in
	[ -z "$stderr" ]
}

@test "a gone record raises nothing, and excuses nothing" {
	local HEAD="$HEAD since=2026-11-24T03:00:00.000Z"

	agree "
		- change=gone process=python3 local_port=80 exe=/tmp/python3
		- change=gone uid=1000 local_port=81
		# Root had the socket, and has it no more.
		- change=gone uid=0 local_port=82
		nonroot-privileged change=unchanged uid=1000 local_port=82
		- change=gone process=app pid=90 $PUB
		shell-net change=new process=sh ppid=90 $PUB
		- change=gone process=inetd pid=50 local_port=7
		shell-net change=changed process=bash ppid=50 $PUB local_port=7
	"
}

# Two hosts in one stream: on web1 root has the socket, on web2 nobody has.
two_hosts()
{
	snapshot "${HEAD/web1/web1}" <<-'END'
		x host=web1 uid=0 local_port=80
		x host=web1 uid=1000 local_port=80
	END
	snapshot "${HEAD/web1/web2}" <<-'END'
		x host=web2 uid=1000 local_port=80
		x host=web2 uid=0 local_port=81
	END
}

@test "each record belongs to the snapshot of its host" {
	two_hosts >in
	run -0 prt-flag -X -H -o host,uid,local_port,flags in
	assert_output_is "$(printf 'web1\t0\t80\t-
web1\t1000\t80\t-
web2\t1000\t80\tnonroot-privileged
web2\t0\t81\t-')"
	# The # lines may stand anywhere.
	run -0 bash -c 'sort in | prt-flag -X -s -o host,flags'
	assert_output_is "${HEAD/web1/web2} partial=1
$(printf '#host\tflags\nweb2\tnonroot-privileged')
##end records=1"
	# The scope of each host's snapshot counts for that host.
	sed '/host=web2/s/scope=all/scope=pid=7/' in >narrow
	[ "$(raised narrow)" = '' ]
	sed '/host=web1/s/scope=all/scope=pid=7/' in >narrow
	[ "$(raised narrow)" = nonroot-privileged ]
	# If one is cut short, neither host's records are certain.
	[ "$(sed 5d in | raised)" = '' ]
}

# The same verdicts as prt-diff's in diff-input.bats.
@test "several hosts that cannot be told apart" {
	two_hosts | cut -f 1-19 >in
	refuses 'in: several ##prt lines, and records that do not say their host *' in
	two_hosts | sed '2,$s/ host=web2//' >in
	refuses 'in: several ##prt lines, and one that does not say its host' in
	two_hosts | sed 's/web2/web1/' >in
	refuses 'in: more than one ##prt line of host web1' in
	snapshot >in <<-'END'
		x host=web1 uid=1000 local_port=80
		x host=web9 uid=1000 local_port=80
	END
	refuses 'in: there is no ##prt line of host web9' in
}

@test "ten thousand shells that share one connection are judged in no time" {
	awk 'BEGIN {
		print "x process=bash pid=2 ppid=1"
		for (i = 3; i < 10000; i++)
			print "x process=bash pid=" i " ppid=" i - 1
	}' | sed "s/\$/ fd=0,1 $PUB/" | snapshot >in
	run -0 timeout 10 prt-flag -X -s -H -o pid,flags in
	[ "${lines[0]}" = $'2\tstdio-socket,shell-net' ]
	[ "${lines[9997]}" = $'9999\tstdio-socket' ]
}

# As many listeners of one process on one port, none of them for the shells.
@test "a hundred thousand shells whose parent listens on as many addresses" {
	{
		echo "##prt 1 unowned=0 scope=all"
		printf '%s\t' '#proto' state local_addr local_port remote_addr \
		    netns pid ppid fd exe dir cmdline
		echo process
		awk 'BEGIN {
			OFS = "\t"
			for (i = 0; i < 100000; i++) {
				low = int(i / 250) % 250 "." i % 250 + 1
				print "tcp", "LISTEN", "127." int(i / 62500) \
				    "." low, 7, "-", "-", 50, 1, 3, "-", "-", \
				    "-", "inetd"
				print "tcp", "ESTABLISHED", "127." \
				    int(i / 62500) + 9 "." low, 7, \
				    "198.51.100.7", "-", i + 100, 50, "0,1", \
				    "-", "in", "sh -c x", "bash"
			}
		}'
		echo "##end records=200000"
	} >in
	timeout 20 prt-flag -X --disable=all --enable=stdio-socket -s -H \
	    -o pid in >out
	[ "$(sort -u out | wc -l)" -eq 100000 ]
}
