#!/usr/bin/env bats
# Tables as a person sees them: a machine in 80, 120 and 200 columns,
# tests/screens, and which parts of a record a table shows.  The clock is that
# of ##prt.

load helpers

setup()
{
	SCREENS=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/screens
	cd "$BATS_TEST_TMPDIR" || return
	unset COLUMNS NO_COLOR
}

NAMES='proto state local_addr local_port remote_addr remote_port dir service
	netns container pid process user uid fd ppid parent exe cmdline'

# snap [NAME...]: a snapshot of the records on standard input, whose fields are
# separated by blanks: the default fields, and these.
snap()
{
	echo '##prt 1 time=2026-11-24T03:10:00.000Z host=web1 up=1000000 scope=all'
	echo '#'$NAMES "$@" | tr ' ' '\t'
	tee records | tr ' ' '\t'
	echo "##end records=$(wc -l <records)"
}

# table WIDTH ARG...: prt-flag's table of the file in, without flags.
table()
{
	COLUMNS=$1 prt-flag -X --disable=all -F table "${@:2}" in
}

@test "the pictures in tests/screens" {
	"$SCREENS/pictures" .
	for file in "$SCREENS"/*-*.txt; do
		diff -u "$file" "${file##*/}"
	done
	[ "$(ls -- *-*.txt | wc -l)" -eq 14 ]
}

@test "no picture is wider than its screen" {
	for file in "$SCREENS"/*-*.txt; do
		width=${file##*-}
		[ "$(sed 1d "$file" | awk '{ if (length > n) n = length }
			END { print n }')" -le "${width%.txt}" ]
	done
}

@test "processes of one program and socket are a row, and counted" {
	snap >in <<-'END'
		tcp LISTEN 0.0.0.0 80 - - - http - - 8 nginx root 0 6 1 systemd /usr/sbin/nginx nginx
		tcp LISTEN 0.0.0.0 80 - - - http - - 9 nginx www 33 6 8 nginx /usr/sbin/nginx worker
		tcp LISTEN 0.0.0.0 80 - - - http - - 11 nc www 33 6 8 bash /usr/bin/nc nc
		tcp LISTEN 0.0.0.0 80 - - - http - - 12 nginx www 33 6 8 nginx /usr/sbin/nginx worker
		tcp LISTEN 0.0.0.0 80 - - - http - - 13 nginx www 33 6 8 nginx /tmp/nginx worker
	END
	# another program, by name or by path, has its own row
	run -0 table 80
	assert_output_is "PROTO STATE  LOCAL      SERVICE   PID PROCESS USER    EXE             CMDLINE
tcp   LISTEN 0.0.0.0:80 http     8 +2 nginx   root +1 /usr/sbin/nginx nginx
tcp   LISTEN 0.0.0.0:80 http    11    nc      www     /usr/bin/nc     nc
tcp   LISTEN 0.0.0.0:80 http    13    nginx   www     /tmp/nginx      worker"
	# each holder, if that is asked for
	[ "$(table 80 -w | wc -l)" -eq 6 ]
	[ "$(table 80 -o local_addr,local_port,remote_addr,remote_port,pid |
		wc -l)" -eq 6 ]
	[ "$(table 80 -o local_port,process | wc -l)" -eq 6 ]
	# no other format joins rows
	[ "$(prt-flag -X -F csv in | wc -l)" -eq 6 ]
}

@test "sockets that no process is known to have are not one row" {
	snap >in <<-'END'
		udp UNCONN 0.0.0.0 53 - - - - - - - - root 0 - - - - -
		udp UNCONN 0.0.0.0 53 - - - - - - - - root 0 - - - - -
	END
	[ "$(table 80 | wc -l)" -eq 3 ]
}

@test "a counter that is asked for keeps processes apart" {
	snap rss >in <<-'END'
		tcp LISTEN 0.0.0.0 80 - - - http - - 8 nginx root 0 6 1 systemd - - 4096
		tcp LISTEN 0.0.0.0 80 - - - http - - 9 nginx root 0 6 1 systemd - - 1234567
	END
	run -0 table 80
	[[ ${lines[1]} == *' 8 nginx '*' 4 KiB' ]]
	[[ ${lines[2]} == *' 9 nginx '*' 1.1 MiB' ]]
}

@test "addresses are cut in the middle, and stay different" {
	snap >in <<-'END'
		tcp ESTABLISHED 2001:db8:1:2:3:4:5:6 443 2001:db8:aaaa:1:2:3:4:7777 51000 in https - - 9 nginx www 33 6 8 nginx - -
		tcp ESTABLISHED 2001:db8:1:2:3:4:5:6 443 2001:db8:aaaa:1:2:3:9:7777 51000 in https - - 9 nginx www 33 6 8 nginx - -
		tcp ESTABLISHED 192.0.2.111 443 198.51.100.222 51000 in https - - 9 nginx www 33 6 8 nginx - -
	END
	run -0 table 72
	assert_output_is "PROTO STATE LOCAL              REMOTE               DIR PID PROCESS USER
tcp   ESTAB [2001:+:4:5:6]:443 [2001:+4:7777]:51000 in    9 nginx   www
tcp   ESTAB [2001:+:4:5:6]:443 [2001:+9:7777]:51000 in    9 nginx   www
tcp   ESTAB 192.0.2.111:443    198.51.100.222:51000 in    9 nginx   www"
	# less room: cut further, but the differing parts stay
	sed '/192/d; s/records=3/records=2/' in >other
	mv other in
	run -0 table 59
	assert_output_is "STATE LOCAL                REMOTE               PID PROCESS
ESTAB [2001:d+3:4:5:6]:443 [2001:+4:7777]:51000   9 nginx
ESTAB [2001:d+3:4:5:6]:443 [2001:+9:7777]:51000   9 nginx"
}

@test "netns and container stay, in one column if there is no room for two" {
	snap >in <<-'END'
		tcp ESTABLISHED 203.0.113.110 443 198.51.100.222 51000 in https - - 9 nginx www-data 33 6 8 nginx - -
		tcp ESTABLISHED 203.0.113.110 443 198.51.100.222 51000 in https docker/a docker/a 19 nginx www-data 33 6 8 nginx - -
		tcp TIME_WAIT 203.0.113.110 443 198.51.100.222 51000 in https docker/a - - - - - - - - - -
		tcp TIME_WAIT 203.0.113.110 443 198.51.100.222 51000 in https docker/b - - - - - - - - - -
		udp UNCONN 0.0.0.0 53 - - - domain vpn - 20 dnsmasq nobody 33 6 8 sh - -
	END
	run -0 table 80
	[[ ${lines[0]} == *' IN '* ]]
	[[ ${lines[1]} == *' - '* && ${lines[2]} == *' docker/a '*19* ]]
	[[ ${lines[3]} == *' docker/a '* && ${lines[4]} == *' docker/b '* ]]
	[[ ${lines[5]} == *' vpn '* ]]
	run -0 table 140
	[[ ${lines[0]} == *' NETNS '*CONTAINER* ]]
	# of a long name, the runtime goes first
	sed 's,docker/a	19,kubernetes/shop/a-rather-long-name-5d4f	19,' in >long
	mv long in
	run -0 table 80
	[[ ${lines[2]} == *+* && ${lines[2]} != *' kube'* ]]
}

@test "the row of a proxy shows the container that answers there" {
	snap target target_container >in <<-'END'
		tcp LISTEN 0.0.0.0 8088 - - - omniorb - - 9 docker-proxy root 0 7 1 dockerd - - 172.17.0.2:80 docker/web
		tcp LISTEN 0.0.0.0 8089 - - - - - - 10 docker-proxy root 0 7 1 dockerd - - [fd00::2]:80 docker/v6
		tcp LISTEN 0.0.0.0 8090 - - - - - - 11 docker-proxy root 0 7 1 dockerd - - 172.17.0.4:80 -
	END
	run -0 table 80
	assert_output_is "PROTO STATE  LOCAL        CONTAINER      PID PROCESS      USER UID PPID PARENT
tcp   LISTEN 0.0.0.0:8088 docker/web :80   9 docker-proxy root   0    1 dockerd
tcp   LISTEN 0.0.0.0:8089 docker/v6 :80   10 docker-proxy root   0    1 dockerd
tcp   LISTEN 0.0.0.0:8090 172.17.0.4:80   11 docker-proxy root   0    1 dockerd"
	# as fields they are not joined
	run -0 table 80 -o container,target,target_container
	[[ ${lines[1]} == '-         172.17.0.2:80 docker/web' ]]
	table 300 -w | grep -q ' TARGET .*TARGET_CONTAINER'
}

@test "the name of a port is no program's that is known by another" {
	snap >in <<-'END'
		tcp LISTEN 0.0.0.0 8088 - - - omniorb - - 9 docker-proxy root 0 7 1 dockerd - -
		tcp LISTEN 0.0.0.0 5432 - - - postgresql - - 10 postgres root 0 7 1 dockerd - -
		tcp LISTEN 0.0.0.0 9000 - - - php-fpm - - - - root 0 - - - - -
		tcp LISTEN 0.0.0.0 443 - - - https - - 11 caddy root 0 7 1 dockerd - -
		tcp ESTABLISHED 0.0.0.0 8088 192.0.2.1 443 out https - - 9 curl root 0 7 1 dockerd - -
		udp UNCONN 0.0.0.0 51820 - - - wireguard - - - [wireguard/wg0] - - - - - - -
	END
	[ "$(table 120 | sed 1d | awk '{ print $6 }' | tr '\n' ' ')" = \
		'- postgresql php-fpm https https wireguard ' ]
	table 120 -w | grep -q ' omniorb '
	[ "$(table 120 -o service | head -n 2 | tail -n 1)" = omniorb ]
}

@test "states are short, unless they are asked for" {
	snap >in <<-'END'
		tcp ESTABLISHED 0.0.0.0 8088 192.0.2.1 443 out https - - 9 curl root 0 7 1 dockerd - -
	END
	table 80 | grep -q ' ESTAB '
	table 80 -w | grep -q ' ESTABLISHED '
	table 80 -o state | grep -qx ESTABLISHED
	prt-flag -X -F csv in | grep -q ,ESTABLISHED,
}

@test "bytes, times and ages are for people, in tables only" {
	snap rx_bytes rtt start first_seen time >in <<-'END'
		tcp LISTEN 0.0.0.0 1 - - - - - - 9 a root 0 7 1 x - - 1023 999 100000 2026-11-24T03:10:00.000Z 2026-11-24T03:10:00.000Z
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 a root 0 7 1 x - - 1536 1500 99000 2026-11-24T03:09:13.000Z 2026-07-01T12:00:00.500Z
		tcp LISTEN 0.0.0.0 3 - - - - - - 9 a root 0 7 1 x - - 10485760 25000 100 2026-11-24T01:10:00.000Z 2026-01-01T00:00:00.000Z
		tcp LISTEN 0.0.0.0 4 - - - - - - 9 a root 0 7 1 x - - 18446744073709551615 2500000 1 2026-11-21T03:09:59.000Z -
		tcp LISTEN 0.0.0.0 5 - - - - - - 9 a root 0 7 1 x - - x -1 100001 2026-11-25T00:00:00.000Z yesterday
	END
	list=local_port,rx_bytes,rtt,start,first_seen,time
	TZ=CET-1CEST,M3.5.0,M10.5.0/3 run -0 table 100 -o $list
	assert_output_is "LOCAL_PORT             RX_BYTES    RTT  START FIRST_SEEN          TIME
         1               1023 B 999 us    now now                 2026-11-24 04:10:00
         2              1.5 KiB 1.5 ms   10 s 47 s                2026-07-01 14:00:00
         3               10 MiB  25 ms 16 min 2 h                 2026-01-01 01:00:00
         4 18446744073709551615  2.5 s 16 min 3 d                 -
         5                    x     -1 100001 2026-11-25 01:00:00 yesterday"
	# if the stream has no time: the time itself
	grep -v '^##' in >bare
	mv bare in
	TZ=UTC0 table 100 -o first_seen | grep -qx '2026-11-24 03:09:13'
	run -0 prt-flag -X -F csv -H -o rx_bytes,first_seen in
	[ "${lines[3]%$'\r'}" = 18446744073709551615,2026-11-21T03:09:59.000Z ]
	COLUMNS=80 prt-flag -X -F table -w -o rx_bytes in | grep -qx ' *10485760'
}

@test "marks come first for what has changed, in words too" {
	snap <<-'END' >old
		tcp LISTEN 0.0.0.0 1 - - - - - - 9 a root 0 7 1 x - -
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 a root 0 7 1 x - -
		tcp LISTEN 0.0.0.0 3 - - - - - - 9 a root 0 7 1 x - -
	END
	snap <<-'END' | sed s/03:10/03:20/ >new
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 b root 0 7 1 x - -
		tcp LISTEN 0.0.0.0 3 - - - - - - 9 a root 0 7 1 x - -
		tcp LISTEN 0.0.0.0 4 - - - - - - 9 a root 0 7 1 x - -
	END
	COLUMNS=66 run -0 prt-diff -a -F table old new
	assert_output_is "  PROTO STATE  LOCAL     PID PROCESS USER FIRST_SEEN WAS
~ tcp   LISTEN 0.0.0.0:2   9 b       root 10 min     process=a
  tcp   LISTEN 0.0.0.0:3   9 a       root 10 min     -
+ tcp   LISTEN 0.0.0.0:4   9 a       root now        -
- tcp   LISTEN 0.0.0.0:1   9 a       root 10 min     -"
	# the next program in the pipe has them, too
	prt-diff old new | COLUMNS=66 prt-flag -X --disable=all -F table |
		grep -q '^- tcp .*:1 '
	COLUMNS=66 run -0 prt-diff -F table -o change,local_port old new
	[ "${lines[1]}" = 'changed          2' ]
	prt-diff -F table -w old new | grep -q ' CHANGE '
}

@test "colors: what changed, and how bad it is" {
	local red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m'

	snap >old </dev/null
	snap >new <<-'END'
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 b root 0 7 1 x - -
	END
	prt-diff -F table --color=always old new | grep -qF "$green+ tcp"
	prt-diff -F table --color=always new old | grep -qF "$red- tcp"
	prt-flag -l -F table --color=always | grep -qF "${red}memfd-exe"
	prt-flag -l -F table --color=always | grep -qF "${yellow}nc-listener"
	prt-flag -l -F table --color=always | grep -q '^proxy-listener .* low '
	snap >in <<-'END'
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 nc root 0 7 1 x /usr/bin/nc nc
		tcp LISTEN 0.0.0.0 3 - - - - - - 9 b root 0 7 1 x /memfd:x nc
		tcp LISTEN 0.0.0.0 3128 - - - - - - 9 squid root 0 7 1 x /usr/sbin/squid x
		tcp LISTEN 0.0.0.0 4 - - - - - - 9 b root 0 7 1 x /usr/bin/b nc
	END
	COLUMNS=80 run -0 prt-flag -X -F table --color=always in
	[[ ${lines[1]} == "$yellow"*nc-listener$'\e[0m' ]]
	[[ ${lines[2]} == "$red"*memfd-exe$'\e[0m' ]]
	[[ ${lines[3]} == tcp*proxy-listener ]]
	[[ ${lines[4]} == tcp* ]]
}

@test "colors: a listener that the network reaches" {
	requires linux netns python3
	in_netns python3 - "$(command -v prt-scan)" >out <<-'END'
		import os, socket, subprocess, sys
		os.system("ip link set lo up 2>/dev/null")
		for a in "0.0.0.0", "127.0.0.1":
		    s = socket.socket()
		    s.bind((a, 20600))if a[0] == "0" else s.bind((a, 20601))
		    s.listen()
		    globals()[a] = s
		env = dict(os.environ, COLUMNS="80")
		for color in "always", "never":
		    subprocess.run([sys.argv[1], "-F", "table", "-l",
		                    "--color=" + color], env=env)
	END
	cat out
	[ "$(grep -c $'\e' out)" -eq 1 ]
	grep -qF $'tcp   LISTEN \e[33m0.0.0.0:20600\e[0m ' out
	grep -q '^tcp   LISTEN 127.0.0.1:20601 ' out
}

@test "the sentences of --why are paragraphs" {
	snap <<-'END' | sed 's/_(deleted)/ (deleted)/' >in
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 nc root 0 7 1 x /usr/bin/nc_(deleted) nc
	END
	COLUMNS=60 run -0 --separate-stderr prt-flag -X --why -F table \
		-e 'flag odd-one local_port=2' in
	[ "$(printf '%s\n' "${lines[@]:2}" | sed -nE \
		's/^    (deleted-exe|nc-listener|odd-one)(:| [(]).*/\1/p')" = \
		$'deleted-exe\nnc-listener\nodd-one' ]
	run ! grep -qF '; ' <<<"$output"
	# a semicolon in a sentence does not end it
	mkdir 'a; b'
	echo 'flag odd-one local_port=2' >'a; b/rules'
	COLUMNS=60 run -0 --separate-stderr prt-flag -f 'a; b/rules' --why -F table in
	grep -qx '    odd-one: the rule at a; b/rules:1' <<<"$output"
}

@test "prt-flag -l: what it is, how bad, whether it is on, and why" {
	COLUMNS=80 run -0 prt-flag -l -F table
	[[ ${lines[0]} =~ ^NAME\ +LEVEL\ +ON\ +SENTENCE$ ]]
	[ "$(printf '%s\n' "${lines[@]}" | awk '{ if (length > n) n = length }
		END { print n }')" -le 80 ]
	# no word of a sentence is lost
	[ "$(printf '%s\n' "${lines[@]:1}" |
		sed -E 's/^[^ ]+ +(high|medium|low) +(on|off) +//' |
		tr -s ' \n' ' ')" = "$(prt-flag -l -H -o sentence |
		tr -s ' \n' ' ')" ]
	# if there is no room next to it, then below
	COLUMNS=40 prt-flag -l -F table | grep -qx '    the executable was deleted'
	prt-flag -l -F table -w | head -n 1 | grep -q ' DEFAULT .*FIELDS .*SCOPE'
	prt-flag -l | head -n 1 | grep -q '	default	fields	'
}

@test "without a record there are the names of what is asked first" {
	snap >in </dev/null
	run -0 table 200
	[ "$output" = 'PROTO STATE LOCAL REMOTE PID PROCESS USER LEVEL FLAGS' ]
}

@test "csv and tables have a backslash once, and no control character" {
	snap >in <<-'END'
		tcp LISTEN 0.0.0.0 2 - - - - - - 9 a\x1bb CORP\\alice 0 7 1 x - -
	END
	table 80 | grep -qF 'a\x1bb  CORP\alice '
	prt-flag -X -F csv -H -o process,user in | tr -d '\r' |
		grep -qxF 'a\x1bb,CORP\alice'
	# tsv has not changed
	prt-flag -X -F tsv -o process,user in | grep -qxF $'a\\x1bb\tCORP\\\\alice'
}
