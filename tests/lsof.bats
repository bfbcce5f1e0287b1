#!/usr/bin/env bats
# prt-scan --from=lsof: output of lsof, from tests/data/lsof and made up here.
# shellcheck disable=SC2154

load helpers

setup()
{
	DATA=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/data/lsof
	cd "$DATA" || return
}

COLUMNS_READ=proto,state,local_addr,local_port,remote_addr,remote_port,pid
COLUMNS_READ+=,process,user,uid,fd,ppid,inode,rx_queue,tx_queue

# reads FILE [INPUT]: FILE, or INPUT in its place, gives the records of FILE.tsv
# and the messages of FILE.err.
reads()
{
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		"${2-$1}"
	assert_output_is "$(<"$1.tsv")"
	[ ! -e "$1.err" ] || diff -u "$1.err" - <<<"$stderr"
	[ -e "$1.err" ] || [ -z "$stderr" ]
}

# from COLUMNS TEXT: reads TEXT, a format of printf.
from()
{
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$1" - \
		< <(printf "$2")
}

# fields_to_nul: -F0 ends each field with NUL, and each set with LF.
fields_to_nul()
{
	awk '/^[pf]/ && NR > 1 { printf "\n" } { printf "%s%c", $0, 0 }
		END { printf "\n" }'
}

@test "the seed's cases: addresses, states, precedence of T, UDP, invalid" {
	reads seed
}

@test "Linux, all fields: L u R i d, other files, a shared socket, queues" {
	reads linux
}

@test "Linux, no f: no socket of a process is lost, and it has no fd" {
	reads linux-no-f
}

@test "the same with T before n" {
	awk '/^n/ { n = $0; next }
		n && !/^T/ { print n; n = "" }
		{ print } END { print n }' linux-no-f \
		>"$BATS_TEST_TMPDIR/in"
	run ! diff -q linux-no-f "$BATS_TEST_TMPDIR/in"
	reads linux-no-f "$BATS_TEST_TMPDIR/in"
}

@test "-F0: NUL behind each field" {
	for f in linux linux-no-f macos hostile; do
		fields_to_nul <"$f" >"$BATS_TEST_TMPDIR/in"
		reads "$f" "$BATS_TEST_TMPDIR/in"
	done
}

@test "Linux, the table" {
	reads linux-table
}

# The records of linux-table, whose addresses are localhost there.
@test "Linux, names: the user's file of services, then /etc/services decide" {
	sed 's/192\.0\.2\.[0-9]*/127.0.0.1/g' linux-table \
		>"$BATS_TEST_TMPDIR/table"
	run -0 prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		"$BATS_TEST_TMPDIR/table"
	want=$output
	echo 'http-alt 8080/tcp' >"$BATS_TEST_TMPDIR/services"
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		--services="$BATS_TEST_TMPDIR/services" linux-names
	assert_output_is "$want"
	[ -z "$stderr" ]
	[ "$(grep -c '^http-alt[[:space:]].*/tcp' /etc/services)" = 1 ] ||
		skip "/etc/services has no http-alt, or several"
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		linux-names
	assert_output_is "$want"
	[ -z "$stderr" ]
}

@test "macOS: scopes in addresses, *:*, IPv4 on IPv6, states, other types" {
	reads macos
}

@test "macOS, the table: service names, \\x20, localhost" {
	reads macos-table
}

@test "Android's toybox, the table: NODE the inode, 0.0.0.0:0" {
	reads toybox
}

@test "a paste: indented, TABs, blanks that do not break, a mark, wrapped" {
	in=$BATS_TEST_TMPDIR/in
	for f in linux-table macos-table freebsd-table; do
		sed 's/^/\t/' "$f" >"$in"
		reads "$f" "$in"
		sed 's/   */\t/g' "$f" >"$in"
		reads "$f" "$in"
		sed $'s/  /\xc2\xa0 /g; s/ \\([^ ]\\)/\xc2\xa0 \\1/3' "$f" >"$in"
		reads "$f" "$in"
		{ printf '\xef\xbb\xbf'; cat "$f"; } >"$in"
		reads "$f" "$in"
		sed 's/ (\([A-Z_0-9]*\))$/\n(\1)/' "$f" >"$in"
		reads "$f" "$in"
		sed 's/ (\([A-Z_0-9]*\))$/\n    (\1)/; 1d' "$f" >"$in"
		reads "$f" "$in"
	done
	printf '\xff\xfeC\0O\0M\0\n\0' >"$in"
	run -2 --separate-stderr prt-scan --from=lsof "$in"
	[ "$stderr" = "prt-scan: $in:1: UTF-16, not what was printed: convert"\
' it to UTF-8' ]
}

@test "a row that is cut, or goes on in the next line: refused" {
	head='COMMAND PID USER FD TYPE DEVICE SIZE/OFF NODE NAME\n'
	row='a 1 u 3u IPv4 7 0t0 TCP *:80 (LISTEN)\n'
	from local_port "$head${row}a 1 u 4u IPv4 8 0t0 TCP *:81 (LIST\n"
	assert_output_is 80
	[[ $stderr == *':3: the end of the line is missing' ]]
	from local_port "$head${row}a 1 u 4u IPv4 8 0t0 TCP 192.0.2.1:8\n"\
'1->192.0.2.2:9 (ESTABLISHED)\n'
	assert_output_is 80
	[[ ${stderr_lines[0]} == *':3: a row that the next line may belong to:'* ]]
}

@test "a listener on * without a type has no known family, and is kept" {
	text='p1\nf3\nPTCP\nn*:80\nTST=LISTEN\nf4\nPTCP\nn[::1]:81\nTST=LISTEN\n'
	from local_addr,local_port,family "$text"
	assert_output_is $'-\t80\t-\n::1\t81\tinet6'
	[ -z "$stderr" ]
	for args in -4 -6; do
		run prt-scan --from=lsof -H -o local_port "$args" \
			< <(printf "$text")
		[[ $output != *80* ]]
	done
	run -0 prt-scan --from=lsof -H -o local_port -46l \
		< <(printf "$text")
	assert_output_is $'80\n81'
}

@test "the type inet: an lsof without IPv6" {
	from local_addr,local_port 'p1\nf3\ntinet\nPTCP\nn*:80\nTST=LISTEN\n'
	assert_output_is $'0.0.0.0\t80'
}

@test "FreeBSD, the table: states, no PCB" {
	reads freebsd-table
}

@test "a table without its heading" {
	sed 1d macos-table >"$BATS_TEST_TMPDIR/in"
	reads macos-table "$BATS_TEST_TMPDIR/in"
	grep LISTEN freebsd-table >"$BATS_TEST_TMPDIR/in"
	run -0 prt-scan --from=lsof -H -o local_addr,pid "$BATS_TEST_TMPDIR/in"
	assert_output_is $'0.0.0.0\t810\n::\t810'
}

# A capture with -R or -g, whose heading was lost in grep.
@test "no heading: -R and -g, whose number is no pid" {
	for f in linux-R linux-gR; do
		sed 1d "$f" >"$BATS_TEST_TMPDIR/in"
		run -0 --separate-stderr prt-scan --from=lsof -H \
			-o local_port,pid,process "$BATS_TEST_TMPDIR/in"
		[ -z "$stderr" ]
		want=$output
		run -0 prt-scan --from=lsof -H -o local_port,pid,process "$f"
		assert_output_is "$want"
		grep 612 "$f" >"$BATS_TEST_TMPDIR/one"
		cd "$BATS_TEST_TMPDIR"
		run -2 --separate-stderr prt-scan --from=lsof one
		[ -z "$output" ]
		[ "$stderr" = 'prt-scan: one:1: which column is the pid cannot'\
' be told: keep lsof'\''s heading, or use lsof -F' ]
		cd "$DATA"
	done
}

# With the line ends that docker exec -t and ssh -tt make.
@test "a pid that was two processes: each has its own sockets" {
	from local_port,pid,process,user,uid,ppid \
		'p100\nR1\ncnginx\nu33\nLwww\nf6\ntIPv4\nPTCP\nn*:80\np100\n'\
'R7\ncsshd\nu0\nf3\ntIPv4\nPTCP\nn*:22\n'
	assert_output_is \
		$'22\t100\tsshd\t0\t0\t7\n80\t100\tnginx\twww\t33\t1'
	from local_port,pid,process 'COMMAND PID USER FD TYPE DEVICE SIZE/OFF '\
'NODE NAME\na 100 u 6u IPv4 7 0t0 TCP *:80 (LISTEN)\n'\
'b 100 u 6u IPv4 8 0t0 TCP *:22 (LISTEN)\n'
	assert_output_is $'22\t100\tb\n80\t100\ta'
	from process,user,uid 'p1\ncx\nu1\nf3\ntIPv4\nPTCP\nn*:80\n'\
'p1\ncx\nu2\nLb\nf3\ntIPv4\nPTCP\nn*:80\n'
	assert_output_is $'x\t1\t1\nx\tb\t2'
}

@test "CR LF: said once, and nothing is lost" {
	cr='lines end in CR LF: read without the CR'
	for f in linux linux-table macos macos-table freebsd-table; do
		sed 's/$/\r/' "$f" >"$BATS_TEST_TMPDIR/in"
		run -0 --separate-stderr prt-scan --from=lsof -H --strict \
			-o "$COLUMNS_READ" "$BATS_TEST_TMPDIR/in"
		assert_output_is "$(<"$f.tsv")"
		[ "$stderr" = "prt-scan: $BATS_TEST_TMPDIR/in:1: $cr" ]
	done
	fields_to_nul <linux | sed 's/$/\r\r/' >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		"$BATS_TEST_TMPDIR/in"
	assert_output_is "$(<linux.tsv)"
	from local_port 'p1\nf3\ntIPv4\r\nPTCP\nn*:80\r\n'
	assert_output_is 80
	[ "$stderr" = "prt-scan: (standard input):3: $cr" ]
}

@test "a stream of which no line can be read is no snapshot of nothing" {
	run -2 --separate-stderr prt-scan --from=lsof \
		< <(printf 'p1\nf3\ntIPv4\nPTCP\nn*:x:y\n')
	[ -z "$output" ]
	[ "${stderr_lines[-1]}" = 'prt-scan: (standard input): no line of it'\
' could be read' ]
	run -2 --separate-stderr prt-scan --from=lsof \
		< <(sed '1!s/[0-9]/x/g' linux-table)
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 12 ]
	run -0 prt-scan --from=lsof < <(head -1 linux-table)
	[ "${lines[-1]}" = '##end records=0' ]
}

@test "rows of -R behind another heading: none is read with another's pid" {
	{ cat linux-table; sed 1d linux-R; } >"$BATS_TEST_TMPDIR/in"
	run -0 --separate-stderr prt-scan --from=lsof -H -o "$COLUMNS_READ" \
		"$BATS_TEST_TMPDIR/in"
	assert_output_is "$(<linux-table.tsv)"
	[ "${#stderr_lines[@]}" -eq 11 ]
	[[ ${stderr_lines[0]} == *": which number is the pid cannot be told:"* ]]
}

@test "the states of all dialects" {
	reads states
}

@test "names that processes give themselves" {
	reads hostile
}

@test "malformed addresses: each costs its line, with a message" {
	reads addresses
}

@test "ten messages, then their count; the rest is there" {
	{
		printf 'p1\ncx\n'
		for i in {1..25}; do
			printf 'f%d\ntIPv4\nPTCP\nnbad\n' "$i"
		done
		printf 'f3\ntIPv4\nPTCP\nn10.0.0.1:80\nTST=LISTEN\n'
	} >"$BATS_TEST_TMPDIR/in"
	cd "$BATS_TEST_TMPDIR"
	run -0 --separate-stderr prt-scan --from=lsof -H -o local_port,fd in
	assert_output_is $'80\t3'
	[ "${#stderr_lines[@]}" -eq 11 ]
	[[ ${stderr_lines[0]} == 'prt-scan: in:6: '* ]]
	[[ ${stderr_lines[9]} == 'prt-scan: in:42: '* ]]
	[ "${stderr_lines[10]}" = 'prt-scan: in: 25 such lines in all' ]
}

@test "--strict: 2 where a line was bad" {
	run -2 prt-scan --from=lsof --strict -q addresses
	run -0 prt-scan --from=lsof --strict -q linux
}

# What lsof 4.99.7 printed, shortened: it has no addresses.
@test "JSON of lsof -J and -j: refused, with what to use instead" {
	file='{"fd":"3","type":"IPv4","device":"7","protocol":"TCP",'
	file+='"tcp_info":{"state":"LISTEN","recv_queue":0,"send_queue":0}}'
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' '{"lsof_version":"4.99.7","processes":[{"pid":46,'\
'"command":"nginx","uid":0,"login":"root","files":['"$file]}]}" >J
	printf '%s\n' '{"pid":46,"command":"nginx",'"${file#?}" >j
	printf '{"lsof_version":"4.99.7","proc' >part
	{ head -c -1 J; head -c 200000 /dev/zero | tr '\0' ' '; echo; } >long
	for f in J j part long; do
		run -2 --separate-stderr prt-scan --from=lsof "$f"
		[ -z "$output" ]
		[ "$stderr" = "prt-scan: $f:1: JSON, in which lsof does not"\
' tell the ends of sockets: use lsof -F' ]
	done
}

@test "a last line without LF is dropped, and said" {
	from local_port 'p1\nf3\ntIPv4\nPTCP\nn*:80\nf4\ntIPv4\nPTCP\nn*:81'
	assert_output_is 80
	[ "$stderr" = 'prt-scan: (standard input):9: the last line is cut:'\
' skipped' ]
}

@test "nothing at all is an lsof that failed, other text is none of its" {
	run -2 --separate-stderr prt-scan --from=lsof </dev/null
	[ -z "$output" ]
	[ "$stderr" = 'prt-scan: (standard input): empty: did lsof fail?' ]
	run -2 --separate-stderr prt-scan --from=lsof /etc/passwd
	[ -z "$output" ]
	[ "${stderr_lines[-1]}" = \
		'prt-scan: /etc/passwd: not the output of lsof' ]
	run -2 --separate-stderr prt-scan --from=lsof nosuchfile
	[ "$stderr" = 'prt-scan: nosuchfile: No such file or directory' ]
	run -2 --separate-stderr prt-scan --from=lsof .
	[ "$stderr" = 'prt-scan: .: Is a directory' ]
}

@test "the ##prt line: time, what was read and scope, nothing of a machine" {
	run -0 prt-scan --from=lsof -l linux
	re='^##prt 1 time=20[0-9-]{8}T[0-9:.]{12}Z '
	re+='protos=tcp,udp bound=no scope=listening$'
	[[ ${lines[0]} =~ $re ]]
	[ "${lines[-1]}" = '##end records=5' ]
	run -0 prt-scan --from=lsof -H -o host,netns_id,sock_uid,exe,start linux
	[ "$(sort -u <<<"$output")" = $'-\t-\t-\t-\t-' ]
}

@test "filters, dir and service, one record a socket" {
	run -0 prt-scan --from=lsof -H -o local_port,dir,service --pid=841 linux
	assert_output_is $'80\t-\thttp\n80\tin\thttp'
	run -0 prt-scan --from=lsof -H -6 -t -l -o local_port linux
	assert_output_is $'22\n80'
	run -0 prt-scan --from=lsof -H --state=FIN_WAIT2 -o pid macos
	assert_output_is 501
	run -1 prt-scan --from=lsof -q --state=LAST_ACK macos
}

@test "users: the name that is told, else the number, none of this machine's" {
	from user,uid 'p1\nu0\nf3\ntIPv4\nPTCP\nn*:80\n'
	assert_output_is $'0\t0'
	from user,uid 'p1\nu0\nLtoor\nf3\ntIPv4\nPTCP\nn*:80\n'
	assert_output_is $'toor\t0'
	from user,uid 'p1\nf3\ntIPv4\nPTCP\nn*:80\n'
	assert_output_is $'-\t-'
}

@test "what no file has is -: no process, no descriptor, no queues" {
	from pid,process,user,fd,state,rx_queue,tx_queue \
		'px\ncx\nf3\ntIPv4\nPTCP\nn*:80\n'
	assert_output_is $'-\t-\t-\t-\t-\t-\t-'
}

@test "standard input: without a file, and as -" {
	for args in '' -; do
		# shellcheck disable=SC2086
		run -0 prt-scan --from=lsof -H -o pid -l $args <macos
		assert_output_is $'501\n437\n437'
	done
}

@test "refused: other formats, and what does not go with it" {
	for args in --from= --from=ss '--from=lsof --backend=proc' \
		'--from=lsof --sudo' '--from=lsof -N' '--from=lsof -I' \
		'--from=lsof --proc=/proc' '--from=lsof linux macos'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr prt-scan $args
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

# fed WHAT MEGABYTES: the status, the number of records, and whether there was
# enough memory.
fed()
{
	cat >"$BATS_TEST_TMPDIR/feed.py" <<-'END'
		import os, resource, subprocess, sys
		what, megabytes = sys.argv[1], int(sys.argv[2])
		block = {
		    "same": open("linux", "rb").read() * 500,
		    "junk": bytes(range(256)) * 4096 + b"\np5\n",
		    "zero": bytes(1 << 20),
		    "long": b"n" * (1 << 20),
		}[what]
		read, write = os.pipe()
		child = subprocess.Popen(["prt-scan", "--from=lsof", "-H", "-o",
		    "local_port,pid"], stdin=read, stderr=subprocess.DEVNULL,
		    stdout=subprocess.PIPE)
		os.close(read)
		with os.fdopen(write, "wb") as pipe:
		    for i in range(megabytes * (1 << 20) // len(block) + 1):
		        pipe.write(block)
		out = child.stdout.read()
		status = child.wait()
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		little = "watched" in os.environ or peak < 32 * 1024
		print(status, out.count(b"\n"), little or peak)
	END
	python3 "$BATS_TEST_TMPDIR/feed.py" "$@"
}

@test "a gigabyte, and junk: no crash, and memory for what is in it" {
	requires python3
	gigabyte=1024
	if is_watched; then
		export watched=1 gigabyte=64
	fi
	run -0 fed same "$gigabyte"
	[ "$output" = '0 7 True' ]
	run -0 fed junk 64
	[ "$output" = '2 0 True' ]
	run -0 fed zero 256
	[ "$output" = '2 0 True' ]
	run -0 fed long 256
	[ "$output" = '2 0 True' ]
}
