#!/bin/bash
# The size of the programs without symbols and debug information, as a table for
# README.md.  Needs them in PATH, and strip.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/measure.bash"

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf '\n| stripped | bytes |\n| --- | --- |\n'
for program in prt-scan prt-diff prt-flag; do
	strip -o "$dir/stripped" "$(command -v "$program")"
	printf '| %s | %s |\n' "$program" \
		"$(grouped "$(stat -c %s "$dir/stripped")")"
done
