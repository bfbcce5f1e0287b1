#!/usr/bin/env bats
# A kernel without the module inet_diag, tcp_diag or udp_diag, or that may not
# load it: what netlink still shows is used, and the rest is read from
# /proc/net.  no-diag.c makes the kernel answer like that; conditions.bats of
# tests/vm has a real one.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires linux netns nsenter no-sanitizers no-valgrind
	library=$(fixture no-diag.so 2>/dev/null) ||
		skip 'not of static programs, nor without glibc'
	start_sockets
}

teardown()
{
	stop_sockets
}

# without MODULES COMMAND...
without()
{
	local modules=$1

	shift
	enter env LD_PRELOAD="$library" PRT_NO_DIAG="$modules" "$@"
}

# The part of a scan's records that both ways have: dir differs for a connection
# to a v6only listener.
same()
{
	awk -F '\t' -v OFS='\t' '
		$2 == "BOUND" { next }
		$4 == 20503 || $6 == 20503 { $7 = "?" }
		{ print }'
}

@test "any of them is missing: the same records, and not a word" {
	local modules

	enter prt-scan -H | same >"$BATS_TEST_TMPDIR/all"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/all")" -gt 40 ]
	for modules in inet_diag tcp_diag udp_diag tcp_diag,udp_diag; do
		run -0 --separate-stderr without $modules prt-scan --strict
		[ -z "$stderr" ]
		grep -v '^#' <<<"$output" | same |
			diff -u "$BATS_TEST_TMPDIR/all" -
		[[ ${lines[0]} == *' protos=tcp,udp'* ]]
	done
}

@test "one of IPv6 only is not none at all" {
	run -0 --separate-stderr without inet_diag prt-scan -q -6 20503
	run -0 --separate-stderr without tcp_diag prt-scan -H -6 -l -o local_port \
		20503
	[ "$output" = 20503 ]
}

@test "BOUND: of all without tcp_diag only those that may be copied" {
	run -0 without udp_diag prt-scan
	[[ ${lines[0]} != *' bound=own '* || $EUID -ne 0 ]]
	with=${lines[0]#* bound=}
	run -0 without tcp_diag prt-scan
	[[ ${lines[0]} != *" bound=no "* || ${with%% *} = no ]]
	# a socket that no process holds is not in any copy
	[ "$(column state <<<"$output" | grep -c BOUND)" -le \
		"$(enter prt-scan -o state | grep -c BOUND)" ]
}

@test "-N is whole" {
	requires root
	enter prt-scan -N -H -o netns,local_port 20501 >"$BATS_TEST_TMPDIR/all"
	run -0 --separate-stderr without inet_diag prt-scan -N -H \
		-o netns,local_port 20501
	assert_output_is "$(<"$BATS_TEST_TMPDIR/all")"
	[[ $stderr != *netlink* ]]
}

@test "what only netlink tells, and is asked for, is told to be missing" {
	local missing='not in this kernel: some of the fields are not known'

	run -0 --separate-stderr without tcp_diag prt-scan -o rx_bytes
	[ "$stderr" = "prt-scan: netlink: sock_diag: tcp: $missing" ]
	run -2 --separate-stderr without tcp_diag prt-scan --strict -o rx_bytes
	[ -n "$output" ]
	# UDP has no such counters there
	run -0 --separate-stderr without udp_diag prt-scan --strict \
		-o rx_bytes,drops
	[ -z "$stderr" ]
	for field in cookie v6only sock_cgroup iface backlog; do
		run -2 --separate-stderr without inet_diag prt-scan --strict \
			-o $field
		[ "$stderr" = "prt-scan: netlink: sock_diag: tcp: $missing
prt-scan: netlink: sock_diag: udp: $missing" ]
	done
	# the counters of TCP are there, since netlink still has it
	run -0 without udp_diag prt-scan -t -H -o rx_bytes
	[ "$(sort -u <<<"$output" | wc -l)" -gt 1 ]
}

@test "--verify has but one way then" {
	run -0 --separate-stderr without tcp_diag prt-scan --verify
	[ "$stderr" = "prt-scan: --verify: tcp: only /proc/net has it:\
 netlink has no module for it" ]
	run -2 without tcp_diag prt-scan --strict --verify
}

@test "prt-diff: link-local sockets are the same, whoever told of them" {
	without udp_diag prt-scan >"$BATS_TEST_TMPDIR/old"
	enter prt-scan >"$BATS_TEST_TMPDIR/new"
	grep 'fe80::1%lo	20513' "$BATS_TEST_TMPDIR/old"
	run -0 prt-diff -H "$BATS_TEST_TMPDIR/old" "$BATS_TEST_TMPDIR/new"
	[ -z "$output" ]
}

@test "an address that two interfaces have is of neither" {
	requires root ip
	enter ip link add prt-d0 type dummy || skip 'needs dummy interfaces'
	enter ip link set prt-d0 up
	enter ip addr add fe80::1/64 dev prt-d0 nodad
	run -0 enter prt-scan -H --backend=proc -o local_addr 20513
	[ "$output" = fe80::1 ]
	run -0 enter prt-scan -H --backend=netlink -o local_addr 20513
	[ "$output" = fe80::1%lo ]
}
