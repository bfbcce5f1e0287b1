#!/usr/bin/env bats
# prt-scan --backend=lsof: how it runs lsof and ps, and reads their output.
# shellcheck disable=SC2016,SC2154

load helpers

setup()
{
	BIN=$BATS_TEST_TMPDIR/bin
	mkdir "$BIN"
	prt=$(command -v prt-scan)
	USUAL_PATH=$PATH
	PATH=$BIN:$PATH
}

teardown()
{
	[ -z "${SHARING-}" ] || kill "${SHARING[@]}"
	stop_sockets
}

# An lsof that prints standard input if -F is given, else nothing.
fake_fields()
{
	cat >"$BATS_TEST_TMPDIR/fields"
	fake lsof <<-END
		case "\$*" in *-F*) cat '$BATS_TEST_TMPDIR/fields' ;; esac
	END
}

one_socket()
{
	printf '%s\n' p$$ cx f3 tIPv4 PTCP 'n*:80' TST=LISTEN
}

# All fields that both show; lsof knows neither scopes nor BOUND.
shown=proto,state,local_addr,local_port,remote_addr,remote_port,pid,process
shown+=,user,uid,fd,ppid,parent

# same_as_netlink N: --backend=lsof gives the records that have an owner, at
# least N.
same_as_netlink()
{
	enter prt-scan -H -o $shown |
		awk -F '\t' -v OFS='\t' \
			'$7 != "-" && $2 != "BOUND" { sub(/%.*/, "", $3); print }' \
		>"$BATS_TEST_TMPDIR/want"
	run -0 --separate-stderr enter prt-scan -H --backend=lsof -o $shown
	[ -z "$stderr" ]
	assert_output_is "$(<"$BATS_TEST_TMPDIR/want")"
	[ "${#lines[@]}" -ge "$1" ]
}

@test "Linux: every kind of socket, as the netlink backend has it" {
	requires root netns nsenter lsof ps linux
	start_sockets --uid 1234
	same_as_netlink 44
}

@test "Linux: some hundred sockets of several processes, as netlink" {
	requires netns nsenter lsof ps linux
	start_sockets --many 300
	same_as_netlink 300
}

@test "Linux: sockets of one process that share a port, as netlink" {
	requires netns nsenter lsof ps linux python3
	start_sockets
	cat >"$BATS_TEST_TMPDIR/share.py" <<-'END'
		import os, socket, time
		held = []
		for i in range(3):
		    s = socket.socket()
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
		    s.bind(("127.0.0.1", 20600))
		    s.listen()
		    held.append(s)
		child = os.fork()
		if child > 0:
		    print(os.getpid(), child, flush=True)
		time.sleep(60)
	END
	exec {share}< <(enter python3 "$BATS_TEST_TMPDIR/share.py" 3>&-)
	read -r -t 10 -u "$share" -a SHARING
	[ "${#SHARING[@]}" -eq 2 ]
	run -0 enter prt-scan -H --backend=lsof -o fd 20600
	[ "${#lines[@]}" -eq 6 ]
	same_as_netlink 44
	run -0 enter prt-scan -H --backend=lsof -o local_port,inode 20600
	assert_output_is "$(enter prt-scan -H -o local_port,inode 20600)"
}

@test "Linux: an empty namespace has no socket, and that is no failure" {
	requires netns lsof
	run -0 --separate-stderr in_netns prt-scan --backend=lsof
	[ -z "$stderr" ]
	[ "${lines[-1]}" = '##end records=0' ]
}

@test "what is run: no shell, LC_ALL=C, no input, the fields, then the table" {
	fake lsof <<-END
		{
			echo "\$*"
			env | sed '/^PWD=/d; /^_=/d; /^SHLVL=/d; /^OLDPWD=/d' |
				sort
			readlink /proc/self/fd/0 || :
		} >>'$BATS_TEST_TMPDIR/log'
	END
	run -0 env LC_ALL=de_DE.UTF-8 COLUMNS=20 PS_FORMAT=pid \
		PATH="$BIN:/usr/bin:/bin" "$prt" --backend=lsof -H
	[ -z "$output" ]
	diff -u "$BATS_TEST_TMPDIR/log" - <<-END
		-iTCP -iUDP -nP +c0 -FfnPpTtcd
		LC_ALL=C
		PATH=$BIN:/usr/bin:/bin
		/dev/null
		-iTCP -iUDP -nP
		LC_ALL=C
		PATH=$BIN:/usr/bin:/bin
		/dev/null
	END
}

@test "root: what is run gets no folder in PATH that others can write" {
	requires root
	fake lsof <<<"echo \"\$PATH\" >>'$BATS_TEST_TMPDIR/log'"
	mkdir -m 777 "$BATS_TEST_TMPDIR/open"
	mkdir -p "$BATS_TEST_TMPDIR/open/in"
	run -0 env PATH=":.:$BATS_TEST_TMPDIR/open:$BIN:/nonexistent:/usr/bin:/bin:$BATS_TEST_TMPDIR/open/in:" \
		"$prt" --backend=lsof -H
	[ "$(sort -u "$BATS_TEST_TMPDIR/log")" = "$BIN:/usr/bin:/bin" ]
}

@test "the table is read where the field output gives nothing" {
	requires ps
	fake lsof <<-'END'
		case "$*" in *-F*) echo 'lsof: no -F here' >&2; exit 1 ;; esac
		cat <<-'TABLE'
		COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME
		a\x20b 4194305 bob 3u IPv4 0x1 0t0 TCP *:80 (LISTEN)
		TABLE
	END
	run -0 --separate-stderr prt-scan --backend=lsof -H \
		-o state,local_port,pid,process,user
	assert_output_is $'LISTEN\t80\t4194305\ta b\tbob'
	[ "$stderr" = 'prt-scan: lsof: no -F here
prt-scan: lsof: exit status 1' ]
}

@test "lsof's exit status 1 is no error, its messages are passed on" {
	one_socket >"$BATS_TEST_TMPDIR/fields"
	fake lsof <<-END
		echo 'lsof: WARNING: something' >&2
		echo 'and more' >&2
		cat '$BATS_TEST_TMPDIR/fields'
		exit 1
	END
	run -0 --separate-stderr prt-scan --backend=lsof -H -o local_port
	[ "$output" = 80 ]
	[ "$stderr" = 'prt-scan: lsof: WARNING: something
prt-scan: lsof: and more' ]
}

@test "a message cannot move the cursor" {
	fake lsof <<-'END'
		printf '\033[2Jx\n' >&2
	END
	run -0 prt-scan --backend=lsof -H
	[ "$output" = 'prt-scan: lsof: \x1b[2Jx
prt-scan: lsof: \x1b[2Jx' ]
}

@test "an lsof that fails, or is killed half-way, gives no record" {
	one_socket >"$BATS_TEST_TMPDIR/fields"
	fake lsof <<-END
		cat '$BATS_TEST_TMPDIR/fields'
		exit 3
	END
	run -2 --separate-stderr prt-scan --backend=lsof
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = 'prt-scan: lsof: exit status 3' ]
	fake lsof <<-END
		cat '$BATS_TEST_TMPDIR/fields'
		kill -KILL \$\$
	END
	run -2 --separate-stderr prt-scan --backend=lsof
	[ -z "$output" ]
	[ "${stderr_lines[0]}" = 'prt-scan: lsof: ended by signal 9' ]
	fake lsof <<-'END'
		echo 'lsof: no kernel' >&2
		exit 1
	END
	run -2 --separate-stderr prt-scan --backend=lsof
	[ -z "$output" ]
}

@test "killed half-way: the table of a second run is whole, nothing mixed" {
	fake lsof <<-'END'
		case "$*" in
		*-F*)
			printf 'p1\nca\nf3\ntIPv4\nPTCP\nn*:80\nTST=LISTEN\n'
			kill -KILL $$
			;;
		esac
		echo 'b 2 u 3u IPv4 1 0t0 TCP *:81 (LISTEN)'
	END
	run -0 --separate-stderr prt-scan --backend=lsof -H -o local_port
	[ "$output" = 81 ]
}

@test "a line that is bad: a message with its number" {
	fake_fields <<<$'p1\nf3\ntIPv4\nPTCP\nn10.0.0.1\nf4\ntIPv4\nPTCP\nn*:80'
	run -0 --separate-stderr prt-scan --backend=lsof -H -o local_port
	[ "$output" = 80 ]
	[ "$stderr" = 'prt-scan: lsof:5: no address and port' ]
	run -2 prt-scan --backend=lsof --strict -H -o local_port
}

@test "no lsof: an error that says how to get it" {
	run -2 --separate-stderr env PATH="$BIN" "$prt" --backend=lsof
	[ -z "$output" ]
	[[ $stderr == 'prt-scan: lsof: not found in PATH'* ]]
	[[ $stderr == *'apt-get install lsof'* ]]
	run -2 --separate-stderr env PATH=.:: "$prt" --backend=lsof
	[[ $stderr == 'prt-scan: lsof: not found in PATH'* ]]
}

@test "an lsof that cannot be run is passed over, or said" {
	one_socket | fake_fields
	mkdir "$BATS_TEST_TMPDIR/first"
	: >"$BATS_TEST_TMPDIR/first/lsof"
	mkdir -p "$BATS_TEST_TMPDIR/second/lsof"
	run -0 --separate-stderr env \
		PATH="$BATS_TEST_TMPDIR/first:$BATS_TEST_TMPDIR/second:$PATH" \
		"$prt" --backend=lsof -H -o local_port
	[ "$output" = 80 ]
	printf '#!/nosuch/shell\n' >"$BIN/lsof"
	run -2 --separate-stderr prt-scan --backend=lsof
	[[ $stderr == "prt-scan: $BIN/lsof: "* ]]
}

@test "root runs none that another user could have put there" {
	requires root setpriv
	one_socket | fake_fields
	run -0 prt-scan --backend=lsof -H -o local_port
	for change in "chmod 775 $BIN" "chmod 757 $BIN" "chown 1234 $BIN" \
		"chmod 777 $BIN/lsof" "chown 1234 $BIN/lsof" \
		"chown 1234 $BATS_TEST_TMPDIR" "chmod 777 $BATS_TEST_TMPDIR"; do
		$change
		run -2 --separate-stderr env PATH="$BIN" \
			"$(PATH=$USUAL_PATH command -v prt-scan)" --backend=lsof
		[[ $stderr == *'not found in PATH (of which only folders'* ]]
		chown 0 "$BATS_TEST_TMPDIR" "$BIN" "$BIN/lsof"
		chmod 755 "$BATS_TEST_TMPDIR" "$BIN" "$BIN/lsof"
	done
	run -0 prt-scan --backend=lsof -H -o local_port
}

@test "another user takes what is in his PATH" {
	requires root setpriv
	one_socket | fake_fields
	chown -R 1234 "$BIN"
	open_folders "$BATS_TEST_TMPDIR"
	run -0 setpriv --reuid=1234 --regid=1234 --clear-groups -- \
		/proc/self/fd/9 --backend=lsof -H -o local_port \
		9<"$(command -v prt-scan)"
	[ "$output" = 80 ]
}

@test "ps is asked only for what is shown" {
	one_socket | fake_fields
	fake ps <<-END
		echo "\$*" >>'$BATS_TEST_TMPDIR/log'
	END
	prt-scan --backend=lsof -H -o local_port,pid,fd,netns
	[ ! -e "$BATS_TEST_TMPDIR/log" ]
	prt-scan --backend=lsof -H -o pid,user
	prt-scan --backend=lsof -H -o pid,cmdline -u
	diff -u - "$BATS_TEST_TMPDIR/log" <<-END
		-ww -o pid= -o ppid= -o uid= -o ucomm= -p $$
	END
	prt-scan --backend=lsof -H -o cmdline
	diff -u - "$BATS_TEST_TMPDIR/log" <<-END
		-ww -o pid= -o ppid= -o uid= -o ucomm= -p $$
		-ww -o pid= -o ppid= -o uid= -o ucomm= -p $$
		-ww -o pid= -o args= -p $$
	END
}

@test "ps: names with blanks, parents, a process that is gone stays" {
	fake_fields <<-'END'
		p10
		ca b
		f3
		tIPv4
		PTCP
		n*:80
		p11
		f3
		tIPv4
		PTCP
		n*:81
		p12
		cgone
		f3
		tIPv4
		PTCP
		n*:82
	END
	fake ps <<-'END'
		case "$*" in
		*args=*) echo '   10 a b  -c  "x y"'; echo '   11 c' ;;
		*10,11,12*) echo '   10    5     0 A B'
			echo '   11   10    -2  c d ' ;;
		*5*) echo '    5    1     0 par  ent' ;;
		esac
		exit 1
	END
	run -0 --separate-stderr prt-scan --backend=lsof --strict -H \
		-o local_port,pid,process,uid,ppid,parent,cmdline
	[ -z "$stderr" ]
	assert_output_is "$(printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
		80 10 'a b' 0 5 'par  ent' 'a b  -c  "x y"' \
		81 11 ' c d ' 4294967294 10 'a b' c \
		82 12 gone - - - -)"
}

@test "ps: arguments are cut as the kernel's are, at a character" {
	printf '%s\n' p10 cx f3 tIPv4 PTCP 'n*:80' | fake_fields
	# the buffer of 4096 bytes ends within a two-byte character
	long=$(printf 'a%.0s' {1..4095})
	fake ps <<-END
		case "\$*" in
		*args=*) printf '   10 %sé and more\n' $long ;;
		*) echo '   10    5     0 x' ;;
		esac
	END
	run -0 --separate-stderr prt-scan --backend=lsof -H -o cmdline
	[ "$output" = "$long..." ]
}

@test "ps in batches: each within what a program may be given" {
	seq 1000 2 60999 | awk '{ print "p" $1 + 1000000 "\ncx\nf3\ntIPv4"
		print "PTCP\nn10.0.0.1:" $1 }' | fake_fields
	fake ps <<-END
		for list; do :; done
		echo "\${#list}" >>'$BATS_TEST_TMPDIR/log'
		echo "\$list" | tr ',' '\\n' | sed 's/\$/ 7 1 x/'
	END
	run -0 --separate-stderr prt-scan --backend=lsof -H -o pid,ppid
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 30000 ]
	run ! grep -v $'\t7$' <<<"$output"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -ge 3 ]
	[ "$(sort -n "$BATS_TEST_TMPDIR/log" | tail -n 1)" -le 98304 ]
}

@test "no ps, or one that fails: the rest is there, --strict says no" {
	one_socket | fake_fields
	cat >"$BIN/lsof" <<-END
		#!/bin/sh
		/bin/cat '$BATS_TEST_TMPDIR/fields'
	END
	run -0 --separate-stderr env PATH="$BIN" "$prt" --backend=lsof -H \
		-o local_port,process,user
	assert_output_is $'80\tx\t-'
	[[ $stderr == 'prt-scan: ps: not found in PATH'* ]]
	fake ps <<-'END'
		echo 'ps: unknown option' >&2
		exit 1
	END
	run -2 --separate-stderr prt-scan --strict --backend=lsof -H \
		-o local_port,process,user
	assert_output_is $'80\tx\t-'
	[ "$stderr" = 'prt-scan: ps: unknown option' ]
}

@test "--pid, filters and operands" {
	requires ps
	fake_fields < <(one_socket; printf '%s\n' p1 cy f4 tIPv6 PUDP 'n*:53' \
		f5 tIPv4 PTCP 'n10.0.0.1:99->10.0.0.2:443' TST=ESTABLISHED)
	run -0 prt-scan --backend=lsof -H -o local_port,process --pid=1
	assert_output_is $'99\ty\n53\ty'
	run -0 prt-scan --backend=lsof -H -o local_port,process -l
	assert_output_is $'80\tx\n53\ty'
	run -0 prt-scan --backend=lsof -H -o local_port https
	assert_output_is 99
	run -0 prt-scan --backend=lsof -q 80
	run -1 prt-scan --backend=lsof -q 81
}

@test "-N is not for lsof" {
	run -2 --separate-stderr prt-scan --backend=lsof -N
	[ -z "$output" ]
	[[ $stderr == 'prt-scan: lsof: '* ]]
}

@test "an lsof that goes on without end ends with its reader" {
	requires timeout
	fake lsof <<-'END'
		while :; do echo 'p1'; done
	END
	run -124 timeout 1 prt-scan --backend=lsof
	[ -z "$output" ]
}

# A build that has only lsof (./configure --disable-linux) uses it unasked.
@test "--help lists the backends; the last of them is lsof" {
	backends=$(prt-scan --help |
		sed -n '/^Backends/,/^$/s/^  \([a-z]*\) .*/\1/p' |
		paste -s -d' ')
	case $backends in
	'netlink proc sockstat lsof') ;;
	'sockstat lsof')
		one_socket | fake_fields
		run -0 prt-scan -H -o local_port
		[ "$output" = 80 ]
		run -2 --separate-stderr prt-scan --proc=/proc
		[[ $stderr == 'prt-scan: --proc: '* ]]
		run -2 --separate-stderr prt-scan --backend=netlink
		[[ $stderr == *'expected sockstat'*'lsof' ]]
		run -2 --separate-stderr prt-scan --owners=walk
		[[ $stderr == 'prt-scan: --owners: '* ]]
		;;
	*) false ;;
	esac
}

@test "-I: by netstat -ib where there is no Linux, else without it" {
	fake netstat <<-END
		: >'$BATS_TEST_TMPDIR/ran'
		[ "\$*" = -ib ] || exit 1
		cat <<-'TABLE'
		Name Mtu Network Address Ipkts Ierrs Ibytes Opkts Oerrs Obytes
		lo0 16384 <Link#1> 10 0 100 10 0 100
		en0 1500 <Link#4> f0:18:98:00:00:01 5 3 60 2 1 40
		TABLE
	END
	run -0 prt-scan -I -H
	if prt-scan --help | grep -q '^  netlink '; then
		[ ! -e "$BATS_TEST_TMPDIR/ran" ]
		return
	fi
	assert_output_is "$(printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
		lo0 100 10 0 100 10 0 en0 60 5 3 40 2 1 total 60 5 3 40 2 1)"
	fake netstat <<-'END'
		echo 'netstat: no' >&2
		exit 1
	END
	run -2 --separate-stderr prt-scan -I
	[ "$stderr" = 'prt-scan: netstat: no
prt-scan: netstat -ib: failed' ]
}
