#!/usr/bin/env bats
# prt-flag: its options, what it reads and what it writes.
# shellcheck disable=SC2034,SC2154

load helpers
load flag

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	snapshot >in <<-'END'
		x local_port=22 process=sshd
		x local_port=80 process=python3 uid=1000 user=ann
		x local_port=6379 process=redis-server uid=105 user=redis
	END
}

@test "flags are appended, and nothing else is changed" {
	run -0 --separate-stderr prt-flag -X in
	[ -z "$stderr" ]
	assert_output_is "$(awk '
		/^##/ { print; next }
		/^#/ { print $0 "\tflags"; next }
		/\t80\t/ { print $0 "\tnonroot-privileged,script-sensitive"; next }
		/\t6379\t/ { print $0 "\texposed-store"; next }
		{ print $0 "\t-" }' in)"
	prt-flag -X <in | cmp - <(printf '%s\n' "$output")
	prt-flag -X - <in | cmp - <(printf '%s\n' "$output")
}

@test "-s prints only what is flagged, as a selection" {
	run -0 prt-flag -X -s in
	assert_output_is "$(prt-flag -X in | awk '
		/^##prt/ { print $0 " partial=1"; next }
		/^##end/ { print "##end records=2"; next }
		!/sshd/')"
	# What was a selection before is not one twice.
	prt-flag -X -s in | prt-flag -X -s | grep -c partial=1
}

@test "-s says so also where ##prt has as many keys as it may" {
	local keys

	keys=$(printf ' k%s=1' {a..d}{a..h})
	sed "1s/.*/##prt 1$keys/" in >full
	cmp <(head -n 1 full) <(prt-flag -X full | head -n 1)
	run -0 prt-flag -X -s full
	[ "${lines[0]}" = "##prt 1${keys% k*} partial=1" ]
}

@test "-s is silent where nothing is flagged, and not with --header=always" {
	grep -v -e python3 -e redis in | sed 's/=3$/=1/' >quiet
	run -0 --separate-stderr prt-flag -X -s quiet
	[ -z "$output$stderr" ]
	run -0 prt-flag -X -s --header=always quiet
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[2]}" = '##end records=0' ]
	run -0 prt-flag -X quiet
	[ "${#lines[@]}" -eq 4 ]
	run -0 prt-flag -X -H quiet
	[ "${#lines[@]}" -eq 1 ]
}

@test "a snapshot without a header gets the default columns" {
	local columns

	columns=$(prt-scan --state=CLOSING | sed -n 's/^#proto/proto/p')
	printf '##prt 1 scope=all\n##end records=0\n' >empty
	run -0 prt-flag -X empty
	assert_output_is "##prt 1 scope=all
#$columns	flags
##end records=0"
	run -0 prt-flag -X -F csv -o +why empty
	[ "$output" = "${columns//	/,},flags,why"$'\r' ]
}

@test "exit status: 0, 1 only where it was asked for, 2" {
	grep -v -e python3 -e redis in | sed 's/=3$/=1/' >quiet
	prt-flag -X -s quiet
	run -1 prt-flag -X -q quiet
	[ -z "$output" ]
	run -0 prt-flag -X -q in
	[ -z "$output" ]
	run -1 prt-flag -X --exit-code quiet
	[ "${#lines[@]}" -eq 4 ]
	run -0 prt-flag -X --exit-code -s in
	[ "${#lines[@]}" -eq 5 ]
	run -0 prt-flag -X -q quiet in
	run -2 prt-flag -X -q in nowhere
}

@test "--why appends a sentence for each flag, with its level" {
	run -0 --separate-stderr prt-flag -X --why -H -o pid,why in
	[ -z "$stderr" ]
	assert_output_is "$(printf '%s\n' \
		$'101\t-' \
		$'102\tnonroot-privileged (medium, T1548): a login account listens on a privileged port, and no root process has that socket: uid=1000 local_port=80; script-sensitive (medium, T1036): an interpreter outside a container listens on port 22, 80 or 443: cmdline=python3' \
		$'103\texposed-store (medium, T1190): a store is open beyond loopback, to everybody if without a password: local_addr=0.0.0.0 local_port=6379 exe=/usr/bin/redis-server')"
	[ "$(prt-flag -X --why in | sed -n 2p | cut -f 20-)" = $'flags\twhy' ]
	[ "$(prt-flag -X -o why,flags in | sed -n 2p)" = $'#why\tflags' ]
}

@test "that a plain scan has no field of prt-diff is said only where it matters" {
	run -0 --separate-stderr prt-flag -X --why --enable=all in
	[ -z "$stderr" ]
	run -0 --separate-stderr prt-flag -X --enable=bind-widened in
	[ "$stderr" = 'prt-flag: in: off: bind-widened: for want of change' ]
	run -0 --separate-stderr prt-flag -X --why -o flags <(cut -f 1-13,15- in)
	[[ $stderr == *'off: nonroot-privileged, '*': for want of uid' ]]
	[[ $stderr != *bind-widened* ]]
}

@test "a level may depend on the record" {
	snapshot >levels <<-'END'
		x local_port=6379 local_addr=10.0.0.5
		x local_port=6379 local_addr=192.0.2.5
		x local_port=6379
		x exe=/tmp/x uid=0
		x exe=/tmp/x uid=1000
		x exe=/tmp/x uid=33
	END
	run -0 --separate-stderr bash -c "prt-flag -X --why -H -o why levels |
		sed 's/.* (\([a-z]*\),.*/\1/' | paste -s -d ' '"
	[ "$output" = 'low medium medium high medium high' ]
}

@test "a level: what lowers it" {
	local COLUMNS_MORE=sock_cgroup LEVELS
	local s='state=ESTABLISHED process=bash fd=3 local_addr=10.0.0.5 dir=out'

	LEVELS=$(cat <<-END
		low local_port=80 process=python3 cmdline=python3+/srv/app/.venv/bin/gunicorn
		low local_port=443 process=node cmdline=node+/srv/app/server.js
		low local_port=80 process=python3 cmdline=python3+-m+app sock_cgroup=/system.slice/app.service
		medium local_port=80 process=python3 cmdline=python3+-m+http.server
		medium local_port=80 process=php cmdline=php+-S+0.0.0.0:80
		low local_port=81 uid=1000 sock_cgroup=/system.slice/app.service
		low local_port=81 uid=1000 sock_cgroup=/system.slice/system-app.slice/app@1.service
		medium local_port=82 uid=1000 sock_cgroup=/system.slice/ssh.service
		medium local_port=83 uid=1000 sock_cgroup=/user.slice/user-1000.slice/session-1.scope
		medium local_port=84 uid=1000 sock_cgroup=/user.slice/user-1000.slice/user@1000.service/app.slice/app.service
		low process=socat ppid=1 sock_cgroup=/system.slice/relay.service
		medium process=socat ppid=7 sock_cgroup=/system.slice/relay.service
		medium process=socat ppid=1
		low exe=/usr/lib/postgresql/15/bin/postgres+(deleted)
		low exe=/usr/lib/jvm/java-17-openjdk-amd64/bin/java+(deleted)
		low exe=/usr/bin/python3.11+(deleted)
		low exe=/opt/app-1.2.3/bin/app+(deleted)
		medium exe=/usr/lib/x86_64-linux-gnu/app+(deleted)
		medium exe=/usr/bin/app+(deleted)
		medium exe=/srv/app-1.2.3/app+(deleted)
		high exe=/tmp/app-1.2.3/app+(deleted)
		low exe=/tmp/.mount_App1/usr/bin/app uid=1000
		low exe=/tmp/go-build1/b001/exe/main uid=1000
		high exe=/tmp/go-build1/b001/exe/main uid=33
		low process=python3 cmdline=python3+/tmp/get-pip.py
		low process=python3 cmdline=python3+/var/tmp/ansible-tmp-1.2/AnsiballZ_x.py
		medium process=python3 cmdline=python3+/tmp/x.py
		medium process=python3 cmdline=python3+/tmp/x.py uid=33
		low $s remote_addr=10.0.0.9 remote_port=2003 service=graphite
		medium $s remote_addr=10.0.0.9 remote_port=2004
		medium $s remote_addr=192.0.2.9 remote_port=2003 service=graphite
		high $s remote_addr=10.0.0.9 remote_port=2003 service=graphite fd=0,3 local_port=8001
		low local_port=6380 process=redis-server local_addr=10.0.0.5
		medium local_port=9229 local_addr=192.0.2.5
		low local_port=9229 local_addr=10.0.0.5
	END
	)
	snapshot <<<"$LEVELS" >levels
	prt-flag -X -H -o level levels >got
	awk '{ print $1 }' <<<"$LEVELS" | diff -u - got
}

@test "--min-level: what is lower does not count" {
	snapshot >levels <<-'END'
		x local_port=6379 local_addr=10.0.0.5
		x local_port=6379
		x exe=/tmp/x
		x exe=/tmp/x uid=1000
		x process=sshd local_port=22
	END
	run -0 prt-flag -X -s -H -o level,flags --min-level=low levels
	assert_output_is "$(printf '%s\t%s\n' low exposed-store \
	    medium exposed-store high tmp-exe medium tmp-exe)"
	run -0 prt-flag -X -s -H -o level,flags --min-level=medium levels
	assert_output_is "$(printf '%s\t%s\n' medium exposed-store \
	    high tmp-exe medium tmp-exe)"
	run -0 prt-flag -X -H -o level,flags --min-level=high levels
	assert_output_is "$(printf '%s\t%s\n' - - - - high tmp-exe - - - -)"
	run -0 prt-flag -X --suggest --min-level=high levels
	[ "${#lines[@]}" -eq 1 ]
	# a rule has no level
	run -0 prt-flag -X -s -H -o level,flags --min-level=high \
		-e 'flag ssh process=sshd' levels
	assert_output_is "$(printf '%s\t%s\n' high tmp-exe - ssh)"
	sed -i '/tmp/d; /ssh/d; s/records=.*/records=2/' levels
	run -1 prt-flag -X -q --min-level=high levels
	refuses '--min-level=x: *low, medium or high' -X --min-level=x levels
	refuses '--min-level=High: *' -X --min-level=High levels
	# of several flags the highest
	snapshot >levels <<<'x exe=/tmp/x+(deleted)'
	run -0 prt-flag -X -H -o flags,level levels
	[ "$output" = $'deleted-exe,tmp-exe\thigh' ]
	run -0 prt-flag -X -H -o flags,level --min-level=high levels
	[ "$output" = $'tmp-exe\thigh' ]
	# what was there before is replaced, or left out
	prt-flag -X -o +level levels >once
	prt-flag -X -o +level once | cmp - once
	[[ $(prt-flag -X once) != *level* ]]
	run -0 prt-flag -X -H -s -o flags -e 'flag sure level=high' once
	[ "$output" = 'deleted-exe,tmp-exe,sure' ]
	refuses '-e:1:14: *low medium high' -X -e 'flag x level=higher' once
}

@test "--why says which values decided, and of a long one the beginning" {
	snapshot >in <<-END
		x exe=/tmp/x uid=1000 cmdline=x+$(printf 'a%.0s' {1..200})
	END
	run -0 prt-flag -X -H -o why in
	[[ $output == *': exe=/tmp/x cmdline="x aaa'*'a"...' ]]
	[ "${#output}" -lt 400 ]
}

@test "-o chooses columns: of the stream, flags, why" {
	run -0 prt-flag -X -o pid,flags in
	[ "${lines[1]}" = $'#pid\tflags' ]
	[ "${lines[4]}" = $'103\texposed-store' ]
	run -0 prt-flag -X -o flags,local_port in
	[ "${lines[4]}" = $'exposed-store\t6379' ]
	run -0 prt-flag -X -o +why in
	[ "${lines[1]}" = "$(sed -n 2p in)"$'\tflags\twhy' ]
	run -0 prt-flag -X -o all in
	[ "${lines[1]}" = "$(sed -n 2p in)"$'\tflags\twhy\tlevel' ]
	refuses '-o pid,rtt2: *rtt2*' -X -o pid,rtt2 in
	refuses '-o change: *change*' -X -o change in
	refuses '-o pid,pid: *' -X -o pid,pid in
}

@test "columns in any order, and unknown ones, come through" {
	awk -F '\t' -v OFS='\t' '
		/^##/ { print; next }
		{ n++; print n == 1 ? "#uid" : $14, n == 1 ? "zebra" : "z" n,
		    $13, $12, $18, n == 1 ? "cmdline" : $19, $10, $9, $4, $2,
		    $11, $3, n == 1 ? "proto" : $1 }' in >permuted
	run -0 --separate-stderr prt-flag -X permuted
	[ "${lines[3]}" = "$(sed -n 4p permuted)"$'\tnonroot-privileged,script-sensitive' ]
	[ "${lines[1]}" = "$(sed -n 2p permuted)"$'\tflags' ]
}

@test "flags and why of before are replaced" {
	prt-flag -X --why in >once
	prt-flag -X --why <once | cmp - once
	[ "$(prt-flag -X --disable=all once | cut -f 20 | sed -n 2,3p |
		paste -s -d ' ')" = 'flags -' ]
	[ "$(prt-flag -X -o flags,pid once | sed -n 5p)" = $'exposed-store\t103' ]
}

@test "prt-diff's records" {
	local COLUMNS_MORE='change first_seen was'

	snapshot >changes <<-'END'
		x local_port=80 process=python3 change=new first_seen=2026-11-24T03:10:00.000Z
		x local_port=80 process=python3 change=gone first_seen=2026-11-24T03:00:00.000Z
	END
	run -0 prt-flag -X -H -o change,was,flags changes
	[ "${lines[0]}" = $'new\t-\tscript-sensitive' ]
	[ "${lines[1]}" = $'gone\t-\t-' ]
	# Without a header it has 22 fields.
	run -0 bash -c 'grep -v "^#" changes | prt-flag -X -s -o change,flags'
	assert_output_is "$(printf '#change\tflags\nnew\tscript-sensitive')"
}

@test "a header may be missing from 19 fields, or its names be given" {
	run -0 --separate-stderr bash -c 'grep -v "^#" in | prt-flag -X -H -s'
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 2 ]
	grep -v '^#' in | cut -f 2,4,12,18,19,10,9,14 >few
	refuses 'few:1: no header, and 8 fields*' -X few
	run -0 --separate-stderr prt-flag -X -H -s -o why \
		--fields=state,local_port,netns,container,process,uid,exe,cmdline few
	[[ ${lines[0]} == script-sensitive* ]]
	[[ $stderr == *': off: nonroot-privileged, '*': for want of proto, local_addr'* ]]
	refuses '--fields=pid,pid: expected different fields, between commas' -X --fields=pid,pid few
	refuses '--fields=: *' -X --fields= few
	refuses '--fields=Pid: *' -X --fields=Pid few
	# Names of our own are as good.
	run -0 --separate-stderr prt-flag -X --fields=a,b,c,d,e,f,g,h -o c,flags few
	[ "${lines[0]}" = $'#c\tflags' ]
}

@test "default heuristics that lack a field are told of, rules and others not" {
	run -0 --separate-stderr bash -c 'cut -f 1,4,12 in | prt-flag -X -s'
	[[ $stderr == 'prt-flag: (standard input): off: '*exposed-store*': for want of state, '* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	run -0 --separate-stderr prt-flag -X -s in
	[ -z "$stderr" ]
	run -0 --separate-stderr bash -c "cut -f 1,4,12 in |
		prt-flag -X --disable=all -e 'flag x process=sshd'"
	[ -z "$stderr" ]
}

@test "a heuristic that lacks a field is off" {
	local field

	for field in state local_port netns container process uid exe; do
		records <in >/dev/null
		snapshot <<<'x local_port=80 process=python3' >one
		prt-flag -X -q one
		COLUMNS_LESS=$field snapshot <<<'x local_port=80 process=python3' >one
		run -1 prt-flag -X -q --enable=script-sensitive one
		[[ $output == *script-sensitive*"for want of $field"* ]]
	done
}

@test "standard input is read once, as rules or as records" {
	echo 'flag any state=LISTEN' >rules
	run -0 prt-flag -H -o flags -f - in <rules
	[ "$(grep -c any <<<"$output")" -eq 3 ]
	refuses '(standard input): *' -f - <rules
	refuses '(standard input): *' -f - -f - in <rules
	refuses '(standard input): *' -f - in - <rules
	refuses '(standard input): *' -X - in - <in
}

@test "several files, each with its own ##prt and columns" {
	snapshot "${HEAD/web1/b}" >b <<<'x local_port=80 process=perl zebra=7'
	grep -v '^#' in >c
	run -0 prt-flag -X in b c
	# What has no ##prt gets one beside others: it would be more than their
	# ##end say.
	assert_output_is "$(prt-flag -X in; prt-flag -X b
		echo '##prt 1 partial=1'
		prt-flag -X c; echo "##end records=$(grep -c . c)")"
	# Whose a record is has to be clear to those who read on.
	refuses '*: several ##prt lines, and one that does not say its host' \
		- <<<"$output"
	run -0 prt-flag -X c c
	assert_output_is "$(prt-flag -X c; prt-flag -X c)"
	run -0 prt-flag -X -s -o zebra,flags in b c
	[ "${lines[1]}" = $'#zebra\tflags' ]
	[ "${lines[6]}" = $'#zebra\tflags' ]
	[ "${lines[7]}" = $'7\tscript-sensitive' ]
	# Standard input among them.
	run -0 bash -c 'prt-flag -X in - c <b'
	assert_output_is "$(prt-flag -X in b c)"
}

@test "a change of columns within a snapshot" {
	{
		sed '$d' in
		printf '#%s\n' $'local_port\tstate\tzebra\tprocess\texe\tuid\tcontainer\tnetns'
		printf '%s\n' $'443\tLISTEN\tz\tnode\t/usr/bin/node\t0\t-\t-'
		echo '##end records=4'
	} >two
	run -0 --separate-stderr prt-flag -X -o local_port,zebra,flags two
	[ "${lines[3]}" = $'80\t-\tnonroot-privileged,script-sensitive' ]
	[ "${lines[5]}" = $'443\tz\tscript-sensitive' ]
	[ "${lines[6]}" = '##end records=4' ]
	run -0 --separate-stderr prt-flag -X two
	[ "${lines[1]}" = "$(sed -n 2p in)"$'\tzebra\tflags' ]
	[ "${#lines[@]}" -eq 7 ]
}

@test "nothing in is a failed scan; a snapshot without records stays one" {
	local option

	for option in -X -s -q --suggest; do
		run -2 --separate-stderr prt-flag -X $option </dev/null
		[ -z "$output" ]
		[ "$stderr" = 'prt-flag: (standard input): nothing at all: the scan failed, or no news' ]
	done
	snapshot <<<'' >empty
	run -0 prt-flag -X empty
	assert_output_is "$(sed '2s/$/\tflags/' empty)"
	run -0 prt-flag -X -s empty
	[ -z "$output" ]
	run -2 prt-flag -X - <<<'# a comment'
	# Without a header nothing can be missing.
	run -0 prt-flag -X -s --fields=proto,local_port </dev/null
	[ -z "$output" ]
}

@test "what was cut, or selected, does not come out whole" {
	local option

	for option in -q -s; do
		run -2 prt-flag -X $option <(head -n 4 in)
	done
	run -2 --separate-stderr prt-flag -X <(head -n 4 in)
	[[ ${stderr_lines[0]} == 'prt-flag: /dev/fd/'*': cut short: '* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ "${lines[0]}" = "$HEAD" ]
	[ "${#lines[@]}" -eq 4 ]
	[ "${lines[3]: -17}" = $'\tscript-sensitive' ]
	run -0 --separate-stderr bash -c 'grep -v sshd in | prt-flag -X'
	[ -z "$stderr" ]
	[ "${lines[0]}" = "$HEAD partial=1" ]
	[ "${lines[4]}" = '##end records=2' ]
}

@test "values are written in their one form, whatever they were" {
	local odd=$'\\x41\\tb\xff\xe2\x80\xae'

	{
		sed '$d' in
		printf 'tcp\tLISTEN\t0.0.0.0\t81\t\t-\t-\t-\t-\t-\t7\t%s\tr\t0\t3\t1\tp\t/x\t\\x2d\n' "$odd"
		printf 'tcp\tLISTEN\t0.0.0.0\t82\t-\t-\t-\t-\t-\t-\t7\t\x01\tr\t0\t3\t1\tp\t/x\tc\xc3\xa9\n'
		echo '##end records=5'
	} >odd
	run -0 prt-flag -X odd
	[ "${lines[5]}" = $'tcp\tLISTEN\t0.0.0.0\t81\t-\t-\t-\t-\t-\t-\t7\tA\\tb\\xff\\xe2\\x80\\xae\tr\t0\t3\t1\tp\t/x\t\\x2d\t-' ]
	[ "${lines[6]}" = $'tcp\tLISTEN\t0.0.0.0\t82\t-\t-\t-\t-\t-\t-\t7\t\\x01\tr\t0\t3\t1\tp\t/x\tc\xc3\xa9\t-' ]
}

@test "every byte, in every place of a record, comes out as by itself" {
	local byte

	# The line as it was read may be written as it is only where that is
	# the one form: compare with what each value by itself gives.
	for byte in $(seq 1 255); do
		case $byte in 9|10|13|92) continue ;; esac
		# shellcheck disable=SC2059 # made here
		printf "x\\x$(printf %x "$byte")yzabcdefgh\t$byte\t-\n"
		# shellcheck disable=SC2059
		printf "aaaaaaa\\x$(printf %x "$byte")\t$byte\tab\n"
	done | { printf '#process\tpid\texe\n'; cat; } >bytes
	prt-flag -X -H bytes >lines
	prt-flag -X -o pid,process,exe,flags bytes |
		prt-flag -X -H -o process,pid,exe,flags >values
	cmp lines values
	prt-flag -X lines --fields=process,pid,exe,flags -H | cmp - lines
}

@test "-l lists the heuristics as a record stream" {
	run -0 prt-flag -l
	[ "${lines[0]}" = $'#name\tlevel\tdefault\tfields\tscope\tattack\tsentence\texcuse' ]
	prt-flag -l | cut -f 1-3 >list
	# These are what they were; others may be there.
	tr ' ' '\t' >those <<-'END'
		#name level default
		nonroot-privileged medium on
		script-sensitive medium on
		root-high-port low on
		proxy-listener low on
		tunnel low on
		own-sshd medium on
		stdio-socket high on
		shell-net medium on
		shell-listener medium on
		shell-relay high on
		renamed-exe medium on
		memfd-exe high on
		deleted-exe medium on
		tmp-exe high on
		fake-kthread high on
		fake-daemon medium on
		miner high on
		nc-listener medium on
		exposed-store medium on
		exposed-debug medium on
		port-shadow medium on
		packet-socket high on
		raw-icmp medium on
		vsock-listener medium on
		bind-widened medium on
		nonroot-privileged-any low off
		root-high-port-any low off
		relay-shell medium off
		no-owner medium off
		close-wait low off
		long-lived low off
	END
	run -1 grep -vxF -f list those
	run -0 prt-flag -l -H -o name,attack
	[ "${lines[6]}" = $'stdio-socket\tT1059' ]
	run -0 prt-flag -l -F json
	[[ ${lines[11]} == '{"name":"memfd-exe","level":"high","default":"on","fields":'* ]]
	# It is read back like any other.
	prt-flag -l | prt-flag -X -H --disable=all | cut -f 1-8 |
		cmp - <(prt-flag -l -H)
	# each that a fact can take away says which
	[ "$(prt-flag -l -H -o name,default,excuse |
		awk '$2 == "on" && $3 == "-"')" = '' ]
	refuses '-o nope: *' -l -o nope
	refuses "-l: 'scan': no operand goes with it" -l scan
}

@test "--enable and --disable, in their order" {
	run -0 prt-flag -X -s -H -o flags --disable=script-sensitive in
	assert_output_is $'nonroot-privileged\nexposed-store'
	run -0 prt-flag -X -s -H -o flags --disable=all \
		--enable=script-sensitive,nonroot-privileged-any in
	assert_output_is 'script-sensitive,nonroot-privileged-any'
	run -0 prt-flag -X -s -H -o flags --enable=all --disable=exposed-store in
	assert_output_is 'nonroot-privileged,script-sensitive,nonroot-privileged-any'
	run -0 prt-flag -X -s -H --enable=exposed-store --disable=all in
	[ -z "$output" ]
	refuses '--enable=nope: *' -X --enable=nope in
	refuses '--disable=shell-net,: *' -X --disable=shell-net, in
}

@test "bad input: one message, status 2, no output" {
	refuses 'nowhere: No such file or directory' -X nowhere
	sed 's/=3$/=2/' in >above
	refuses 'above:6: 3 records, more than the 2 of ##end' -X above
	printf 'a\tb\n' >bad
	refuses 'bad:1: no header, and 2 fields*' -X bad
	sed '4s/\tdaemon$//' in | sed '4s/\t[^\t]*$//' >bad
	refuses 'bad:4: 18 fields, expected 19' -X in bad
	refuses 'bad:4: 18 fields, expected 19' -X -s in bad
	refuses 'bad:4: 18 fields, expected 19' -X -q in bad
	refuses 'option --nope: unknown*' --nope
	refuses 'option *: needs an argument*' -f
	refuses '--format*xml: *' -F xml in
	refuses '.: Is a directory' -X .
}

@test "a failed write is told, SIGPIPE is not" {
	requires no-valgrind
	[ -e /dev/full ] || skip "needs /dev/full"
	run -2 bash -c 'prt-flag -X in >/dev/full'
	[ "$output" = 'prt-flag: standard output: No space left on device' ]
	run -2 bash -c 'prt-flag -X in >&-'
	[[ $output == 'prt-flag: standard output: '* ]]
	# Nothing to say needs no standard output.
	run -0 bash -c 'prt-flag -X -q in >&-; prt-flag -X -s --disable=all in >&-'
	sed -n 3p in >one
	run -0 bash -c 'yes "$(cat one)" | head -n 20000 | prt-flag -X |
		head -n 1'
	[ "${#lines[@]}" -eq 1 ]
}

@test "--help and --version" {
	run -0 --separate-stderr prt-flag --help
	[ -z "$stderr" ]
	[[ $output == *--why* && $output == *'Usage: prt-flag'* ]]
	run -0 prt-flag --version
	[[ $output == 'prt-flag (prt) '* ]]
}

@test "prt-scan | prt-flag on this machine" {
	requires prt-scan
	run -0 bash -c 'set -o pipefail; prt-scan | prt-flag -X >all; prt-scan | prt-flag -X -s >some'
	[ "$(wc -l <all)" -gt 2 ]
	[ "$(sed -n 2p all | tr '\t' '\n' | tail -n 1)" = flags ]
}
