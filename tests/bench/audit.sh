#!/bin/bash
# What the fields of -o +@audit cost, compared with a scan without them:
# processor time, the least of the runs, with and without in turn, each first in
# half of them.  On the loads medium and large of scan.sh, on medium with 10,000
# more processes without sockets, and with 1,000 raw and packet sockets.  Prints
# tables for README.md.  Needs root, python3, prt-scan in PATH and the build
# folder in PRT_BUILDDIR.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

# processor_time ARG...: prt-scan's, in microseconds.
processor_time()
{
	"$PRT_BUILDDIR/tests/bench/once" prt-scan "$@" | cut -d ' ' -f 2
}

# compare LIST [ARG...]: prints a line of the table.
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

# In a namespace of its own: takes the title, the fields, other arguments of
# prt-scan up to --, and the command that holds sockets.
if [ "${1-}" = in-namespace ]; then
	title=$2 lists=$3
	shift 3
	args=()
	while [ "$1" != -- ]; do
		args+=("$1")
		shift
	done
	shift
	coproc LOAD { exec "$@"; }
	read -r -u "${LOAD[0]}"
	printf '\n| %s | milliseconds | without | times |\n' "$title"
	printf '| --- | --- | --- | --- |\n'
	for list in $lists; do
		compare "$list" --owners=walk "${args[@]}"
	done
	exit
fi

load=$PRT_BUILDDIR/tests/bench/load
fields='@audit ancestors children stdio shells exe_like script caps pidfd'
unshare -n "$here/audit.sh" in-namespace \
	'fields: 2,000 sockets, 200 processes' "$fields" \
	-- "$load" 2000 200 20
unshare -n "$here/audit.sh" in-namespace \
	'fields: 20,000 sockets, 2,000 processes' "$fields" \
	-- "$load" 20000 2000 50
unshare -n "$here/audit.sh" in-namespace \
	'fields: the first, beside 10,000 processes' \
	'@audit ancestors children shells' -- "$load" 2000 200 20 10000
unshare -n "$here/audit.sh" in-namespace \
	'fields: 500 raw and 500 packet sockets with filters' filter \
	--proto=raw,packet -- python3 "$here/raw.py" 500
