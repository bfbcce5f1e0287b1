#!/bin/bash
# Measures the cost of a machine, a process or a stream at its limits, and at
# half of them: it must be in proportion.  Prints a table for README.md.  Needs
# root, the programs in PATH and the build folder in PRT_BUILDDIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"
export here

# measure_alone COMMAND: ` MILLISECONDS | MiB |', medians, of processor time:
# other processes do not count.
measure_alone()
{
	local run TIMEFORMAT='%3U %3S'

	: >"$dir/ms"
	: >"$dir/kib"
	for ((run = 0; run <= ${runs:?}; run++)); do
		{ time measure_once "$1" >"$dir/once"; } 2>"$dir/cpu"
		((run > 0)) || continue
		mawk '{ print 1000 * ($1 + $2) }' "$dir/cpu" >>"$dir/ms"
		cut -d ' ' -f 2 "$dir/once" >>"$dir/kib"
	done
	printf ' %s | %s |' "$(measure_median "$dir/ms")" \
		"$(($(measure_median "$dir/kib") / 1024))"
}

# In its own namespaces, with no other load: measures while sockets are held.
if [ "${1-}" = in-namespace ]; then
	dir=$2
	coproc HOLD { exec "${@:3}"; }
	read -r -u "${HOLD[0]}"
	measure_alone 'prt-scan --owners=walk'
	exit
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# row WHAT N COMMAND [ARG]...: scans while it runs, with N for @, and with N/2.
row()
{
	local n size=$2

	printf '| %s: %d |' "$1" "$size"
	shift 2
	for n in "$((size / 2))" "$size"; do
		unshare -npf --mount-proc "$here/limits.sh" in-namespace "$dir" \
			"${@//@/$n}"
	done
	printf '\n'
}

# stream WHAT N COMMAND: the same for a stream of N records, `new', and `old',
# in which every hundredth differs.
stream()
{
	local n

	printf '| %s: %d |' "$1" "$2"
	for n in "$(($2 / 2))" "$2"; do
		for side in old new; do
			mawk -v n="$n" -f "$here/flag-stream.awk" |
				awk -v side=$side 'side == "old" &&
					NR % 100 == 0 { sub(/tcp/, "udp") } 1' \
				>$side
		done
		measure_alone "$3"
	done
	printf '\n'
}

# arguments WHAT N SCRIPT COMMAND: the same; the output of the awk script for N
# replaces @, as words of the command.
arguments()
{
	local n

	printf '| %s: %d |' "$1" "$2"
	for n in "$(($2 / 2))" "$2"; do
		mawk -v n="$n" "BEGIN { for (i = 1; i <= n; i++) $3 }" >words
		mawk -v n="$n" 'BEGIN { for (i = 1; i <= 10 * n; i++)
			print "svc" i, i % 65536 "/tcp" }' >services
		measure_alone "${4//@/\$(cat words)}"
	done
	printf '\n'
}

# masks N: records with one key, each of which lacks different fields.
masks()
{
	local n side

	printf '| records that lack different fields, prt-diff: %d |' "$1"
	for n in "$(($1 / 2))" "$1"; do
		for side in old new; do
			mawk -v n="$n" -v v=$side 'BEGIN {
				printf "#proto\tlocal_port"
				for (k = 0; k < 20; k++)
					printf "\tf%d", k
				print ""
				for (i = 1; i <= n; i++) {
					printf "tcp\t1"
					for (k = 0; k < 20; k++)
						printf "\t%s", int(i / 2 ^ k) \
						    % 2 ? v i : "-"
					print ""
				}
			}' >$side
		done
		measure_alone "prt-diff -k proto -c $(seq -s , -f f%g 0 19) old new"
	done
	printf '\n'
}

# As many of 100,000 as one process may have.
ulimit -n 100100 2>/dev/null || ulimit -n "$(ulimit -Hn)"
files=$(($(ulimit -n) > 100100 ? 100000 : $(ulimit -n) - 100))
load=$PRT_BUILDDIR/tests/bench/load

printf '| | N/2: milliseconds | MiB | N: milliseconds | MiB |\n'
printf '| --- | --- | --- | --- | --- |\n'
row 'descriptors of one process' "$files" "$load" 2 1 @
row 'bytes of one command line' 2097152 python3 "$here/limits.py" cmdline @
row 'processes, one socket each' 10000 "$load" @ @ 0
row 'listeners' 65535 python3 "$here/limits.py" listeners @
stream 'records, prt-diff' 1000000 'prt-diff --force old new'
stream 'records, prt-flag' 1000000 'prt-flag -X --enable=all new'
masks 32000
arguments 'options --pid' 100000 'print "--pid=" 4000000 + i * 7919 % n' \
	'prt-scan -q @'
arguments 'names of ports, of ten times as many' 20000 'print "svc" 10 * i' \
	'prt-scan -q --services=services @'
