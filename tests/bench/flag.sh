#!/bin/bash
# Compares prt-flag with mawk scripts that give the same results: flag.sh
# [RECORDS]...  Prints tables for README.md.  Needs prt-flag in PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"
export here

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

three=nonroot-privileged-any,script-sensitive,root-high-port-any
export all='prt-flag -X --enable=all'
export seed="prt-flag -X --disable=all --enable=$three"

[ $# -gt 0 ] || set -- 10000 100000 1000000
for n; do
	mawk -v n="$n" -f "$here/flag-stream.awk" >in
	# Both give the same results.
	$all in | cmp - <(mawk -f "$here/flag-peer.awk" in)
	$seed in | cmp - <(mawk -f "$here/flag-seed.awk" in)
	# shellcheck disable=SC2016
	measure_table "$(grouped "$n") records" \
		'prt-flag, all heuristics, 20 rules' \
		'exec $all -f "$here/flag.rules" in' \
		'prt-flag, all heuristics' 'exec $all in' \
		"prt-flag, the seed's three" 'exec $seed in' \
		'mawk, all heuristics' 'exec mawk -f "$here/flag-peer.awk" in' \
		"mawk, the seed's three" 'exec mawk -f "$here/flag-seed.awk" in'
	# shellcheck disable=SC2016
	measure_base "$(grouped "$n") records" \
		'prt-flag, all heuristics, 20 rules' \
		'$all -f "$here/flag.rules" in' \
		'prt-flag, all heuristics' '$all in' \
		"prt-flag, the seed's three" '$seed in' \
		'prt-flag -s' 'prt-flag -X -s in'
done
