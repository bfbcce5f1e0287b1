#!/usr/bin/env bats
# prt-scan's filters, operands and columns, and the arguments it refuses.
# shellcheck disable=SC2016,SC2046,SC2154

load helpers

setup()
{
	requires linux netns nsenter
	start_sockets
}

teardown()
{
	stop_sockets
}

# picks N CONDITION ARG...: prt-scan ARG... prints exactly the rows of the whole
# scan for whose fields awk's CONDITION holds: N of them, not counting BOUND,
# which not every kernel shows.
picks()
{
	local n=$1 condition=$2

	shift 2
	enter prt-scan -H | awk -F '\t' "$condition" >"$BATS_TEST_TMPDIR/want"
	run -0 --separate-stderr enter prt-scan -H "$@"
	assert_output_is "$(<"$BATS_TEST_TMPDIR/want")"
	[ "$(grep -vc '^tcp	BOUND' "$BATS_TEST_TMPDIR/want")" -eq "$n" ]
	[ -z "$stderr" ]
}

# refuses ARG...: one message, status 2, no output.
refuses()
{
	run -2 --separate-stderr prt-scan "$@"
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == 'prt-scan: '* ]]
}

@test "-t, -u and both" {
	picks 41 '$1 == "tcp"' -t
	picks 6 '$1 == "udp"' -u
	picks 47 1 -tu
}

# scope ARG...: the scope that the snapshot gives.
scope()
{
	prt-scan -o proto "$@" | sed -n 's/^##prt .* scope=\([^ ]*\).*/\1/p'
}

@test "--proto: any of the protocols, in one form of scope" {
	picks 41 '$1 == "tcp"' --proto=tcp
	picks 6 '$1 == "udp"' --proto=udp
	picks 0 0 --proto=sctp
	picks 47 1 --proto=udp,tcp
	picks 47 1 --proto=sctp,udp,tcp,udp
	picks 47 1 -t --proto=udp
	local want arg
	while read -r want arg; do
		# shellcheck disable=SC2086
		run -0 scope $arg
		assert_output_is "$want"
	done <<-'END'
		tcp -t
		tcp --proto=tcp
		tcp --proto=tcp,tcp
		udp -u
		udp --proto=udp
		sctp --proto=sctp
		all
		all -tu
		all --proto=udp,tcp
		all -t --proto=udp
		all --proto=tcp,udp,sctp
		all -tu --proto=sctp
		tcp;sctp --proto=sctp,tcp
		tcp;sctp -t --proto=sctp
		udp;sctp --proto=udp --proto=sctp
		inet;sctp;listening -4l --proto=sctp
		raw;packet;icmp --proto=icmp,packet,raw
		tcp;packet -t --proto=packet
		tcp;udp;packet -tu --proto=packet
		tcp;udp;sctp;packet -tu --proto=packet,sctp
	END
	local bad
	for bad in '' unix tcp,unix 'tcp,' ,tcp TCP tcp6 132 'tcp udp'; do
		refuses --proto="$bad"
	done
	run -2 prt-scan --proto=tcp,unix
	assert_output_is "prt-scan: --proto=tcp,unix: unknown protocol 'unix': expected tcp, udp, sctp, raw, packet, icmp or vsock"
}

@test "-4 and -6: by the socket's family, a v4-mapped address is IPv6" {
	picks 38 '$3 !~ /:/' -4
	picks 9 '$3 ~ /:/' -6
	picks 47 1 -46
}

@test "-l: LISTEN, and UDP that is not connected" {
	picks 18 '$2 == "LISTEN" || $2 == "UNCONN"' -l
	picks 5 '$2 == "UNCONN"' -lu
	picks 4 '$2 == "LISTEN" && $3 ~ /:/' -l6t
}

@test "-a, -n and -p change nothing" {
	picks 47 1 -anp
	picks 18 '$2 == "LISTEN" || $2 == "UNCONN"' -tulpn
}

@test "-U: the same rows in any order" {
	run -0 enter prt-scan -H -U
	diff <(sort <<<"$output") <(enter prt-scan -H | sort)
}

@test "--pid: those processes' records" {
	picks 1 "\$11 == ${FX[share2]}" --pid="${FX[share2]}"
	picks 2 "\$11 == ${FX[share1]} || \$11 == ${FX[stdio]}" \
		--pid="${FX[share1]},${FX[stdio]}"
	picks 38 "\$11 == ${FX[main]}" --pid "${FX[main]}"
}

@test "--state: of either protocol" {
	picks 13 '$2 == "LISTEN"' --state=LISTEN
	picks 15 '$2 == "ESTABLISHED"' --state ESTABLISHED
	picks 2 '$2 ~ /^(TIME_WAIT|SYN_RECV)$/' --state=TIME_WAIT,SYN_RECV
	picks 5 '$2 == "FIN_WAIT2"' --state=FIN_WAIT2
	picks 5 '$2 == "UNCONN"' --state=UNCONN
	picks 0 0 --state=CLOSED
	picks 0 '$2 == "BOUND"' --state=bound
	picks 0 '$2 == "BOUND" && $3 ~ /:/' -6 --state=BOUND
}

@test "--no-ephemeral: without an unconnected UDP socket on such a port" {
	picks 46 '$2 != "UNCONN" || $4 < 32768' --no-ephemeral
}

@test "operand: a port of either end" {
	picks 2 '$4 == 443 || $6 == 443' 443
	picks 1 '$4 == 20510 && $2 == "UNCONN"' -l 20510
	picks 2 '$4 == 443 || $6 == 443' :443
	picks 0 0 8080
	picks 0 0 0
	picks 0 0 65535
}

@test "operand: a range of ports" {
	picks 5 '$4 ~ /^(80|443)$/ || $6 ~ /^(80|443)$/' 80-443 -t
	picks 3 '$4 == 22 || $6 == 22' 22-22
	picks 47 1 0-65535
}

@test "operand: a service" {
	picks 2 '$4 == 443 || $6 == 443' https
	picks 3 '$4 == 22 || $6 == 22' ssh
}

@test "operand: a service's ports are those of TCP and UDP" {
	printf '%s\n' 'x 443/sctp' 'x 443/tcp' 'only 443/sctp' \
		>"$BATS_TEST_TMPDIR/services"
	run -0 scope --services="$BATS_TEST_TMPDIR/services" x
	assert_output_is 'end=:443/tcp'
	refuses --services="$BATS_TEST_TMPDIR/services" only
}

@test "operand: an address" {
	picks 1 '$3 == "127.1.2.3"' 127.1.2.3
	picks 4 '$3 == "::1"' ::1
	picks 4 '$3 == "::1"' '[::1]'
	picks 4 '$3 == "0.0.0.0"' 0.0.0.0
	picks 1 '$3 ~ /^fe80/' fe80::1
}

@test "operand: a network" {
	picks 1 '$3 == "127.1.2.3"' 127.1.0.0/16
	picks 0 0 10.0.0.0/8
	picks 4 '$3 == "::1"' ::1/128
	picks 1 '$3 ~ /^fe80/' fe80::/10
}

@test "operand: an IPv4 address is also meant v4-mapped" {
	picks 1 '$3 ~ /^::ffff/' -6 127.0.0.1
	picks 1 '$3 ~ /^::ffff/' -6 127.0.0.0/8
	# and an address that is written v4-mapped is IPv4
	run -0 enter prt-scan -H ::ffff:127.0.0.0/104
	[ -n "$output" ]
	assert_output_is "$(enter prt-scan -H 127.0.0.0/8)"
}

@test "operand: an address and a port, of the same end" {
	picks 2 '$4 == 40101 || $6 == 40101' 127.0.0.1:40101
	# 0.0.0.0:443 answers at that address, too
	picks 2 '$4 == 443 || $6 == 443' 127.0.0.1:443
	picks 1 '$6 == 443' 127.0.0.1/32:443
	picks 3 '$4 == 22 || $6 == 22' '[::1]:22'
	picks 1 '$3 == "127.1.2.3"' 127.1.0.0/16:20512
	picks 1 '$4 == 20510 && $2 == "UNCONN"' 127.1.2.3:20510
	picks 0 0 127.1.2.3/32:20510
}

@test "many operands: the same as few" {
	local all

	# odd ports; names of ports; and addresses among them
	run -0 enter prt-scan -H
	all=$(awk -F '\t' '$4 % 2 && $4 > 30000 || $6 % 2 && $6 > 30000' \
		<<<"$output")
	[ -n "$all" ]
	run -0 enter prt-scan -H $(seq 30001 2 65535)
	assert_output_is "$all"
	seq 30001 2 65535 | sed 's/.*/p& &\/tcp\np& &\/udp/' \
		>"$BATS_TEST_TMPDIR/odd"
	run -0 enter prt-scan -H --services="$BATS_TEST_TMPDIR/odd" \
		-o proto,local_port,remote_port $(seq -f p%g 30001 2 65535)
	assert_output_is "$(cut -f 1,4,6 <<<"$all" | grep -v '^sctp')"
	run -0 enter prt-scan -H $(seq 30001 2 65535) 198.51.100.77
	assert_output_is "$all"
	run -0 enter prt-scan -H -o local_port -b $(seq 30001 2 65535)
	assert_output_is "$(cut -f 4 <<<"$all" | awk '$1 % 2 && $1 > 30000')"
}

# With quadratic time they took 50 s and 10 s.
@test "many pids, and many names of ports: in no time" {
	! is_watched || skip 'not with sanitizers or valgrind'
	run -1 timeout 5 prt-scan -q $(seq -f --pid=%.0f 4100000 4180000)
	seq -f 's%.0f 9/tcp' 1 250000 >"$BATS_TEST_TMPDIR/services"
	run -0 timeout 3 prt-scan -H --services="$BATS_TEST_TMPDIR/services" \
		--state=CLOSING $(seq -f s%.0f 10 10 250000)
}

@test "operands add up, filters cut down" {
	picks 5 '$4 == 443 || $6 == 443 || $4 == 22 || $6 == 22' 443 ssh
	picks 2 '$2 == "LISTEN" && ($4 == 443 || $4 == 22)' -l 443 ssh
	picks 1 '$2 == "LISTEN" && $4 == 443' -l4 443 ssh
}

@test "-q: no output, 1 where nothing matches" {
	run -0 --separate-stderr enter prt-scan -q 443
	[ -z "$output$stderr" ]
	run -1 --separate-stderr enter prt-scan -q 8080
	[ -z "$output$stderr" ]
}

@test "--exit-code: 1 where nothing matches; without it 0" {
	run -0 enter prt-scan --exit-code -H 443
	[ "${#lines[@]}" -eq 2 ]
	run -1 enter prt-scan --exit-code 8080
	[ "${lines[-1]}" = '##end records=0' ]
	run -0 enter prt-scan 8080
	[ "${lines[-1]}" = '##end records=0' ]
}

@test "the ##prt line tells that it is not all" {
	run -0 enter prt-scan -l 443
	[[ ${lines[0]} =~ ^'##prt 1 '.*' scope='[^\ ]+ ]]
	[[ ${lines[0]} != *' scope=all'* ]]
}

@test "--strict: 2 where an owner is hidden, and all that can be seen" {
	requires root setpriv
	run -0 --separate-stderr enter prt-scan --strict
	[ -z "$stderr" ]
	run -2 --separate-stderr enter_as 65534 prt-scan --strict
	n=$(enter prt-scan -H --state=BOUND | wc -l)
	[ "${lines[-1]}" = "##end records=$((45 + n))" ]
	# The same question, without records.
	run -0 --separate-stderr enter prt-scan --strict -q
	run -2 --separate-stderr enter_as 65534 prt-scan --strict -q
	[[ $stderr == 'prt-scan: the owners of '*' sockets are hidden: '* ]]
	# If no owner was asked for, none is missing.
	run -0 --separate-stderr enter_as 65534 prt-scan --strict -o local_port
}

@test "-o LIST: those columns in that order" {
	run -0 enter prt-scan -o local_port,proto 443
	assert_output_is "${lines[0]}"$'
#local_port\tproto
443\ttcp
40109\ttcp
##end records=2'
}

@test "-o without a field of processes: one record a socket" {
	run -0 enter prt-scan -H -o state 20520
	assert_output_is LISTEN
}

@test "-o +LIST: after the default columns" {
	run -0 enter prt-scan -o +family,v6only -6l 80
	[[ ${lines[1]} == $'#proto\t'*$'\tcmdline\tfamily\tv6only' ]]
	[[ ${lines[2]} == $'tcp\tLISTEN\t::\t80\t'*$'\tinet6\tno' ]]
	[ "${#lines[@]}" -eq 4 ]
}

@test "-o all: each column once, the default ones first" {
	run -0 --separate-stderr enter prt-scan -o all -l 443
	[[ ${lines[1]} == $'#proto\tstate\t'*$'\tcmdline\t'* ]]
	[ -z "$(tr '\t' '\n' <<<"${lines[1]}" | sort | uniq -d)" ]
	[ "$(awk -F '\t' '/^#[a-z]|^tcp/ { print NF }' <<<"$output" |
		uniq | wc -l)" -eq 1 ]
}

@test "refused: unknown options" {
	refuses -1
	refuses -Z
	refuses --nosuch
	refuses -80
	refuses --pid
	refuses -o
}

@test "refused: unknown fields" {
	refuses -o nosuch
	refuses -o proto,,state
	refuses -o ''
	refuses -o +
	refuses -o proto,proto
	refuses -o PROTO
}

@test "refused: unknown states, processes, formats, backends" {
	refuses --state=NOSUCH
	refuses --state=
	refuses --state=LISTEN,
	refuses --pid=x
	refuses --pid=1,
	refuses --pid=
	refuses --pid=-1
	refuses --format=nosuch
	refuses --backend=nosuch
}

@test "refused: what is no port" {
	refuses 65536
	refuses 99999999999999999999999
	refuses 80-
	refuses 80-65536
	refuses 90-80
	refuses 80-90-100
	refuses 0x50
	refuses +80
	refuses ' 80'
	refuses 80,81x
	[[ $stderr == *"'81x': expected one port, "* ]]
	refuses 80,
	refuses ,80
	refuses 80/
	refuses 80/tpc
	refuses https/sctp
	refuses '*'
	refuses '*:*'
	refuses ''
	refuses :
	refuses ::80-
	refuses -- -1
	refuses nosuchservice
}

@test "refused: what is no address" {
	refuses 10.0.0.0/33
	refuses 10.0.0.0/
	refuses 10.0.0.0/-1
	refuses 1.2.3
	refuses 1.2.3.256
	refuses 1.2.3.4:
	refuses 1.2.3.4:65536
	refuses 1.2.3.4:nosuchservice
	refuses ::1/129
	refuses '[::1'
	refuses '[::1]x'
	refuses '[::1]:'
	refuses '[]:80'
	refuses 1::2::3
	refuses 127.0.0.1%
	refuses '[::1]%:22'
	refuses 'fe80::1%x y'
	refuses localhost/8
}

@test "refused: one bad operand among good ones" {
	refuses 443 65536
	refuses -l ssh '[::1'
}

@test "a closed or full standard output is trouble" {
	for to in '>&-' '>/dev/full'; do
		run -2 --separate-stderr enter bash -c "prt-scan $to"
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == 'prt-scan: '* ]]
	done
}

@test "a closed standard output that has nothing to say is none" {
	requires no-valgrind
	run -0 --separate-stderr enter bash -c 'prt-scan -q 443 >&-'
	[ -z "$stderr" ]
	run -0 --separate-stderr enter bash -c 'prt-scan -H 8080 >&-'
	[ -z "$stderr" ]
}

@test "a reader that goes away ends it quietly" {
	run -0 --separate-stderr enter env --default-signal=PIPE bash -c '
		{ sleep .2; prt-scan; } | true
		echo "${PIPESTATUS[0]}"'
	[ "$output" -eq 141 ]
	[ -z "$stderr" ]
}
