#!/bin/bash
# What the fields of -o +@audit cost beside a scan without them: processor time,
# the least of the runs, each with and without, now this and now that one first.
# On the load of 2,000 sockets in 200 processes, and with 10,000 processes without
# sockets beside it.  Prints tables for README.md.  Needs root, prt-scan in PATH
# and the build folder in PRT_BUILDDIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

# processor_time ARG...: of prt-scan, in microseconds.
processor_time()
{
	"$PRT_BUILDDIR/tests/bench/once" prt-scan "$@" | cut -d ' ' -f 2
}

# compare LIST [ARG...]: a line of the table.
compare()
{
	local list=$1 with='' without='' run a b

	shift
	for ((run = 0; run < 2 * runs; run++)); do
		if [ $((run % 2)) -eq 0 ]; then
			a=$(processor_time "$@")
			b=$(processor_time -o "+$list" "$@")
		else
			b=$(processor_time -o "+$list" "$@")
			a=$(processor_time "$@")
		fi
		[ -n "$without" ] && [ "$without" -le "$a" ] || without=$a
		[ -n "$with" ] && [ "$with" -le "$b" ] || with=$b
	done
	mawk -v what="-o +$list" -v with="$with" -v without="$without" 'BEGIN {
		printf "| %s | %.1f | %.1f | %.2f |\n", what, with / 1e3,
		    without / 1e3, with / without
	}'
}

# In a namespace of its own: the title, the fields, and the arguments of load.
if [ "${1-}" = in-namespace ]; then
	title=$2 lists=$3
	shift 3
	coproc LOAD { exec "$PRT_BUILDDIR/tests/bench/load" "$@"; }
	read -r -u "${LOAD[0]}"
	printf '\n| %s | milliseconds | without | times |\n' "$title"
	printf '| --- | --- | --- | --- |\n'
	for list in $lists; do
		compare "$list" --owners=walk
	done
	exit
fi

unshare -n "$here/audit.sh" in-namespace \
	'fields: 2,000 sockets, 200 processes' '@audit ancestors children
	    stdio shells exe_like script caps pidfd' 2000 200 20
unshare -n "$here/audit.sh" in-namespace \
	'fields: the same, beside 10,000 processes' '@audit ancestors children
	    shells' 2000 200 20 10000
