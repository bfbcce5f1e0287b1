# shellcheck shell=bash disable=SC2154
# What the benchmarks share: commands run in turn, RUNS times each after a
# warm-up run, for one table of medians.  Needs GNU time and mawk.
export LC_ALL=C
runs=${RUNS:-5}

# measure_once COMMAND: microseconds, and KiB of its largest process.
measure_once()
{
	local start=${EPOCHREALTIME/./} file=$dir/time

	# An exit status of 1 may be a result.
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

# measure_table TITLE NAME COMMAND [NAME COMMAND]...: compares the others with
# the first.  $dir is a folder for notes.
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

# The programs of an earlier build in the folder $PRT_BASE, if there is one to
# compare with.
base=${PRT_BASE:+$(cd "$PRT_BASE/src" && pwd)}

# measure_with now|before ONCE COMMAND: runs the command under ONCE, `once' and
# perhaps its option, with that build, and prints its result.  The part before a
# `;' is run first, and not measured.
measure_with()
{
	local PATH=$PATH command=$3

	[ "$1" = now ] || PATH=$base:$PATH
	if [[ $command == *\;* ]]; then
		eval "${command%;*}"
		command=${command##*;}
	fi
	eval "\"\$PRT_BUILDDIR/tests/bench/\"$2 $command"
}

# measure_build now|before COMMAND: adds a line with that build's values to
# $dir/us, cpu and kib.
measure_build()
{
	local us cpu kib

	read -r us cpu kib < <(measure_with "$1" once "$2")
	echo "$us" >>"$dir/us.$1"
	echo "$cpu" >>"$dir/cpu.$1"
	echo "$kib" >>"$dir/kib.$1"
}

# measure_ratio WHAT: the median ratio between a run and the run before or after
# it with the other build.
measure_ratio()
{
	paste "$dir/$1.now" "$dir/$1.before" |
		mawk '$2 > 0 { print $1 / $2 }' >"$dir/ratios"
	measure_median "$dir/ratios"
}

# measure_base TITLE NAME COMMAND [NAME COMMAND]...: compares each command
# between this build and the one before, in pairs with the order changing.  Does
# nothing without a build before.  Needs the build folder in PRT_BUILDDIR.
measure_base()
{
	local title=$1 order build command run

	[ -n "$base" ] || return 0
	shift
	printf '\n| %s | milliseconds | before | times | processor | %s |\n' \
		"$title" 'before | times | MiB | before | anonymous | before'
	printf '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n'
	while [ $# -gt 0 ]; do
		printf '| %s |' "$1"
		command=$2
		shift 2
		rm -f "$dir"/{us,cpu,kib}.{now,before}
		for build in now before; do
			measure_with "$build" 'once -a' "$command" >"$dir/anon.$build"
		done
		for ((run = 0; run < runs; run++)); do
			order='now before'
			[ $((run % 2)) -eq 0 ] || order='before now'
			for build in $order; do
				measure_build "$build" "$command"
			done
		done
		measure_row us
		measure_row cpu
		measure_sizes kib
		measure_sizes anon
		printf '\n'
	done
}

# measure_row us|cpu: ` MILLISECONDS | OF THE OTHER | RATIO |'.
measure_row()
{
	mawk -v now="$(measure_median "$dir/$1.now")" \
		-v before="$(measure_median "$dir/$1.before")" \
		-v times="$(measure_ratio "$1")" 'BEGIN {
			printf " %.1f | %.1f | %.3f |", now / 1e3, before / 1e3, times
		}'
}

# measure_sizes kib|anon: ` MIB | OF THE OTHER |'.
measure_sizes()
{
	local build

	for build in now before; do
		sort -n "$dir/$1.$build" | tail -n 1 | mawk '
			{ size = sprintf(" %.1f", $1 / 1024) }
			END { printf "%s |", size }'
	done
}
