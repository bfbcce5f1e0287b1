#!/usr/bin/env bats
# The recipes of prt-recipes(7): what is run here is the text that stands there.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helpers
load diff
load recipes

@test "each recipe has a test" {
	sed -n 's/^\.\\" recipe //p' "$PRT_SRCDIR/man/prt-recipes.7" >names
	[ "$(wc -l <names)" -ge 15 ]
	while read -r name; do
		grep -qE "(recipe|script)( [a-z_-]+)* $name\b" \
			"$BATS_TEST_DIRNAME"/{recipes,engines,fleet}.bats
	done <names
}

@test "cron: mails a change once, and again until the mail has gone" {
	requires ip mktemp flock
	script prt-mail
	recipe crontab >tab
	# As cron reads it: variables, then five times, a user, a command.
	run -0 sed -nE 's/^(([0-9*/,-]+ ){5})([a-z]+) ([^ ].*)/\3 \4/p' tab
	[ "$output" = 'root flock -n /var/lib/prt prt-mail' ]
	stand_in mail 'echo "$@" >>"$MAILS"; cat >>"$MAILS"; exit "${STATUS:-0}"'
	export MAILS=$PWD/mails
	run -0 alone '
		mkdir -m 700 /var/lib/prt
		cron() {
			: >"$MAILS"
			env -i PATH="$PATH" MAILS="$MAILS" STATUS="${1:-0}" \
				sh -c "$(sed -n "s/.* root //p" tab)" || echo failed
			sed "s/.*\(900.\).*\(new\|gone\).*/\1 \2/" "$MAILS"
			echo .
		}
		listen 9000
		cron 2>/dev/null
		cron
		listen 9001
		cron 1
		kill $!
		while prt-scan -q -l 9001; do sleep 0.05; done
		(flock 3; cron) 3</var/lib/prt
		cron
		cron
		(exec -a "$(printf "%02000d" 1)" nc -l -k 127.0.0.1 9002) \
			>/dev/null 2>&1 </dev/null &
		until prt-scan -q -l 9002; do sleep 0.05; done
		cron | wc -L
		printf "#!/bin/sh\necho cannot >&2\nexit 2\n" >bin/prt-scan
		chmod +x bin/prt-scan
		cron 2>&1'
	local subject
	subject="-s ports of $(uname -n) root"
	grep -v '^PROTO' <<<"$output" >said
	diff -u - said <<-END
		$subject
		9000 new
		.
		.
		failed
		$subject
		9001 new
		.
		failed
		.
		$subject
		9001 new
		9001 gone
		.
		.
		900
		cannot
		failed
		.
	END
}

@test "systemd: the units are good, and what they run says each change once" {
	requires systemd-analyze ip
	recipe prt.service >prt.service
	recipe prt.timer >prt.timer
	run -0 systemd-analyze verify ./prt.service ./prt.timer
	assert_output_is ''
	run -0 systemd-analyze calendar \
		"$(sed -n 's/^OnCalendar=//p' prt.timer)"
	# What systemd makes of it before that command.
	[ "$(sed -n 's/^StateDirectory=//p' prt.service)" = prt ]
	awk '/^ExecStart=/,!/\\$/ { sub(/^ExecStart=/, "exec "); print }' \
		prt.service >start
	run -0 alone '
		mkdir -m 700 /var/lib/prt
		listen 9000
		bash start 2>/dev/null | grep -c "^tcp.*new"
		bash start
		kill $!
		while prt-scan -q -l 9000; do sleep 0.05; done
		bash start | grep "^tcp" | cut -f 4,21
		mkdir -p bin
		printf "#!/bin/sh\nexit 2\n" >bin/prt-scan
		chmod +x bin/prt-scan
		PATH=$PWD/bin:$PATH bash start || echo $?'
	grep -v '^prt-diff:.*ports' <<<"$output" >said
	diff -u - said <<-END
		1
		9000	gone
		prt-diff: (standard input): nothing at all: the scan failed, or no news
		2
	END
}

@test "what is newly flagged: once, and again when it comes back" {
	script flag-news
	mkdir kept
	news() {
		scan_is
		run -0 --separate-stderr flag-news kept
		assert_output_is "$1"
	}
	{ rec; rec local_port=6379 process=redis-server; } |
		news 'exposed-store	6379	redis-server'
	# A record with two flags, and one whose process is another.
	{ rec local_port=6379 process=redis-server pid=9
		rec local_port=80 process=nc exe=/usr/bin/nc cmdline=nc; } |
		news 'nc-listener	80	nc'
	rec | news ''
	[ -z "$stderr" ]
	rec local_port=6379 process=redis-server |
		news 'exposed-store	6379	redis-server'
	stand_in prt-scan 'exit 2'
	run -2 flag-news kept
}

# checks STATUS LINE: of check_prt.
checks()
{
	run "-$1" --separate-stderr check_prt -X
	assert_output_is "$2"
}

@test "Nagios: one line, and 0, 1, 2 or 3" {
	script check_prt
	rec | scan_is
	checks 0 'PORTS OK - 0 flagged|flagged=0'
	{ rec; rec local_port=9000 process='n|c' exe=/usr/bin/nc cmdline=nc; } | scan_is
	checks 1 'PORTS WARNING - 1 flagged, nc-listener 9000 n?c|flagged=1'
	{
		rec local_port=9000 process='n\n' exe=/usr/bin/nc cmdline=nc
		rec local_port=81 process='a b' exe=/memfd:x cmdline=x pid=7
	} | scan_is
	checks 2 "PORTS CRITICAL - 2 flagged, nc-listener 9000 n\\n, memfd-exe 81 a b|flagged=2"
	run -3 --separate-stderr check_prt -X -e nonsense
	assert_output_is 'PORTS UNKNOWN - prt-flag failed'
	stand_in prt-scan 'exit 2'
	checks 3 'PORTS UNKNOWN - prt-scan failed'
	# And of this machine.
	rm bin/prt-scan
	requires netns
	run -0 in_netns check_prt -X
	assert_output_is 'PORTS OK - 0 flagged|flagged=0'
}

@test "deploy: what is gone fails, what is new is shown" {
	requires ip
	script deploy-check
	cat >deploy <<-'END'
		kill "$1"
		while prt-scan -q -l 9000; do sleep 0.05; done
		if [ -n "$2" ]; then
			nc -l -k 127.0.0.1 "$2" >nc.out 2>&1 </dev/null &
			until prt-scan -q -l "$2"; do sleep 0.05; done
		fi
	END
	run -0 alone '
		listen 9000
		listen 9001
		deploy-check true
		echo "the same: $?"
		old=$(prt-scan -H -l -o pid 9000)
		{ sleep 1.5; listen 9000; } &
		deploy-check bash deploy $old "" | cut -f 4,20
		echo "restarted: $?"
		old=$(prt-scan -H -l -o pid 9000)
		WAIT=1 deploy-check bash deploy $old 9002 | cut -f 4,20 ||
			echo "gone: $?"
		deploy-check sh -c "exit 7" || echo "failed: $?"' 2>&1
	assert_output_is "the same: 0
restarted: 0
deploy-check: this is gone:
$(grep '^##prt' <<<"$output")
$(grep '^#proto' <<<"$output")
$(grep '^tcp' <<<"$output")
$(grep '^##end' <<<"$output")
gone: 1
failed: 7"
	[[ "$(grep '^tcp' <<<"$output")" == *$'\t9000\t'*$'\tgone\t'* ]]
	[ "$(grep -c '^tcp' <<<"$output")" -eq 1 ]
}

@test "end-port: asks, and ends what has the port" {
	requires ip
	script end-port
	run -0 alone '
		asked() {
			cut -f 3 | sed "s/ *$//"
		}
		end-port 9000 </dev/null || echo "nothing: $?"
		listen 9000
		listen 9001
		echo n | end-port 9000 | asked || echo "not wanted: $?"
		prt-scan -q -l 9000
		echo y | end-port 9000 | asked
		prt-scan -H -l -o local_port'
	assert_output_is "end-port: nothing listens on 9000
nothing: 1
root
end this? [y/N]
not wanted: 1
root
end this? [y/N]
9001"
}

@test "end-port: another process that has the number by now is left alone" {
	requires linux ip	# for a process's start
	script end-port
	run -0 alone '
		mkfifo answer
		: >said
		listen 9000
		first=$!
		sleep 1000 &
		exec {go}<>answer
		WAIT=1 end-port 9000 <answer >said 2>&1 &
		asks=$!
		until grep -q "end this" said; do sleep 0.05; done
		kill $first
		wait $first || :
		# From here on pids are those of before, once.
		sleep 0.05
		echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
		nc -l -k 127.0.0.1 9000 >/dev/null 2>&1 </dev/null &
		[ $! -eq $first ]
		until prt-scan -q -l 9000; do sleep 0.05; done
		echo y >&$go
		wait $asks || echo "status $?"
		kill -0 $first
		sed -n "s/^.*end-port: $first/N/p; /still/p" said'
	assert_output_is 'status 1
N came just now, and is left alone
end-port: 9000 is still held'
}

@test "free-port, await-free: bound ports are none" {
	requires linux ip python3
	script free-port await-free
	run -0 alone '
		hold() {
			python3 -c "
import socket, sys, time
s = socket.socket()
s.bind((\"127.0.0.1\", int(sys.argv[1])))
time.sleep(60)" "$1" &
			until prt-scan -q --state=BOUND "$1"; do sleep 0.05; done
		}
		free-port 9000-9003
		hold 9000
		listen 9001
		free-port 9000-9003
		free-port 9000-9001 || echo "none: $?"
		free-port http-9001 2>/dev/null || echo "no port: $?"
		WAIT=1 await-free 9001 || echo "held: $?"
		(sleep 0.5; kill $!) &
		await-free 9001
		echo now
		WAIT=0 await-free nothing || echo "no port: $?"
		printf "#!/bin/sh\nexit 2\n" >bin/prt-scan
		chmod +x bin/prt-scan
		hash -r
		free-port 9000-9003 || echo "trouble: $?"
		WAIT=0 await-free 9000 || echo "trouble: $?"'
	assert_output_is "9000
9002
free-port: none of 9000-9001
none: 1
no port: 2
await-free: 9001 is still held, or not known
held: 1
now
prt-scan: 'nothing': no port, service or address (see --process and --help)
await-free: nothing is still held, or not known
no port: 1
trouble: 2
await-free: 9000 is still held, or not known
trouble: 1"
}

# Connections of what is flagged, and of what is not.
flagged_peers()
{
	local to='state=ESTABLISHED local_port=40000 remote_port=443 exe=/memfd:x cmdline=x'

	for remote_addr in 203.0.113.66 ::ffff:198.51.100.7 2001:db8::5 ::1 \
	    127.0.0.1 fe80::1%eth0; do
		# shellcheck disable=SC2086
		rec $to remote_addr="$remote_addr" pid=$((pid += 1))
	done
	rec exe=/memfd:x cmdline=x local_port=81
	rec state=ESTABLISHED local_port=40001 remote_port=443 \
		remote_addr=192.0.2.1
}

@test "nft: prints commands that block flagged peers, and runs none" {
	script flagged-peers
	local pid=100
	flagged_peers | scan_is
	stand_in nft 'touch ran'
	recipe nft >print
	run -0 sh print
	assert_output_is 'nft insert rule inet filter input ip saddr 198.51.100.7 drop
nft insert rule inet filter output ip daddr 198.51.100.7 drop
nft insert rule inet filter input ip6 saddr 2001:db8::5 drop
nft insert rule inet filter output ip6 daddr 2001:db8::5 drop
nft insert rule inet filter input ip saddr 203.0.113.66 drop
nft insert rule inet filter output ip daddr 203.0.113.66 drop'
	[ ! -e ran ]
	rm bin/nft
	requires root netns nft
	printf '%s\n' "$output" >commands
	run -0 in_netns bash -e -c '
		nft add table inet filter
		for c in input output; do
			nft add chain inet filter $c \
				"{ type filter hook $c priority 0; }"
		done
		sh -e commands
		nft list ruleset'
	[ "$(grep -c ' drop$' <<<"$output")" -eq 6 ]
}

@test "pf: prints commands that block flagged peers, and runs none" {
	script flagged-peers
	local pid=100
	flagged_peers | scan_is
	stand_in pfctl 'touch ran'
	recipe pf >print
	run -0 sh print
	grep -v '2001:\|198' <<<"$output" >said
	diff -u - said <<-END
		pfctl -t prt -T add 203.0.113.66
		pfctl -k 203.0.113.66
		pfctl -k 0.0.0.0/0 -k 203.0.113.66
	END
	[ "${#lines[@]}" -eq 9 ]
	[ ! -e ran ]
}

@test "flagged-peers takes options of prt-flag" {
	script flagged-peers
	rec state=ESTABLISHED remote_addr=192.0.2.1 remote_port=80 | scan_is
	run -0 flagged-peers -X
	assert_output_is ''
	run -0 flagged-peers -X -e 'flag mine remote_port=80'
	assert_output_is 192.0.2.1
}

@test "reach-news: what the network reaches, once, and again until it has gone" {
	script reach-news
	stand_in mail 'cat >>"$MAILS"; exit "${STATUS:-0}"'
	export MAILS=$PWD/mails
	mkdir kept
	# news STATUS PORTS: which it mails.
	news() {
		scan_is
		: >"$MAILS"
		STATUS=$1 run "-$1" --separate-stderr reach-news kept
		[ "$(grep -o ':[0-9]\{1,\} ' "$MAILS" | xargs)" = "$2" ]
	}
	{ rec local_addr=127.0.0.1; rec local_port=81; } | news 0 ':81'
	{ rec local_port=81; rec local_port=82 local_addr=::
		rec local_port=83 local_addr=::1; } | news 1 ':82'
	{ rec local_port=81; rec local_port=82 local_addr=::; } | news 0 ':82'
	rec local_port=81 | news 0 ''
	{ rec local_port=81; rec local_port=82 local_addr=::; } | news 0 ':82'
	stand_in prt-scan 'exit 2'
	run -2 reach-news kept
	[ -s kept/reach ]
}

@test "stuck: what has been in CLOSE_WAIT for longer than an hour" {
	script stuck
	mkdir kept
	FIELDS+=(cookie)
	# at TIME PORT...: which connections are in CLOSE_WAIT then.
	at() {
		local port

		for port in "${@:2}"; do
			rec state=CLOSE_WAIT local_port="$port" cookie="$port" \
				remote_addr=192.0.2.1 remote_port=9
		done | snap time="2026-11-24T$1:00.000Z" host=web1 \
			scope=state=CLOSE_WAIT >scanned
		stand_in prt-scan "cat '$PWD/scanned'"
		run -0 --separate-stderr stuck kept ${SECONDS_MORE-}
	}
	at 03:00 70 71
	assert_output_is ''
	at 03:50 70 71 72
	assert_output_is ''
	at 04:01 70 72
	assert_output_is "2026-11-24T03:00:00.000Z	100	nginx	70	192.0.2.1	9"
	# a new one on the same ports is young
	at 04:20 71 72
	assert_output_is ''
	SECONDS_MORE=60
	at 04:22 71
	assert_output_is "2026-11-24T04:20:00.000Z	100	nginx	71	192.0.2.1	9"
}

@test "two-hosts: what only one has" {
	script two-hosts
	rec local_port=80 >web1
	{ rec local_port=80 pid=7; rec local_port=81; } >web2
	rec local_port=82 >>web1
	local host
	for host in web1 web2; do
		snap time=$T1 host=$host scope=listening <$host >$host.scan
	done
	stand_in ssh '[ "$1" = -n ] && cat "$2.scan"'
	run -0 --separate-stderr two-hosts web1 web2
	[ -z "$stderr" ]
	run -0 bash -c 'two-hosts web1 web2 | sed "/^#/d" | cut -f 4,20-'
	[[ $output == *81*new* && $output == *82*gone* && $output != *80* ]]
	run ! two-hosts web1 nosuch
}

@test "sum-by: sums of columns, by name, large ones too" {
	script sum-by
	FIELDS+=(rx_bytes)
	{
		rec process=a rx_bytes=3000000000
		rec process=b rx_bytes=5
		rec process=a rx_bytes=3000000001 user=x
		rec process=a
	} | snap >in
	run -0 sum-by process rx_bytes in
	assert_output_is "6000000001	a
5	b"
	run -0 sum-by process,user n,rx_bytes in
	assert_output_is "2	3000000000	a	root
1	3000000001	a	x
1	5	b	root"
	# each header counts from there
	{ cat in; printf '#rx_bytes\tprocess\n2\tb\n'; } >two
	run -0 sum-by process rx_bytes two
	assert_output_is "6000000001	a
7	b"
	run -2 sum-by nosuch n in
	assert_output_is 'sum-by: no field nosuch'
	run -0 sum-by process n </dev/null
	assert_output_is ''
	run -0 bash -c 'prt-scan --state=established -o process |
		sum-by process n'
}

@test "talkers: bytes a second of each process" {
	requires netns ip python3
	script sum-by talkers
	run -0 in_netns bash -c 'ip link set lo up
		python3 -c "
import socket, time, threading
l = socket.socket(); l.bind((\"127.0.0.1\", 0)); l.listen()
c = socket.create_connection(l.getsockname()); a = l.accept()[0]
open(\"ready\", \"w\")
end = time.time() + 20
while time.time() < end:
    c.send(bytes(10000)); a.recv(10000, socket.MSG_WAITALL); time.sleep(0.02)
" 3>&- & trap "kill $!" EXIT
		until [ -e ready ]; do sleep 0.02; done
		talkers 1
		talkers 1 remote_addr,user'
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == *'	python3' && ${lines[1]} == *'	127.0.0.1	'* ]]
	[ "$(cut -f 1 <<<"${lines[0]}")" -gt 50000 ]
}

@test "prt-metrics: sockets by state, flags by level" {
	script prt-metrics
	{
		rec
		rec pid=7 process='(high, x'
		rec local_port=81 process=x exe=/memfd:x cmdline=x
		rec local_port=9000 process=nc exe=/usr/bin/nc cmdline=nc
	} | snap time=$T1 host=web1 scope=all euid=0 unowned=0 >scanned
	printf '%s\n' 'tcp	LISTEN' 'udp	UNCONN' 'tcp	LISTEN' >states
	stand_in prt-scan 'case $* in *-H*) cat states;; *) cat scanned;; esac'
	run -0 prt-metrics prom
	assert_output_is ''
	diff -u - prom <<-'END'
		# TYPE prt_sockets gauge
		prt_sockets{proto="tcp",state="LISTEN"} 2
		prt_sockets{proto="udp",state="UNCONN"} 1
		# TYPE prt_flags gauge
		prt_flags{level="high"} 1
		prt_flags{level="medium"} 1
		prt_flags{level="low"} 0
	END
	stand_in prt-scan 'exit 2'
	run -2 prt-metrics prom
	[ "$(wc -l <prom)" -eq 7 ]
	[ ! -e prom.new ]
	# and of this machine, as Prometheus reads it
	rm bin/prt-scan
	run -0 prt-metrics prom
	run ! grep -vE '^(# TYPE [a-z_]+ gauge|[a-z_]+\{([a-z]+="[A-Za-z_0-9]+",?)+\} [0-9]+)$' prom
}

@test "from-container: the host's sockets, and whose they are" {
	requires root linux netns mounts ip setpriv dockerd docker busybox cc
	recipe from-container >from-container
	open_folders "$PWD"
	cat >script <<-END
		. '$PRT_SRCDIR/tests/machine.bash'
		make_rootfs
		# with the libraries that it needs
		cp "\$(command -v prt-scan)" rootfs/bin/
		ldd rootfs/bin/prt-scan | grep -o '/[^ ]*' | while read -r lib; do
			mkdir -p "rootfs\${lib%/*}"
			cp "\$lib" "rootfs\$lib"
		done
		start_docker --bridge=none
		busybox nc -ll -p 81 &
		await prt-scan -q -l 81
		export IMAGE=bb:1
		sh from-container >told
		prt-scan --backend=proc >here
		for file in told here; do
			cut -f 1-5,11,12 <\$file | grep -v '^##' >\$file.ends
		done
		diff here.ends told.ends
		grep -q '	busybox' told.ends
	END
	local status=0
	setpriv --pdeathsig KILL timeout -s KILL 120 setpriv --pdeathsig KILL \
		unshare -mnpf --mount-proc --kill-child bash -e script \
		</dev/null 3>&- >log.machine 2>&1 || status=$?
	[ $status -ne 77 ] || skip "$(cat skip)"
	[ $status -eq 0 ] || {
		cat log.machine
		return 1
	}
}

@test "who-sniffs, raw-icmp, vsock-listeners: of sockets without ports" {
	requires python3 ip
	script who-sniffs raw-icmp vsock-listeners
	run -0 alone '
		mkfifo hold
		exec 9<>hold
		python3 "$PRT_SRCDIR/tests/portless.py" <hold >said &
		until grep -qs ready said; do sleep 0.05; done
		for recipe in who-sniffs raw-icmp vsock-listeners; do
			echo "$recipe:"
			$recipe | sed "s/\t$!\t/\tPID\t/; s/\/[^ \t]*python[^ \t]*$/EXE/"
		done'
	local ebpf=- sees_vsock=cat
	! grep -q ebpf=yes said || ebpf=0
	grep -q vsock=yes said || sees_vsock='grep -v 70000'
	diff -u - <(printf '%s\n' "$output") < <($sees_vsock <<-END
		who-sniffs:
		$ebpf	3	-	-	PID	root	EXE
		4	2048	sniff0	-	PID	root	EXE
		$(sed -n s/^long=//p said)	35020	\x2d	-	PID	root	EXE
		raw-icmp:
		1	3	-	PID	root	EXE
		58	-	-	PID	root	EXE
		vsock-listeners:
		*	70000	PID	root	EXE
	END
	)
}

@test "end-pidfd: the process with that number, and no later one" {
	requires ip python3
	recipe end-pidfd >end-pidfd
	# as that of util-linux 2.42
	cat >kill.py <<-'END'
		import os, signal, sys
		for word in sys.argv[1:]:
		    pid, inode = map(int, word.split(":"))
		    fd = os.pidfd_open(pid)
		    if os.fstat(fd).st_ino != inode:
		        sys.exit("no such process: " + word)
		    signal.pidfd_send_signal(fd, signal.SIGTERM)
	END
	stand_in kill "exec python3 $PWD/kill.py \"\$@\""
	run -0 alone '
		listen 9000
		[ "$(prt-scan -l -H -o pidfd 9000)" != - ] || { echo old; exit 0; }
		PORT=9000 sh end-pidfd
		while prt-scan -q -l 9000; do sleep 0.05; done
		listen 9000
		echo "no such process: $!:5"
		env kill $!:5 2>&1 || prt-scan -q -l 9000
		echo left'
	[ "$output" != old ] || skip 'needs Linux 6.9'
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[0]}" = "${lines[1]}" ]
	[ "${lines[2]}" = left ]
}

@test "why-port: the chain of programs" {
	requires ip
	script why-port
	run -0 alone '
		listen 9000
		echo "bash/$BASHPID > nc/$!"
		why-port 9000
		: not the last command, which bash would become'
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[1]} == *"${lines[0]}" ]]
	[[ ${lines[2]} == $'\t'"user root, unit "*", for 0 minutes" ]]
}
