#!/bin/bash
# Measures prt-diff and prt-flag on a stream of many machines, and compares them
# with a process for each machine and with GNU parallel: fleet.sh [MACHINES
# [RECORDS-OF-EACH]].  Prints tables for README.md.  Needs both in PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
machines=${1:-1000} each=${2:-1000}

header=$(mawk -v n=$((machines * each)) -v old=old.raw -v new=new.raw \
	-f "$here/snapshots.awk")
minute=0
for side in old new; do
	minute=$((minute + 1))
	mkdir "hosts.$side"
	mawk -v each="$each" -v header="$header" -v OFS='\t' -v dir="hosts.$side" \
	    -v time="2026-11-24T03:0$minute:00.000Z" '
	NR % each == 1 {
		host = sprintf("host%04d", int(NR / each))
		file = dir "/" host
		print "##prt 1 time=" time " host=" host " euid=0 unowned=0 " \
		    "unpriv=1024 scope=all" >file
		print header, "host" >file
	}
	{ print $0, host >file }
	NR % each == 0 {
		print "##end records=" each >file
		close(file)
	}' "$side.raw"
	rm "$side.raw"
	cat "hosts.$side"/* >"$side"
done
prt-diff -q --init -S state old

# So that some records are flagged: 1 in 200.
echo 'flag other process=apache2' >rules
flag='prt-flag -s -H -f rules'
cut="--recstart '##prt '"
# shellcheck disable=SC2016
one_each='for h in hosts.new/*; do
	prt-diff -H hosts.old/${h#*/} $h
done'
# Both ways give the same results.
prt-diff -H old new | cmp - <(eval "$one_each")
several="parallel -k --pipe $cut $flag <new"
parts="parallel -k --pipepart -a new --block -1 $cut $flag"
$flag new >one
[ -s one ]
eval "$several" | cmp - one
eval "$parts" | cmp - one

# shellcheck disable=SC2016
measure_table "$(grouped "$machines") machines of $(grouped "$each") records" \
	prt-diff 'exec prt-diff old new' \
	'prt-diff -S' 'cp state s; exec prt-diff -S s new' \
	'prt-diff, one process for each' "$one_each"
measure_table 'the same, one rule and all heuristics' \
	'prt-flag -s' "exec $flag new" \
	'parallel --pipe' "exec $several" \
	'parallel --pipepart' "exec $parts"
measure_base "$(grouped "$machines") machines of $(grouped "$each") records" \
	prt-diff 'prt-diff old new' \
	'prt-diff -S' 'cp state s; prt-diff -S s new' \
	'prt-flag -s' "$flag new"
