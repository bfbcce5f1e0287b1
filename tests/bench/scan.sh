#!/bin/bash
# Compares prt-scan with ss, lsof, netstat and lsfd, on an idle machine and with
# loads of sockets that tests/bench/load holds in a network namespace of their
# own: scan.sh [LOAD]..., by default all of them.  Prints tables for README.md,
# the last one with the time to the first byte.  Needs root, prt-scan in PATH
# and the build folder in PRT_BUILDDIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

# In a namespace of its own: starts a load, measures, ends the load.
if [ "${1-}" = in-namespace ]; then
	dir=$2 name=$3 sockets=$4 processes=$5 files=$6
	title=$name bpf=()
	if [ "$sockets" -gt 0 ]; then
		title+=": $(grouped "$sockets") sockets,"
		title+=" $(grouped "$processes") processes, $files other files each"
		coproc LOAD {
			exec "$PRT_BUILDDIR/tests/bench/load" "$sockets" \
				"$processes" "$files"
		}
		read -r -u "${LOAD[0]}"
	fi
	if prt-scan --owners=bpf >/dev/null 2>"$dir/why"; then
		bpf=('prt-scan --owners=bpf' 'prt-scan --owners=bpf')
	else
		printf '\n%s\n' "Not measured: $(<"$dir/why")"
	fi
	measure_table "$title" \
		prt-scan 'prt-scan' \
		"${bpf[@]}" \
		'ss -tunapH' 'ss -tunapH' \
		'netstat -tunap' 'netstat -tunap' \
		'lsof -nP -iTCP -iUDP -F' 'lsof -nP -iTCP -iUDP -FnPpTtc' \
		'lsfd' "lsfd -Q '(TYPE =~ \"(TCP|UDP).*\")'" \
		'prt-scan -l' 'prt-scan -l' \
		'ss -tulnpH' 'ss -tulnpH' \
		'prt-scan -o proto,local_port' 'prt-scan -o proto,local_port' \
		'ss -tunaH' 'ss -tunaH'
	measure_base "$title" \
		prt-scan prt-scan \
		'prt-scan --owners=walk' 'prt-scan --owners=walk' \
		"${bpf[@]}" \
		'prt-scan -l' 'prt-scan -l' \
		'prt-scan -o proto,local_port' 'prt-scan -o proto,local_port' \
		'prt-scan -o all' 'prt-scan -o all'
	# short commands run more often
	"$PRT_BUILDDIR/tests/bench/first" \
		"$((sockets > 2000 ? runs : 8 * runs + 1))" \
		"$PRT_BUILDDIR/tests/bench/bare tables" \
		"$PRT_BUILDDIR/tests/bench/bare" \
		'prt-scan --owners=walk' prt-scan >"$dir/first"
	exit
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
while read -r name sockets processes files; do
	[[ $# -eq 0 || " $* " == *" $name "* ]] || continue
	unshare -n "$here/scan.sh" in-namespace "$dir" "$name" "$sockets" \
		"$processes" "$files"
	mawk -v name="$name" '{
		printf "| %s | %.1f | %.1f | %.1f | %.1f | %+.1f |\n", name, \
		    $1, $2, $3, $4, $4 - $2
	}' "$dir/first" >>"$dir/table"
done <<'END'
idle 0 0 0
medium 2000 200 20
large 20000 2000 50
huge 100000 50 20
END
printf '\n| first byte | bare tables | bare | %s | prt-scan | more than bare |\n' \
	'prt-scan --owners=walk'
printf '| --- | --- | --- | --- | --- | --- |\n'
cat "$dir/table"
