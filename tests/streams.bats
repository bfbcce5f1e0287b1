#!/usr/bin/env bats
# Odd streams, each through both readers: what they make of it, in tables.
# What one line by itself may have wrong is in record.bats.
# shellcheck disable=SC2154

load helpers

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# A table has of each stream a name and a colon, and after it
#
#   in     its lines, in words
#   diff   what prt-diff -a makes of it as NEW: status, output, | messages
#   flag   the same of prt-flag
#   apart  only one of them refuses it
#   self   what prt-diff gives of the stream and itself, if that is neither the
#          same verdict nor no change
#   state  the same of prt-diff -S, and then once more with the state written
#
# None is apart: the two have one verdict.  The words, one a line:
#
#   a b c ?       ##prt of that host, of none; a* has partial=1
#   H h P X       a header: proto local_port host; the same without host, in
#                 another order, with one more field
#   a1 1 -1 ?1    a record of that host and port, with the fields of the last
#                 header; of an unknown host; of an empty host field
#   19            a record of the 19 default fields
#   e2            ##end records=2
#   #             a comment
#
# a1~ is a last line that was cut.  `sort' and `sort -r' come first: the lines
# went through them.  What has no word is in brackets.

# write_streams TABLE: to 1/in, 2/in...
write_streams()
{
	awk -v OFS='\t' '
	BEGIN {
		head["H"] = "proto\tlocal_port\thost"
		head["h"] = "proto\tlocal_port"
		head["P"] = "host\tlocal_port\tproto"
		head["X"] = "proto\tx\tlocal_port\thost"
		for (i = 5; i <= 19; i++)
			rest = rest "\t-"
	}
	$1 == "in" {
		sorted = $2 == "sort" ? $2 : ""
		if (sorted && $3 == "-r")
			sorted = $2 " " $3
		file = ++n "/in"
		to = sorted ? sorted " >" file : file
		columns = head["H"]
		for (i = 2 + split(sorted, word, " "); i <= NF; i++) {
			cut = sub(/~$/, "", $i)
			line = line_of($i)
			if (cut)
				line = substr(line, 1, length(line) - 2)
			else
				line = line "\n"
			if (sorted)
				printf "%s", line | to
			else
				printf "%s", line >to
		}
		close(to)
	}
	function line_of(w) {
		if (w ~ /^[abc?][*]?$/)
			return "##prt 1" (w ~ /[?]/ ? "" : " host=" substr(w, 1, 1)) \
			    (w ~ /[*]/ ? " partial=1" : "")
		if (w ~ /^e/)
			return "##end records=" substr(w, 2)
		if (w == "#")
			return "# a comment"
		if (w == "19")
			return "tcp\tLISTEN\t0.0.0.0\t19" rest
		if (w in head)
			return "#" (columns = head[w])
		return record(w)
	}
	function record(w,  k, name, line, value) {
		value["proto"] = "tcp"
		value["x"] = "x"
		value["local_port"] = value["host"] = w
		sub(/^[^0-9]/, "", value["local_port"])
		sub(/[0-9]+$/, "", value["host"])
		sub(/[?]/, "", value["host"])
		for (k = split(columns, name, "\t"); k > 0; k--)
			line = "\t" value[name[k]] line
		return substr(line, 2)
	}' "$1"
}

# What each program says of N/in, to N/PROGRAM.out, .err and .status.
run_streams()
{
	local n

	for ((n = 1; n <= $1; n++)); do
		cd "$n" || return
		keep diff prt-diff -a --header=always /dev/null in
		keep flag prt-flag -X --disable=all in
		keep self prt-diff in in
		keep state prt-diff -q --init -S s in
		[ "$(<state.status)" -ne 0 ] || keep state prt-diff -S s in
		cd ..
	done
}

keep()
{
	local name=$1 status=0

	shift
	"$@" >"$name.out" 2>"$name.err" || status=$?
	echo "$status" >"$name.status"
}

# read_streams TABLE: the same table, as the programs say.
read_streams()
{
	awk -F '\t' '
	BEGIN {
		word["proto local_port host"] = "H"
		word["proto local_port"] = "h"
		word["host local_port proto"] = "P"
		word["proto x local_port host"] = "X"
		added = " change first_seen was flags "
	}
	/:$/ || /^in / {
		print
	}
	/^in / {
		n++
		diff = verdict("diff")
		flag = verdict("flag")
		printf "diff  %s\nflag  %s\n", diff, flag
		if ((diff ~ /^2/) != (flag ~ /^2/))
			print "apart"
		same = diff ~ /^0/ ? "0" : diff
		if ((self = verdict("self")) != same)
			print "self  " self
		if ((state = verdict("state")) != same)
			print "state " state
	}
	function verdict(name,  file, line, text, told) {
		file = n "/" name
		getline text <(file ".status")
		split("", at)
		while ((getline line <(file ".out")) > 0)
			text = text " " word_of(line)
		while ((getline line <(file ".err")) > 0) {
			sub(/^prt-[a-z]*: in:/, "", line)
			sub(/^ /, "", line)
			if (index(told, line) == 0)
				told = told " | " line
		}
		return text told
	}
	function word_of(line,  k, m, v, names) {
		if (line ~ /^##prt 1( host=[a-z])?( partial=1)?$/)
			return (line ~ /host=/ ? substr(line, 14, 1) : "?") \
			    (line ~ /partial/ ? "*" : "")
		if (sub(/^##end records=/, "e", line))
			return line
		m = split(line, v, "\t")
		if (sub(/^#/, "", v[1])) {
			split("", at)
			for (k = 1; k <= m; k++)
				if (!index(added, " " v[k] " ")) {
					at[v[k]] = k
					names = names " " v[k]
				}
			names = substr(names, 2)
			if (names ~ /^proto state local_addr .* cmdline$/)
				names = "19 fields"
			return names in word ? word[names] : "[" names "]"
		}
		if (v[at["proto"]] == "tcp")
			return ("host" in at ? v[at["host"]] : "") \
			    v[at["local_port"]]
		gsub(/\t/, ",", line)
		return "[" line "]"
	}' "$1"
}

# odd <TABLE: it is as the programs say.
odd()
{
	local n

	cat >want
	n=$(grep -c '^in ' want)
	seq "$n" | xargs mkdir
	write_streams want
	run_streams "$n"
	read_streams want >got
	diff -u want got
}

@test "the same host twice" {
	odd <<-'END'
	whole, with other records:
		in    a H a1 e1 a H a2 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	whole, with the same record:
		in    a H a1 e1 a H a1 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	another host between:
		in    a H a1 e1 b H b1 e1 a H a2 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	without a host field, so that none can tell:
		in    a h 1 e1 a h 2 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	one of them a selection:
		in    a* H a1 e1 a H a2 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	one of them empty:
		in    a H e0 a H a1 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	both empty:
		in    a H e0 a H e0
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	twice after one another, before the records:
		in    a a H a1 a2 e1 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	END
}

@test "a record of another host than its ##prt" {
	odd <<-'END'
	of a host that no ##prt is of:
		in    a H b1 e1
		diff  2 | there is no ##prt line of host b
		flag  2 | there is no ##prt line of host b
	beside one that is right:
		in    a H a1 b1 e2
		diff  2 | there is no ##prt line of host b
		flag  2 | there is no ##prt line of host b
	of a third host, after two:
		in    a H a1 e1 b H b1 c1 e2
		diff  2 | there is no ##prt line of host c
		flag  2 | there is no ##prt line of host c
	of the other host: the field says whose it is:
		in    a H a1 b1 e2 b H b2 e1
		diff  0 a H a1 e1 b H b1 b2 e2
		flag  0 a H a1 e1 b H b1 b2 e2
	each under the other's:
		in    a H b1 e1 b H a1 e1
		diff  0 a H a1 e1 b H b1 e1
		flag  0 a H a1 e1 b H b1 e1
	before any ##prt:
		in    H a1 a H a2 e2
		diff  0 a H a1 a2 e2
		flag  0 a H a1 a2 e2
	before any ##prt, of another host:
		in    H b1 a H a1 e2
		diff  2 | there is no ##prt line of host b
		flag  2 | there is no ##prt line of host b
	after the last ##end:
		in    a H a1 e1 a2
		diff  2 | 5: 2 records, more than the 1 of ##end
		flag  2 | 5: 2 records, more than the 1 of ##end
	whose host is not known, of one ##prt:
		in    a H -1 a1 e2
		diff  0 a H -1 a1 e2
		flag  0 a H -1 a1 e2
	whose host is not known, of several:
		in    a H -1 e1 b H b1 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	whose host field is empty:
		in    a H ?1 e1 b H b1 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	END
}

@test "no host" {
	odd <<-'END'
	one ##prt of two names none, its record does:
		in    a H a1 e1 ? H b1 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	one ##prt of two names none, nor does its record:
		in    a H a1 e1 ? H -1 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	the first ##prt of two names none:
		in    ? H b1 e1 a H a1 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	the only ##prt names none, its records do:
		in    ? H a1 b1 e2
		diff  0 ? H a1 b1 e2
		flag  0 ? H a1 b1 e2
	neither ##prt names one, the records do:
		in    ? H a1 e1 ? H b1 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	neither ##prt names one, nor do the records:
		in    ? h 1 e1 ? h 2 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	one snapshot without a host field:
		in    a h 1 e1
		diff  0 a h 1 e1
		flag  0 a h 1 e1
	two without a host field:
		in    a h 1 e1 b h 2 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	two, the second without a host field:
		in    a H a1 e1 b h 2 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	two, the first without a host field:
		in    a h 1 e1 b H b2 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	one, its second header without a host field:
		in    a H a1 h 2 e2
		diff  0 a H a1 -2 e2
		flag  0 a H a1 -2 e2
		state 2 | prt-diff: s has records of several hosts, in has no field host (prt-scan -o +host)
	two, a second header of the first without a host field:
		in    a H a1 h 2 e2 b H b1 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	END
}

@test "no ##prt" {
	odd <<-'END'
	but a header and records:
		in    H a1 a2
		diff  0 H a1 a2
		flag  0 H a1 a2
	but records of several hosts:
		in    H a1 b1 a2
		diff  0 H a1 b1 a2
		flag  0 H a1 b1 a2
	but an ##end:
		in    H a1 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 H a1 | cut short: only what needs no other record is judged
	but an ##end of more:
		in    H a1 e2
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 H a1 | cut short: only what needs no other record is judged
	but an ##end of fewer:
		in    H a1 a2 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 H a1 a2 | cut short: only what needs no other record is judged
	but a header only:
		in    H
		diff  0 H
		flag  0 H
	but an ##end only:
		in    e0
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 | nothing at all: the scan failed, or no news
	but an ##end of one record, only:
		in    e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 | nothing at all: the scan failed, or no news
	but records of 19 fields:
		in    19 19
		diff  0 [19 fields] 19 19
		flag  0 [19 fields] 19 19
	but a comment:
		in    #
		diff  2 | nothing at all: the scan failed, or no news
		flag  2 | nothing at all: the scan failed, or no news
	before the second header:
		in    a H a1 e1 H b1 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 | cut short: not all of a snapshot is there, up to its ##end line
	nor header, with other fields than 19:
		in    1
		diff  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
		flag  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
	END
}

@test "lines that sort(1) has moved" {
	odd <<-'END'
	of one host:
		in    sort a H a1 a2 e2
		diff  0 a H a1 a2 e2
		flag  0 a H a1 a2 e2
	of one host, backwards:
		in    sort -r a H a1 a2 e2
		diff  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
		flag  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
	of two:
		in    sort a H a1 e1 b H b1 e1
		diff  0 a H a1 e1 b H b1 e1
		flag  0 a H a1 e1 b H b1 e1
	of two, backwards:
		in    sort -r a H a1 e1 b H b1 e1
		diff  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
		flag  2 | 1: no header, and 3 fields: keep it (grep -e '^#' -e PATTERN) or give --fields=LIST
	of two, without a host field:
		in    sort a h 1 e1 b h 2 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	of two, the first without a host field:
		in    sort a h 1 e1 b H b1 e1
		diff  2 | 7: 2 fields, expected 3
		flag  2 | 7: 2 fields, expected 3
	of two, in other columns:
		in    sort a H a1 e1 b P b1 e1
		diff  2 | there is no ##prt line of host tcp
		flag  2 | there is no ##prt line of host tcp
	of two, with a column more:
		in    sort a H a1 e1 b X b1 e1
		diff  2 | 7: 3 fields, expected 4
		flag  2 | 7: 3 fields, expected 4
	of two, one of whom is empty:
		in    sort a H a1 e1 b H e0
		diff  0 a H a1 e1 b H e0
		flag  0 a H a1 e1 b H e0
	of the same host twice:
		in    sort a H a1 e1 a H a2 e1
		diff  2 | more than one ##prt line of host a
		flag  2 | more than one ##prt line of host a
	of one host and none:
		in    sort a H a1 e1 ? H b1 e1
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	END
}

@test "hosts that take turns" {
	odd <<-'END'
	line by line, within their ##prt:
		in    a H a1 e1 b H b1 a2 b2 a3 e4
		diff  0 a H a1 a2 a3 e3 b H b1 b2 e2
		flag  0 a H a1 a2 a3 e3 b H b1 b2 e2
	line by line, after all ##prt:
		in    a b H a1 b1 a2 b2 e2 e2
		diff  0 a H a1 a2 e2 b H b1 b2 e2
		flag  0 a H a1 a2 e2 b H b1 b2 e2
	line by line, before all ##prt:
		in    H a1 b1 a2 b2 a e2 b e2
		diff  0 a H a1 a2 e2 b H b1 b2 e2
		flag  0 a H a1 a2 e2 b H b1 b2 e2
	ends in the other order:
		in    a b H a1 b1 b2 e2 e1
		diff  0 a H a1 e1 b H b1 b2 e2
		flag  0 a H a1 e1 b H b1 b2 e2
	without a host field:
		in    a b h 1 2 e1 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	END
}

@test "cut streams" {
	odd <<-'END'
	no ##end:
		in    a H a1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 | cut short: only what needs no other record is judged
	half an ##end:
		in    a H a1 e1~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 | cut short: only what needs no other record is judged
	half a record:
		in    a H a1 a2~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 | cut short: only what needs no other record is judged
	half a header:
		in    a H~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a [19 fields] | cut short: only what needs no other record is judged
	half a ##prt:
		in    a~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 | nothing at all: the scan failed, or no news
	no ##end of the first:
		in    a H a1 b H b1 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 b H b1 | cut short: only what needs no other record is judged
	no ##end of the second:
		in    a H a1 e1 b H b1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 b H b1 | cut short: only what needs no other record is judged
	half a record of the second:
		in    a H a1 e1 b H b1 b22~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 b H b1 | cut short: only what needs no other record is judged
	without ##prt, half a record:
		in    H a1 a22~
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 H a1 | cut short: only what needs no other record is judged
	a ##prt and no more:
		in    a
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a [19 fields] | cut short: only what needs no other record is judged
	END
}

@test "##end that counts otherwise" {
	odd <<-'END'
	more than there are: a selection:
		in    a H a1 e2
		diff  0 a* H a1 e1
		flag  0 a* H a1 e1
	fewer than there are:
		in    a H a1 a2 e1
		diff  2 | 5: 2 records, more than the 1 of ##end
		flag  2 | 5: 2 records, more than the 1 of ##end
	none, of one:
		in    a H a1 e0
		diff  2 | 4: 1 records, more than the 0 of ##end
		flag  2 | 4: 1 records, more than the 0 of ##end
	more in the first of two:
		in    a H a1 e2 b H b1 e1
		diff  0 a* H a1 e1 b* H b1 e1
		flag  0 a* H a1 e1 b* H b1 e1
	more in the first, fewer in the second:
		in    a H a1 e2 b H b1 b2 e1
		diff  0 a H a1 e1 b H b1 b2 e2
		flag  0 a H a1 e1 b H b1 b2 e2
	fewer in the first, more in the second:
		in    a H a1 a2 e1 b H b1 e2
		diff  0 a H a1 a2 e2 b H b1 e1
		flag  0 a H a1 a2 e2 b H b1 e1
	twice:
		in    a H a1 e1 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 | cut short: only what needs no other record is judged
	twice, the first of none:
		in    a H a1 e0 e1
		diff  2 | cut short: not all of a snapshot is there, up to its ##end line
		flag  2 a H a1 | cut short: only what needs no other record is judged
	before its ##prt:
		in    e1 a H a1
		diff  0 a H a1 e1
		flag  0 a H a1 e1
	no number:
		in    a H a1 ex
		diff  2 | 4: expected ##end records=NUMBER
		flag  2 | 4: expected ##end records=NUMBER
	below 0:
		in    a H a1 e-1
		diff  2 | 4: expected ##end records=NUMBER
		flag  2 | 4: expected ##end records=NUMBER
	above 64 bits:
		in    a H a1 e18446744073709551616
		diff  2 | 4: expected ##end records=NUMBER
		flag  2 | 4: expected ##end records=NUMBER
	as many as 64 bits can say, twice:
		in    a H e18446744073709551615 b H b1 e2
		diff  2 | 7: expected ##end records=NUMBER
		flag  2 | 7: expected ##end records=NUMBER
	END
}

@test "other headers from one snapshot to the next" {
	odd <<-'END'
	columns in another order:
		in    a H a1 e1 b P b1 e1
		diff  0 a H a1 e1 b H b1 e1
		flag  0 a H a1 e1 b P b1 e1
	with a column more:
		in    a H a1 e1 b X b1 e1
		diff  0 a [proto local_port host x] a1 e1 b [proto local_port host x] b1 e1
		flag  0 a H a1 e1 b X b1 e1
	with a column less:
		in    a X a1 e1 b H b1 e1
		diff  0 a X a1 e1 b X b1 e1
		flag  0 a X a1 e1 b H b1 e1
	within a snapshot:
		in    a H a1 P a2 X a3 H a4 e4
		diff  0 a [proto local_port host x] a1 a2 a3 a4 e4
		flag  0 a [proto local_port host x] a1 a2 a3 a4 e4
	between a ##prt and its ##end, without a record:
		in    a H P X e0
		diff  0 a [proto local_port host x] e0
		flag  0 a X e0
	before the ##prt:
		in    H a a1 e1 P b b1 e1
		diff  0 a H a1 e1 b H b1 e1
		flag  0 a H a1 e1 b P b1 e1
	two without a record between:
		in    a P H a1 e1
		diff  0 a P a1 e1
		flag  0 a H a1 e1
	one for both:
		in    a H a1 e1 b b1 e1
		diff  0 a H a1 e1 b H b1 e1
		flag  0 a H a1 e1 b H b1 e1
	after records of 19 fields:
		in    19 H a1
		diff  2 | 2: this header does not fit the records before it
		flag  2 | 2: this header does not fit the records before it
	END
}

@test "empty snapshots" {
	odd <<-'END'
	of two hosts:
		in    a H e0 b H e0
		diff  0 a H e0 b H e0
		flag  0 a H e0 b H e0
	without headers:
		in    a e0 b e0
		diff  0 a [19 fields] e0 b [19 fields] e0
		flag  0 a [19 fields] e0 b [19 fields] e0
	the first without a header:
		in    a e0 b H b1 e1
		diff  0 a H e0 b H b1 e1
		flag  0 a H e0 b H b1 e1
	the second without a header:
		in    a H a1 e1 b e0
		diff  0 a H a1 e1 b H e0
		flag  0 a H a1 e1 b H e0
	without hosts:
		in    ? e0 ? e0
		diff  2 | several ##prt lines, and one that does not say its host
		flag  2 | several ##prt lines, and one that does not say its host
	one, without a host field:
		in    a h e0 b H b1 e1
		diff  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
		flag  2 | several ##prt lines, and records that do not say their host (prt-scan -o +host)
	between others:
		in    a H a1 e1 b H e0 c H c1 e1
		diff  0 a H a1 e1 b H e0 c H c1 e1
		flag  0 a H a1 e1 b H e0 c H c1 e1
	a selection:
		in    a H e1 b H e1
		diff  0 a* H e0 b* H e0
		flag  0 a* H e0 b* H e0
	END
}

# many KIND N: the stream.
many()
{
	awk -v n="$2" -v OFS='\t' -v kind="$1" '
	BEGIN {
		head = "#proto\tlocal_port\thost"
		if (kind == "columns") {
			printf "#proto\tlocal_port"
			for (i = 0; i < n; i++)
				printf "\tx%d", i
			printf "\ntcp\t1"
			for (i = 0; i < n; i++)
				printf "\t%d", i
			print ""
			exit
		}
		if (kind == "ends-first") {
			for (i = 0; i < n; i++)
				print "##end records=1"
			for (i = 0; i < n; i++)
				print "##prt 1 host=h" i
		} else if (kind == "turns") {
			print "##prt 1 host=h0\n##end records=" n / 2
			print "##prt 1 host=h1\n##end records=" n / 2
		}
		if (kind !~ /headers|names|twice/)
			print head
		for (i = 0; i < n; i++)
			one(i)
	}
	function one(i) {
		if (kind == "empty")
			print "##prt 1 host=h" i "\n##end records=0"
		else if (kind == "twice")
			print "##prt 1 host=h\n##end records=0"
		else if (kind == "hosts")
			print "##prt 1 host=h" i "\ntcp\t" i % 65536 "\th" i \
			    "\n##end records=1"
		else if (kind == "headers")
			print "#proto\tlocal_port\tx" i % 200 "\ty" int(i / 200) \
			    "\ntcp\t" i % 65536 "\tx\ty"
		else if (kind == "names")
			print "#proto\tlocal_port\tx" i "\ntcp\t1\tx"
		else if (kind == "two-headers")
			print i % 2 ? head "\ntcp\t" i % 65536 "\th" : \
			    "#host\tlocal_port\tproto\nh\t" i % 65536 "\ttcp"
		else
			print "tcp", i % 65536, "h" (kind == "turns" ? i % 2 : i)
	}'
}

# sized STATUS LINES COMMAND [ARG]...: what it gives, nothing on standard error.
sized()
{
	local status=0 told="$1 $2"

	shift 2
	timeout 300 "$@" >out 2>err || status=$?
	[ "$status $(wc -l <out)" = "$told" ] && [ ! -s err ] || {
		echo "$kind: $*: $status $(wc -l <out), not $told"
		head -n 3 err
		return 1
	}
}

# How many, and how many lines prt-diff -a and prt-flag write; or what they say.
@test "many of a kind" {
	local kind n want

	! is_watched || skip 'not with sanitizers or valgrind'
	while read -r kind n want; do
		many "$kind" "$n" >in
		if [[ $want == *' '* ]]; then
			run -2 --separate-stderr prt-flag -X in
			[ "$stderr" = "prt-flag: in$want" ]
			run -2 --separate-stderr prt-diff /dev/null in
			[ "$stderr" = "prt-diff: in$want" ]
			continue
		fi
		sized 0 "$((want))" prt-flag -X --disable=all -e "flag x pid=0" in
		sized 0 "$((want))" prt-diff -a --header=always /dev/null in
		sized 0 0 prt-diff in in
		rm -f s
		sized 0 0 prt-diff -q --init -S s in
		sized 0 0 prt-diff -S s in
	done <<-'END'
	empty        400000  n*3
	hosts        100000  n*4
	records      100000  n+1
	ends-first   100000  n*4
	turns        100000  n+6
	headers      20000   n+1
	two-headers  100000  n+1
	columns      997     2
	names        997     n+1
	twice        400000  : more than one ##prt line of host h
	columns      40000   :1: more than 1000 columns
	names        40000   :1997: more than 1000 columns in all headers
	END
}
