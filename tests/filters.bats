#!/usr/bin/env bats
# prt-scan's filters by a socket's owner, states in any spelling, lists of
# operands, and typing errors.
# shellcheck disable=SC2016,SC2154

load helpers
load proc-tree

id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
other=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210

setup()
{
	requires linux
	cd "$BATS_TEST_TMPDIR" || return
}

# process PORT PID COMM UID CGROUP: a process that listens there.
process()
{
	tree_socket "$1" "$((1000 + $1))"
	tree_process "$2" "$3"
	printf 'Name:\tx\nUid:\t0\t%s\t0\t0\n' "$4" >"$tree/$2/status"
	echo "0::$5" >"$tree/$2/cgroup"
	tree_fd "$2" 3 "socket:[$((1000 + $1))]"
}

# A machine: its processes, each with the port that it listens on.
machine()
{
	tree_make
	process 22 40 sshd 0 /system.slice/ssh.service
	process 80 50 nginx 0 /system.slice/nginx.service
	tree_process 51 nginx
	printf 'Name:\tx\nUid:\t0\t33333\t0\t0\n' >"$tree/51/status"
	echo '0::/system.slice/nginx.service' >"$tree/51/cgroup"
	tree_fd 51 3 'socket:[1080]'
	process 443 60 'my, daemon' 33333 "/system.slice/docker-$id.scope"
	process 444 61 'x*y' 44444 "/system.slice/docker-$other.scope"
	tree_socket 9999 8
}

# keeps PORTS ARG...: the records have these ports, divided by blanks; PORTS may
# be empty.
keeps()
{
	local ports=$1

	shift
	run -0 scan_tree local_port,pid "$@" </dev/null
	[ "$(cut -f 1 <<<"$output" | xargs)" = "$ports" ] || {
		echo "$* expected $ports"
		return 1
	}
}

@test "--process: names and wildcards, each whole, in that case" {
	machine
	keeps '22' --process=sshd
	keeps '22 80 80' --process=sshd,nginx
	keeps '22 80 80' --process=sshd --process=nginx
	keeps '80 80' --process='n*'
	keeps '80 80' --process='?ginx'
	keeps '80 80' --process='[mn]ginx'
	keeps '' --process=NGINX
	keeps '' --process=ngin
	keeps '443' --process='my? daemon'
	keeps '443' --process='my*'
	# taken literally, though it looks like a wildcard
	keeps '444' --process='x*y'
	keeps '9999' --process=-
	keeps '22 9999' --process=-,sshd
}

@test "--user: names and numbers, of the process" {
	machine
	# the process on 9999 is hidden: the socket's own user counts
	keeps '22 80 9999' --user=root
	keeps '22 80 9999' --user=0
	keeps '80 443' --user=33333
	keeps '22 80 444 9999' --user=root,44444
	keeps '80 443 444' --user='[34]*'
	keeps '' --user=Root
	tree_line 8888 9 | awk '{ $8 = 33333 } 1' >>"$net/tcp"
	keeps '80 443 8888' --user=33333
}

@test "--container: where none is found, -N is named" {
	run -0 --separate-stderr prt-scan -H --container=none-has-this-name
	[ -z "$output" ]
	[[ $stderr == *'prt-scan: --container: none found in this network namespace: -N looks in all' ]]
	run --separate-stderr prt-scan -q --container=none-has-this-name
	[[ $stderr != *-N* ]]
}

@test "--container: with its runtime or without, or by the id" {
	machine
	keeps '443' --container="docker/${id:0:12}"
	keeps '443' --container="${id:0:12}"
	keeps '443' --container="$id"
	keeps '443' --container="${id:0:4}"
	keeps '443 444' --container='docker/*'
	keeps '443 444' --container="${id:0:5},${other:0:5}"
	keeps '' --container=docker
	# three hexadecimal digits may be a name
	keeps '' --container="${id:0:3}"
	keeps '' --container="${id:1:8}"
	keeps '22 80 80 9999' --container=-
}

@test "--unit" {
	machine
	keeps '80 80' --unit=nginx.service
	keeps '22 80 80' --unit='*.service'
	keeps '80 80' --unit=nginx
	keeps '' --unit=ngin
}

@test "all filters must hold, and so must operands" {
	machine
	keeps '80' --process=nginx --user=root
	keeps '' --process=nginx --container='*/*'
	keeps '80 80' --process=nginx,sshd 80
	keeps '22' --process=nginx,sshd --pid=40
	keeps '' -u --process=nginx
}

@test "without a field of the process: one record a socket" {
	machine
	run -0 scan_tree local_port --process=nginx
	assert_output_is 80
	run -0 scan_tree local_port -U --pid=50,51
	assert_output_is 80
	run -0 scan_tree local_port,user --process=nginx
	[ "${#lines[@]}" -eq 2 ]
}

@test "-q and --exit-code: 1 if nothing is left" {
	machine
	run -0 scan_tree pid -q --process=sshd
	run -1 scan_tree pid -q --process=nosuch
	run -1 scan_tree pid --exit-code --user=nosuch 22
	run -0 scan_tree pid -q --unit=ssh.service
}

# scope ARG...: the scope that the snapshot gives.
scope()
{
	prt-scan --proc="$tree" -o proto "$@" |
		sed -n 's/^##prt .* scope=\([^ ]*\).*/\1/p'
}

@test "the scope: names sorted, each once, escaped" {
	tree_make
	: >"$net/fib_trie"
	: >"$net/if_inet6"
	local want arg
	while read -r want arg; do
		run -0 eval "scope $arg"
		assert_output_is "$want"
	done <<-'END'
		process=nginx,sshd --process=sshd,nginx,sshd
		process=nginx,sshd --process=sshd --process=nginx
		tcp;process=a;user=0,root -t --user=root,0 --process=a
		container=web;unit=a.service --unit=a.service --container=web
		pid=1;process=a;end=:22 --pid=1 --process=a 22
		process=a\\;b,c\\=d,e\\\\ --process='a;b,c=d,e\'
		process=a\x20b,c\nx --process="a b,c$(printf '\nx')"
		state=^TIME_WAIT --state=^time-wait
		state=^TIME_WAIT,CLOSE_WAIT --state='!CLOSE-WAIT,time_wait'
		state=ESTABLISHED,LISTEN --state=listening,estab
		state=ESTABLISHED --state=listening,estab --state=^listen
		state=^CLOSE_WAIT,LISTEN --state=^listen --state=^close_wait
		listening;no-random -l --no-random
		no-random --no-random --no-ephemeral
		end=:80,:443,:8000-8010 80,443,8000-8010
		end=:80,:443,:8000-8010 443 8000-8010 :80
		end=:53/udp 53/udp
		end=:53/tcp domain/tcp
		end=:53/tcp,:53/udp domain
		end=:22 '*:22'
		end=:22,:23/sctp '*:22,23/sctp'
		end=[127.0.0.1]/32,[::1]/128 localhost
		end=[127.0.0.1]/32:80/answers,[127.0.0.1]/32:81/answers,[::1]/128:80/answers,[::1]/128:81/answers localhost:80,81
		end=:80,[10.0.0.1]/32 10.0.0.1,80
		end=:80,[10.0.0.1]/32:443/answers,[10.0.0.1]/32:444/answers 80,10.0.0.1:443,444
		end=:444,[10.0.0.1]/32:443/answers 10.0.0.1:443,:444
		end=[10.0.0.0]/8:53/udp,[10.0.0.0]/8:54 10.0.0.0/8:53/udp,54
		end=[fe80::1%eth0]/128:22/answers '[fe80::1]%eth0:22'
		end=[fe80::1%eth0]/128:22/answers '[fe80::1%eth0]:22'
		end=[fe80::1%eth0]/128 fe80::1%eth0
		end=[fe80::%eth0]/10 fe80::1%eth0/10
		end=[127.0.0.53%lo]/32:53/answers 127.0.0.53%lo:53
		end=[::]/128:22 :::22
		end=[0.0.0.0]/32 '0.0.0.0:*'
		end=[::]/128 '[::]:*'
	END
}

@test "prt-diff compares a filter only with the same one" {
	requires prt-diff
	machine
	local scan=(prt-scan --proc="$tree")
	"${scan[@]}" --process=sshd,nginx >a
	"${scan[@]}" --process=nginx --process=sshd >b
	"${scan[@]}" --process=nginx >c
	"${scan[@]}" >d
	run -0 prt-diff a b
	[ -z "$output" ]
	local other
	for other in c d; do
		run -2 --separate-stderr prt-diff a $other
		[[ $stderr == *scope*' (--force)' ]]
	done
	"${scan[@]}" --user=netns >c
	run -0 prt-diff c c
}

@test "prt-flag judges nothing among others that a filter may hide" {
	requires prt-flag
	machine
	prt-scan --proc="$tree" -l --process=nginx -o +v6only >in
	run -0 --separate-stderr prt-flag -X --disable=all --enable=bind-widened \
		--why in
	[[ $stderr == *'bind-widened: the scan left out what they need'* ]]
}

@test "where owners are hidden, a filter says that it may miss some" {
	machine
	requires root setpriv
	open_folders "$PWD"
	chmod -R go-rwx "$tree/60/fd"
	chmod go+rx .
	run --separate-stderr setpriv --reuid=1234567 --clear-groups \
		/proc/self/fd/9 --proc="$tree" -H -o local_port \
		--process=sshd 9<"$(command -v prt-scan)"
	assert_output_is 22
	[[ $stderr == 'prt-scan: the owners of '*' sockets are hidden, and may be what was asked for: root, or sudo prt-scan, sees more' ]]
}

@test "refused: no names, and what has none" {
	local bad
	for bad in --process= '--user=,' '--container=a,' '--unit=,a'; do
		run -2 --separate-stderr prt-scan "$bad"
		[ "$stderr" = "prt-scan: $bad: expected names, between commas" ]
	done
	for bad in container unit; do
		run -2 --separate-stderr prt-scan --from=lsof --$bad=x /dev/null
		[ "$stderr" = "prt-scan: --$bad: lsof cannot tell that" ]
		run -2 --separate-stderr prt-scan --backend=lsof --$bad=x
		[ "$stderr" = "prt-scan: --$bad: lsof cannot tell that" ]
		run -2 --separate-stderr prt-scan -I --$bad=x
	done
	run -2 --separate-stderr prt-scan --state=LISTEN --state=^LISTEN
	[ "$stderr" = 'prt-scan: --state=^LISTEN: no state is left' ]
	for bad in ^ ! '^,' '^LISTEN,' '^^LISTEN' 'LISTEN,^BOUND' _ -; do
		run -2 --separate-stderr prt-scan --state="$bad"
		[[ $stderr == *': unknown state '*': expected any of '* ]]
	done
}

@test "--from=lsof: by process and user" {
	cat >in <<-'END'
		COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME
		sshd 1 root 3u IPv4 1 0t0 TCP *:22 (LISTEN)
		nginx 2 www 3u IPv4 2 0t0 TCP *:80 (LISTEN)
		nginx 3 root 3u IPv4 2 0t0 TCP *:80 (LISTEN)
	END
	run -0 prt-scan --from=lsof -H -o pid --process='ng*' in
	assert_output_is $'2\n3'
	run -0 prt-scan --from=lsof -H -o pid --user=www,root --process=nginx in
	assert_output_is $'2\n3'
	run -0 prt-scan --from=lsof -H -o pid --user=www in
	assert_output_is 2
}

@test "--state: every spelling of ss, netstat and lsof" {
	tree_make
	local n=0 want names name
	for n in 01 02 03 04 05 06 08 09 0A 0B; do
		tree_socket "$((0x$n))" "$((0x$n))" "$n"
	done
	while read -r want names; do
		for name in $names; do
			run -0 scan_tree state --state="$name"
			[ "$output" = "$want" ] || {
				echo "$name: $output"
				return 1
			}
			run -0 scan_tree state --state="^$name"
			[ "${#lines[@]}" -eq 9 ]
			[[ " ${lines[*]} " != *" $want "* ]]
		done
	done <<-'END'
		ESTABLISHED ESTABLISHED established ESTAB estab
		SYN_SENT SYN_SENT syn-sent SYN-SENT
		SYN_RECV SYN_RECV syn-recv SYN_RCVD
		FIN_WAIT1 FIN_WAIT1 fin-wait-1 FIN-WAIT-1 FIN_WAIT_1
		FIN_WAIT2 FIN_WAIT2 fin-wait-2 FIN-WAIT-2
		TIME_WAIT TIME_WAIT time-wait TIME-WAIT timewait
		CLOSE_WAIT CLOSE_WAIT close-wait CLOSE-WAIT
		LAST_ACK LAST_ACK last-ack LAST-ACK
		LISTEN LISTEN listening LISTENING
		CLOSING CLOSING closing
	END
	run -0 scan_tree state '--state=!listen,estab'
	[ "${#lines[@]}" -eq 8 ]
	run -0 scan_tree state --state=Connected
	[ "${#lines[@]}" -eq 9 ]
	[[ " ${lines[*]} " != *" LISTEN "* ]]
	run -0 scan_tree state --state=^connected
	assert_output_is LISTEN
}

# alone COMMAND: bash runs it in a network namespace of its own, with loopback.
alone()
{
	requires netns ip python3
	cat >listen.py <<-'END'
		import os, socket, sys, time
		kept = []
		for word in sys.argv[1:]:
		    addr, port = word.rsplit(":", 1)
		    kind = socket.SOCK_DGRAM if addr[0] == "u" else socket.SOCK_STREAM
		    addr, _, device = addr.lstrip("u").partition("%")
		    s = socket.socket(socket.AF_INET6 if ":" in addr
		        else socket.AF_INET, kind)
		    if device:
		        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
		            device.encode())
		    s.bind((addr, int(port)))
		    if kind == socket.SOCK_STREAM:
		        s.listen()
		    kept.append(s)
		print(flush=True)
		time.sleep(60)
	END
	LISTEND=$(fixture listend) in_netns bash -c '
		ip link set lo up
		await() {
			pids="$pids $!"
			until [ -s ready ]; do
				kill -0 $! || exit
				sleep 0.02
			done
		}
		# hold END...: listeners of one process
		hold() {
			rm -f ready
			python3 listen.py "$@" >ready 3>&- &
			await
		}
		# by NAME ADDR PORT: a listener of a program of that name
		by() {
			[ -e "$1" ] || cp "$LISTEND" "$1"
			rm -f ready
			./"$1" "$2" "$3" >ready 3>&- &
			await
		}
		trap "kill \$pids 2>/dev/null || :" EXIT
		'"$1" 3>&- 4>&-
}

@test "--no-random: loopback listeners of programs that have no other" {
	run -0 alone '
		by driver 127.0.0.1 40001
		by driver ::1 40002
		by server 127.0.0.1 40011
		by server 127.0.0.1 8011
		by open 0.0.0.0 40021
		by fixed 127.0.0.1 8031
		hold u127.0.0.1:8032 u127.0.0.1:40003
		prt-scan -lH -o local_port --no-random | xargs
		prt-scan -lH -o local_port,process --no-random --process=server,driver
		prt-scan -qlb --no-random 40001
		echo $?'
	assert_output_is "\
8011 8031 40011 40021 8032
8011	server
40011	server
1"
}

has_veth()
{
	unshare -n ip link add a0 type veth peer name b0 2>/dev/null ||
		skip 'needs veth'
}

@test "a zone leaves out what is bound to another interface" {
	requires root
	has_veth
	run -0 alone '
		ip link add a0 type veth peer name b0
		hold 127.0.0.1:81 127.0.0.1%lo:82 0.0.0.0%a0:83 ::%b0:84
		s() { prt-scan -H -o local_port "$@" | xargs; }
		s 127.0.0.1
		s 127.0.0.1%lo
		s 127.0.0.1%a0
		s 0.0.0.0%a0:83
		s 0.0.0.0%b0:83
		s [::]%b0:84 [::]%a0:84
		s -b 127.0.0.1%a0:82
		s -b 127.0.0.1%lo:82
		s localhost:81-82
		s -t 81,84/tcp
		s 81-84/udp'
	assert_output_is "\
81 82
81 82
81
83

84

82
81 82
81 84"
}

@test "an address copied from our own output or from ss finds its socket" {
	requires root ss
	has_veth
	run -0 alone '
		ip link add a0 type veth peer name b0
		hold 127.0.0.1:81 127.0.0.2%lo:82 ::1:83 0.0.0.0%a0:84 :::85 \
			::ffff:127.0.0.3:86
		copied() {
			prt-scan -F table -wHl | awk "{ print \$3 }"
			prt-scan -Hl -o local_addr,local_port |
				sed "s/\t/ /; /:.* /s/\(.*\) /[\1]:/; s/ /:/"
			ss -Htln | awk "{ print \$4 }"
			# ::1:83 is an address, too
			netstat -tln | awk "\$6 == \"LISTEN\" && \$4 !~ /^::[^:]/ {
				print \$4 }"
		}
		copied | sort | uniq >list
		[ "$(wc -l <list)" -ge 10 ] || cat list
		echo "#local_addr" >in
		while read -r end; do
			[ "$(prt-scan -lH -o local_port "$end")" = "${end##*:}" ] ||
				echo "$end"
			[ "${end%:*}" = "*" ] || [ "${end%:*}" = "" ] ||
				prt-flag -X --disable=all in >/dev/null \
					-e "flag x local_addr=${end%:*}"
		done <list' 2>&1
	assert_output_is ''
}

@test "what fingers type: -plant, -tulpen, -h, -V" {
	run -0 alone '
		hold 127.0.0.1:81
		exec 5<>/dev/tcp/127.0.0.1/81
		n() { prt-scan -H -o state "$@" | sort | uniq -c | xargs; }
		n -plant; n -tulpen; n -antpe; n -la; n -al; n --all --extended'
	assert_output_is "\
2 ESTABLISHED 1 LISTEN
1 LISTEN
2 ESTABLISHED 1 LISTEN
2 ESTABLISHED 1 LISTEN
1 LISTEN
2 ESTABLISHED 1 LISTEN"
	local program
	for program in prt-scan prt-diff prt-flag; do
		[ "$($program -h)" = "$($program --help)" ]
		[ "$($program -V)" = "$($program --version)" ]
		run -0 $program -o help
		[[ ${lines[1]} == '  proto '*'tcp, udp'* ]]
		# examples come first, and no line is wider than a terminal
		run -0 $program -h
		[ "$(wc -L <<<"$output")" -le 80 ]
		[ "$(sed -n '/^Examples:/,/^$/p' <<<"$output" |
			grep -c "^  prt-")" -eq 6 ]
		[[ $output == *"Manuals: $program(1)"* ]]
	done
}

@test "-p PID: a port is looked for, and the number of a process is said" {
	run -0 --separate-stderr alone 'prt-scan -p $$ -H; prt-scan -tulp $$ -H
		prt-scan -H -p --numeric $$; prt-scan -Hpn $$; prt-scan -qp $$
		prt-scan -p 0 -H; prt-scan -Hp 80; hold 127.0.0.1:$$
		prt-scan -H -p -o process $$'
	assert_output_is python3
	[ "${#stderr_lines[@]}" -eq 2 ]
	[[ ${stderr_lines[1]} == "prt-scan: -p "*": nothing found of a port "*": of the process it is --pid="* ]]
}

@test "a word that is no port: see --process" {
	run -2 prt-scan nginx
	assert_output_is "prt-scan: 'nginx': no port, service or address (see --process and --help)"
	run -2 prt-scan -u www-data
	[[ $output == *'(see --process and --help)' ]]
	run -2 prt-scan --process nginx,
	run -0 prt-scan --process nginx -q --exit-code --state=BOUND || [ "$status" -eq 1 ]
}

@test "--color 22: what to write instead" {
	local option
	for option in color header; do
		run -2 --separate-stderr prt-scan --$option 22
		[ "${stderr_lines[0]}" = "prt-scan: --$option=22: expected auto, always or never" ]
		[ "${stderr_lines[1]}" = "prt-scan: --$option: for an operand '22': --$option=auto 22" ]
		run -2 --separate-stderr prt-scan --$option=22
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "-o +NAME of a default field is no error, and keeps it in a table" {
	machine
	run -0 scan_tree +container,inode,pid
	[ "$(awk -F '\t' '{ print NF }' <<<"$output" | sort -u)" -eq 20 ]
	run -0 prt-scan --proc="$tree" -F table 22
	[[ ${lines[0]} != *CONTAINER* ]]
	run -0 prt-scan --proc="$tree" -F table -o +container 22
	[[ ${lines[0]} == *CONTAINER* ]]
	run -2 prt-scan --proc="$tree" -o +inode,inode
	[[ $output == *"field 'inode' is named twice" ]]
}
