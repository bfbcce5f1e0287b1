#!/usr/bin/env bats
# What holds a port, and how prt-scan shows it: prt-scan(1), What holds a port.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires linux root netns ip python3
	sees_bound || skip 'needs Linux 6.8'
	cd "$BATS_TEST_TMPDIR" || return
}

# Each row: the way to hold the port; STATE/PROCESS of the sockets that
# `prt-scan -b PORT' finds; how bind(2) of the port fails; whether connect(2) to
# it is answered; what `ss -anp sport = :PORT' finds.  See holds.py.
table='
listen                               | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
listen on :: (dual stack)            | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
listen on :: (v6only)                | LISTEN/holds               | EADDRINUSE    | no  | LISTEN/holds
v6only, a bind of 0.0.0.0            | LISTEN/holds               | ok            | no  | LISTEN/holds
v6only twins                         | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
listen on another address            | LISTEN/holds               | ok            | no  | LISTEN/holds
listen on a device                   | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
SO_REUSEPORT group                   | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
SO_REUSEPORT, the next has it too    | LISTEN/holds               | ok            | yes | LISTEN/holds
MPTCP listener                       | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/holds
bound                                | BOUND/holds                | EADDRINUSE    | no  | -
bound, refused connect               | BOUND/holds                | EADDRINUSE    | no  | -
listener after shutdown(2)           | BOUND/holds                | EADDRINUSE    | no  | -
connect of AF_UNSPEC                 | BOUND/holds                | EADDRINUSE    | no  | -
MPTCP, bound                         | BOUND/holds                | EADDRINUSE    | no  | -
accepted, listener closed            | ESTABLISHED/holds          | EADDRINUSE    | no  | ESTAB/holds
not accepted yet                     | ESTABLISHED/- LISTEN/holds | EADDRINUSE    | yes | ESTAB/- LISTEN/holds
outgoing                             | ESTABLISHED/holds          | EADDRINUSE    | no  | ESTAB/holds
outgoing, IPv6                       | ESTABLISHED/holds          | EADDRINUSE    | no  | ESTAB/holds
IP_BIND_ADDRESS_NO_PORT, connected   | ESTABLISHED/holds          | EADDRINUSE    | no  | ESTAB/holds
MPTCP subflow                        | ESTABLISHED/holds          | EADDRINUSE    | no  | ESTAB/holds
half-open, at the listener           | LISTEN/holds SYN_RECV/-    | EADDRINUSE    | yes | LISTEN/holds SYN-RECV/-
half-open, at the client             | SYN_SENT/holds             | EADDRINUSE    | no  | SYN-SENT/holds
peer has closed                      | CLOSE_WAIT/holds           | EADDRINUSE    | no  | CLOSE-WAIT/holds
closed, peer has not                 | FIN_WAIT2/-                | EADDRINUSE    | no  | FIN-WAIT-2/-
closed, data not taken (orphan)      | FIN_WAIT1/-                | EADDRINUSE    | no  | FIN-WAIT-1/-
TIME_WAIT                            | TIME_WAIT/-                | EADDRINUSE    | no  | TIME-WAIT/-
TIME_WAIT, SO_REUSEADDR of both      | TIME_WAIT/-                | ok            | no  | TIME-WAIT/-
UDP                                  | UNCONN/holds               | EADDRINUSE    | -   | UNCONN/holds
UDP on ::                            | UNCONN/holds               | EADDRINUSE    | -   | UNCONN/holds
UDP, connected                       | ESTABLISHED/holds          | EADDRINUSE    | -   | ESTAB/holds
UDP, SO_REUSEADDR                    | UNCONN/holds               | EADDRINUSE    | -   | UNCONN/holds
of another user                      | LISTEN/other               | EADDRINUSE    | yes | LISTEN/other
of a stopped process                 | LISTEN/other               | EADDRINUSE    | yes | LISTEN/other
of another pid namespace             | LISTEN/other               | EADDRINUSE    | yes | LISTEN/other
of a program run since               | LISTEN/sleep               | EADDRINUSE    | yes | LISTEN/sleep
of a deleted program                 | LISTEN/deleted             | EADDRINUSE    | yes | LISTEN/deleted
of a process without first thread    | LISTEN/other               | EADDRINUSE    | yes | LISTEN/-
of one thread only                   | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/-
of an io_uring only                  | LISTEN/holds               | EADDRINUSE    | yes | LISTEN/-
of a request of an io_uring only     | LISTEN/-                   | EADDRINUSE    | yes | LISTEN/-
of a message (SCM_RIGHTS) only       | LISTEN/-                   | EADDRINUSE    | yes | LISTEN/-
of a call that waits only            | LISTEN/-                   | EADDRINUSE    | yes | LISTEN/-
of a mapping only                    | LISTEN/-                   | EADDRINUSE    | yes | LISTEN/-
of a proxy of containers             | LISTEN/docker-proxy        | EADDRINUSE    | yes | LISTEN/docker-proxy
of the kernel: MPTCP endpoint        | LISTEN/[mptcp]             | EADDRINUSE    | no  | LISTEN/-
of the kernel: VXLAN                 | UNCONN/[vxlan/vx0]         | EADDRINUSE    | -   | UNCONN/-
in another netns, a bind here        | -                          | ok            | no  | -
in another netns, a bind there       | LISTEN/other@netns         | EADDRINUSE    | yes | -
in the netns of a thread             | LISTEN/holds@netns         | EADDRINUSE    | yes | -
in the netns of a socket             | LISTEN/holds@netns         | EADDRINUSE    | yes | -
nothing                              | -                          | ok            | no  | -
closed                               | -                          | ok            | no  | -
held by a process that has ended     | -                          | ok            | no  | -
the port of the other protocol       | -                          | ok            | no  | -
IP_BIND_ADDRESS_NO_PORT, no port yet | -                          | ok            | -   | -
ip_local_reserved_ports              | -                          | ok            | no  | -
no port is left to give              | LISTEN/holds               | EADDRINUSE    | no  | LISTEN/holds
an address that is not here          | -                          | EADDRNOTAVAIL | no  | -
raw socket                           | -                          | ok            | no  | -
UDP-Lite                             | -                          | ok            | -   | -
unix socket of that name             | -                          | ok            | no  | -
sockmap that outlives its socket     | -                          | ok            | no  | -
DNAT only                            | -                          | ok            | yes | -
BPF sk_lookup only                   | -                          | ok            | yes | -
'

# holds [OPTION]: prt-scan with that option gives the table above, edited by the
# sed script in $change.  Ways that this machine lacks are listed, and enough of
# the table's rows remain.
holds()
{
	local dropped

	timeout 300 python3 "${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/holds.py" \
		"$@" </dev/null >told 3>&-
	run ! grep -F ' | failed | ' told
	dropped=$(sed -n 's/ | skip | .*//p' told)
	sed -n 's/ | skip | / is not here: /p' told >&3
	sed '/^$/d; s/  *|/ |/g' <<<"$table" | sed "${change-}" |
		awk -F ' [|] ' -v dropped="$dropped" '
		BEGIN {
			n = split(dropped, names, "\n")
			for (i = 1; i <= n; i++)
				gone[names[i]]
		}
		!($1 in gone)' >want
	grep -vF ' | skip | ' told >rows || :
	if ! command -v ss >/dev/null; then
		sed -i 's/ | [^|]*$//' want rows
	fi
	diff -u want rows
	[ "$(wc -l <rows)" -ge 45 ]
}

# holding 1|0: the rows in which bind(2) fails with EADDRINUSE, or does not.
holding()
{
	awk -F ' [|] ' -v held="$1" '($3 == "EADDRINUSE") == held' rows
}

@test "no port is held unseen: what bind(2), connect(2), prt-scan and ss say" {
	holds
	# the table itself has enough of them
	run -0 holding 1
	[ "${#lines[@]}" -ge 35 ]
	run ! grep -F ' | - | EADDRINUSE' rows
}

@test "no port is held unseen: by the proc backend, which calls none free" {
	# UDP's tables are complete
	local change='/^UDP-Lite/!s/^\([^|]*\) | - |/\1 | exit 2 |/'

	# unless it may look into every process
	! prt-scan --backend=proc -o proto | grep -q '^##prt .* bound=all ' ||
		change=''
	holds --backend=proc
	run ! grep -F ' | - | EADDRINUSE' rows
}
