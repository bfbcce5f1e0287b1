#!/usr/bin/env bats
# prt-scan and ss(8) see the same: both ways, every record.

load helpers

setup()
{
	requires linux netns nsenter ss
}

teardown()
{
	stop_sockets
}

# proto, state, both ends and pid, one line a (socket, process).  BOUND is left
# out: ss shows it only if it is asked for nothing else.
by_prt()
{
	enter prt-scan -H "$@" \
		-o proto,state,local_addr,local_port,remote_addr,remote_port,pid |
		grep -v '^tcp	BOUND'
}

# The same from ss, in prt's form: `*' is ::, and only a link-local address
# keeps its %scope.
by_ss()
{
	enter ss -tunapH "$@" | awk -v OFS='\t' '
		function port(s) { sub(/.*:/, "", s); return s }
		function addr(s) {
			sub(/:[^:]*$/, "", s)
			gsub(/[][]/, "", s)
			if (s !~ /^fe80:/)
				sub(/%.*/, "", s)
			return s == "*" ? "::" : s
		}
		{
			sub(/^ESTAB$/, "ESTABLISHED", $2)
			gsub(/-/, "_", $2)
			sub(/WAIT_/, "WAIT", $2)
			peer = port($6) == "*" ? "-" : addr($6)
			key = $1 OFS $2 OFS addr($5) OFS port($5) OFS
			key = key peer OFS (peer == "-" ? "-" : port($6))
			n = split($0, part, /[,(]pid=/)
			split("", seen)		# by pid, not by descriptor
			for (i = 2; i <= n; i++)
				if (!seen[part[i] + 0]++)
					print key, part[i] + 0
			if (n < 2)
				print key, "-"
		}'
}

same_set()
{
	by_prt "$@" | sort >"$BATS_TEST_TMPDIR/prt"
	by_ss "$@" | sort >"$BATS_TEST_TMPDIR/ss"
	diff -u "$BATS_TEST_TMPDIR/ss" "$BATS_TEST_TMPDIR/prt"
}

@test "some hundred sockets of several processes: as ss" {
	start_sockets --many 300
	same_set
	[ "$(wc -l <"$BATS_TEST_TMPDIR/prt")" -gt 300 ]
}

@test "every state: as ss" {
	start_sockets
	same_set
	[ "$(cut -f 2 "$BATS_TEST_TMPDIR/prt" | sort -u | wc -l)" -eq 11 ]
}

@test "filters: as ss" {
	start_sockets
	for filter in -4 -6 -l -4l -6l; do
		same_set $filter
		[ -s "$BATS_TEST_TMPDIR/prt" ]
	done
}

@test "an empty namespace: nothing, as ss" {
	run -0 in_netns bash -c 'ss -tunapH; prt-scan -H'
	[ -z "$output" ]
	run -0 in_netns prt-scan
	[ "${lines[-1]}" = '##end records=0' ]
}
