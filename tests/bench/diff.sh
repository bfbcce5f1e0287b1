#!/bin/bash
# Compares prt-diff with other ways to compare two snapshots, all on the same
# shuffled files: diff.sh [RECORDS]...  Prints tables for README.md.  Needs
# prt-diff in PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"
export here

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# make_snapshots N: old and new, each in its own order.
make_snapshots()
{
	local header side minute=0

	header=$(mawk -v n="$1" -v old=old.raw -v new=new.raw \
		-f "$here/snapshots.awk")
	for side in old new; do
		minute=$((minute + 1))
		{
			printf '##prt 1 time=2026-11-24T03:0%d:00.000Z scope=all\n' \
				"$minute"
			printf '%s\n' "$header"
			shuf --random-source=<(yes "$minute" | head -c 64M) \
				"$side.raw"
			printf '##end records=%d\n' "$1"
		} >"$side"
		rm "$side.raw"
		sort "$side" >"$side.sorted"
	done
}

[ $# -gt 0 ] || set -- 10000 100000 1000000
for n; do
	make_snapshots "$n"
	# shellcheck disable=SC2016
	measure_table "$(grouped "$n") records" \
		prt-diff 'exec prt-diff old new' \
		'sort, comm' 'sort old >a & sort new >b & wait; comm -3 a b' \
		'sort, diff' 'sort old >a & sort new >b & wait; diff a b' \
		'diff, of sorted files' 'exec diff old.sorted new.sorted' \
		'mawk join' 'exec mawk -f "$here/join.awk" old new'
	[ -z "$base" ] || prt-diff -q --init -S state old
	measure_base "$(grouped "$n") records" \
		prt-diff 'prt-diff old new' \
		'prt-diff -a' 'prt-diff -a old new' \
		'prt-diff -S' 'cp state s; prt-diff -S s new'
	rm -f state
done
