# shellcheck shell=bash disable=SC2120,SC2154
# Records for the tests of prt-flag, and its verdicts, in tables.

HEAD='##prt 1 time=2026-11-24T03:10:00.000Z host=web1 euid=0 unowned=0 unpriv=1024 scope=all'

# records <TABLE: a line of the table is a word, which is skipped here, and
# FIELD=VALUE..., with + for a blank.  Other fields are those of a harmless
# listener of root's on port 8000.  The columns are the default ones, those in
# $COLUMNS_MORE, and all others in the table, less those in COLUMNS_LESS.
records()
{
	awk -v more="${COLUMNS_MORE-}" -v less="${COLUMNS_LESS-}" '
	function value(row, name) {
		if ((row, name) in given)
			return given[row, name]
		if (name == "pid")
			return 100 + row
		if (name == "exe" && (row, "process") in given)
			return "/usr/bin/" given[row, "process"]
		if (name == "cmdline" && (row, "process") in given)
			return given[row, "process"]
		return name in usual ? usual[name] : "-"
	}
	BEGIN {
		n = split("proto state local_addr local_port remote_addr " \
		    "remote_port dir service netns container pid process user " \
		    "uid fd ppid parent exe cmdline " more, column, " ")
		for (i = 1; i <= n; i++)
			known[column[i]] = 1
		split("proto=tcp state=LISTEN local_addr=0.0.0.0 " \
		    "local_port=8000 process=daemon user=root uid=0 fd=3 " \
		    "ppid=1 parent=systemd exe=/usr/sbin/daemon " \
		    "cmdline=daemon", pair, " ")
		for (i in pair)
			usual[substr(pair[i], 1, index(pair[i], "=") - 1)] = \
			    substr(pair[i], index(pair[i], "=") + 1)
	}
	NF == 0 || $1 ~ /^#/ { next }
	{
		rows++
		for (i = 2; i <= NF; i++) {
			name = substr($i, 1, index($i, "=") - 1)
			text = substr($i, index($i, "=") + 1)
			gsub(/[+]/, " ", text)
			given[rows, name] = text
			if (!(name in known)) {
				known[name] = 1
				column[++n] = name
			}
		}
	}
	END {
		k = split(less, out, " ")
		for (i = 1; i <= k; i++)
			delete known[out[i]]
		for (r = 0; r <= rows; r++) {
			line = ""
			for (i = 1; i <= n; i++)
				if (column[i] in known)
					line = line "\t" (r ? \
					    value(r, column[i]) : column[i])
			print (r ? "" : "#") substr(line, 2)
		}
	}'
}

# snapshot [##PRT-LINE] <TABLE: the records as a whole snapshot.
snapshot()
{
	local text

	text=$(records)
	printf '%s\n%s\n##end records=%d\n' "${1:-$HEAD}" "$text" \
		"$(($(wc -l <<<"$text") - 1))"
}

# agree TABLE ARG...: prt-flag raises, on the table's records in one snapshot,
# the flags that are each line's first word; the rest are lines of snapshot.
agree()
{
	local table=$1

	shift
	snapshot <<<"$table" >table.in
	prt-flag -X -H -o flags "$@" table.in >table.got
	# The blanks that align the table do not count.
	awk 'NF && $1 !~ /^#/ { $1 = $1; print }' <<<"$table" >table.want
	awk '{ getline flags <"table.got"; $1 = flags; print }' \
		table.want >table.have
	diff -u table.want table.have
}

# judge NAME <TABLE: the same for a single heuristic, with the words yes and no.
judge()
{
	local name=$1 table

	shift
	table=$(sed "s/^yes/$name/;t;s/^no/-/")
	agree "$table" --disable=all --enable="$name" "$@"
}

# refuses MESSAGE ARG...: status 2, no output, and only that message.
refuses()
{
	local message=$1

	shift
	run -2 --separate-stderr prt-flag "$@"
	[ -z "$output" ]
	echo "stderr: $stderr"
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == "prt-flag: "$message ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
