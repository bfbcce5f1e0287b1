#!/bin/bash
# Measures prt-scan beside ss, lsof, netstat and lsfd, on an idle machine and
# with loads of sockets that tests/bench/load holds in a network namespace of
# their own.  Prints tables for README.md.  Needs root, prt-scan in PATH and the
# build folder in PRT_BUILDDIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

# In a namespace of its own: loads, measures, ends the load.
if [ "${1-}" = in-namespace ]; then
	dir=$2 sockets=$3 processes=$4 files=$5
	if [ "$sockets" -gt 0 ]; then
		coproc LOAD {
			exec "$PRT_BUILDDIR/tests/bench/load" "$sockets" \
				"$processes" "$files"
		}
		read -r -u "${LOAD[0]}"
	fi
	measure_table \
		prt-scan 'prt-scan' \
		'ss -tunapH' 'ss -tunapH' \
		'netstat -tunap' 'netstat -tunap' \
		'lsof -nP -iTCP -iUDP -F' 'lsof -nP -iTCP -iUDP -FnPpTtc' \
		'lsfd' "lsfd -Q '(TYPE =~ \"(TCP|UDP).*\")'" \
		'prt-scan -l' 'prt-scan -l' \
		'ss -tulnpH' 'ss -tulnpH' \
		'prt-scan -o proto,local_port' 'prt-scan -o proto,local_port' \
		'ss -tunaH' 'ss -tunaH'
	exit
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
while read -r name sockets processes files; do
	printf '\n%s: %d sockets, %d processes, %d other files each\n\n' \
		"$name" "$sockets" "$processes" "$files"
	unshare -n "$here/scan.sh" in-namespace "$dir" "$sockets" \
		"$processes" "$files"
done <<'END'
idle 0 0 0
medium 2000 200 20
large 20000 2000 50
huge 100000 50 20
END
