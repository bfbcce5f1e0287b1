# shellcheck shell=bash disable=SC2154
# What the benchmarks share: commands run in turn, RUNS times each after one
# that warms up, in one table of medians.  Needs GNU time and mawk.
export LC_ALL=C
runs=${RUNS:-5}

# measure_once COMMAND: microseconds and, of its largest process, KiB.
measure_once()
{
	local start=${EPOCHREALTIME/./} file=$dir/time

	# An exit status of 1 may be an answer.
	command time -q -o "$file" -f %M bash -c "$1" >/dev/null 2>&1 || :
	echo "$((${EPOCHREALTIME/./} - start)) $(tail -n 1 "$file")"
}

measure_median()
{
	sort -n "$1" | sed -n "$(((runs + 1) / 2))p"
}

# grouped NUMBER: with commas.
grouped()
{
	sed ':a;s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta' <<<"$1"
}

# measure_table TITLE NAME COMMAND [NAME COMMAND]...: the first is what the
# others are compared with.  $dir is a folder for notes.
measure_table()
{
	local -a names=() commands=()
	local title=$1 i run us kib best

	shift
	while [ $# -gt 0 ]; do
		names+=("$1") commands+=("$2")
		shift 2
	done
	rm -f "$dir"/us.* "$dir"/kib.*
	for ((run = 0; run <= runs; run++)); do
		for i in "${!names[@]}"; do
			read -r us kib < <(measure_once "${commands[i]}")
			((run > 0)) || continue
			echo "$us" >>"$dir/us.$i"
			echo "$kib" >>"$dir/kib.$i"
		done
	done
	best=$(measure_median "$dir/us.0")
	printf '\n| %s | milliseconds | times %s | MiB |\n' "$title" \
		"${names[0]%%,*}"
	printf '| --- | --- | --- | --- |\n'
	for i in "${!names[@]}"; do
		us=$(measure_median "$dir/us.$i")
		kib=$(measure_median "$dir/kib.$i")
		mawk -v name="${names[i]}" -v us="$us" -v best="$best" \
			-v kib="$kib" 'BEGIN {
				printf "| %s | %.1f | %.1f | %.1f |\n", name, \
				    us / 1e3, us / best, kib / 1024
			}'
	done
}
