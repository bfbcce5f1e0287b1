#!/usr/bin/env bats
# What earlier versions wrote is read by this one: tests/data/VERSION.
# shellcheck disable=SC2154

load helpers

setup()
{
	cp -r "$BATS_TEST_DIRNAME/data/1.0.1" "$BATS_TEST_TMPDIR/files"
	cd "$BATS_TEST_TMPDIR/files" || return
	chmod -R u+w .
}

# header FILE: the names of its fields, with commas between them.
header()
{
	sed -n '/^#[a-z]/{s/^#//;s/\t/,/g;p;q}' "$1"
}

@test "1.0.1: a state, and the snapshot that it was made of" {
	local name

	for name in root user netns hosts; do
		cp $name.state before
		run -0 --separate-stderr prt-diff -S $name.state $name.tsv
		[ -z "$output" ]
		run -0 prt-diff -q -S $name.state $name.tsv
		cmp before $name.state
	done
}

@test "1.0.1: a state, and a later snapshot" {
	local name process T=2026-12-01T00:00:00.000Z

	for name in root user netns hosts; do
		sed "s/^##prt 1 time=[^ ]*/##prt 1 time=$T/
			s/\t8080\t/\t8081\t/" $name.tsv >later
		run -0 --separate-stderr prt-diff -H -S $name.state \
			-o change,local_port,process,first_seen later
		[ -z "$stderr" ]
		sed 's/2026-11-29[^\t]*/then/' <<<"$output" >got
		process=python3
		[ $name != user ] || process=-
		printf '%s\n' "new	8081	$process	$T" \
			"gone	8080	$process	then" | diff -u - got
	done
}

# upgraded TIME ROW... <FILE: the same by a build and a kernel that can read more,
# with records like the first one of each, and these PROTO STATE PORT.
upgraded()
{
	awk -F '\t' -v OFS='\t' -v time="$1" -v rows="${*:2}" '
		/^##prt/ {
			sub(/time=[^ ]*/, "time=" time)
			sub(/scope=/, "protos=tcp,udp,sctp bound=all scope=")
		}
		/^##end/ {
			sub(/[0-9]+$/, substr($0, 15) + added)
			added = 0
		}
		{ print }
		/^#/ || first++ { next }
		{
			for (n = split(rows, row, " "); added < n; added++) {
				split(row[added + 1], v, "/")
				$1 = v[1]; $2 = v[2]; $4 = v[3]
				print
			}
		}'
}

@test "1.0.1: a state, and a kernel that tells more: nothing, and what is new from then on" {
	local name more=(tcp/BOUND/7001 sctp/LISTEN/7002)

	for name in root user netns hosts; do
		upgraded 2026-12-01T00:00:00.000Z "${more[@]}" <$name.tsv >new1
		run -0 --separate-stderr prt-diff $name.tsv new1
		[ -z "$output$stderr" ]
		run -0 --separate-stderr prt-diff -S $name.state new1
		[ -z "$output$stderr" ]
		# A machine that was booted with the old kernel for once.
		sed 's/time=[^ ]*/time=2026-12-02T00:00:00.000Z/' $name.tsv >new2
		run -0 --separate-stderr prt-diff -S $name.state new2
		[ -z "$output$stderr" ]
		upgraded 2026-12-03T00:00:00.000Z "${more[0]}" tcp/BOUND/7003 \
			<$name.tsv >new3
		run -0 prt-diff -H -o change,state,local_port -S $name.state new3
		assert_output_is "new	BOUND	7003
gone	LISTEN	7002"
	done
}

@test "1.0.1: what was there before is not new to a whole state" {
	run -0 prt-diff -H -o change,process earlier.tsv root.state
	assert_output_is "new	perl
gone	chronyd"
	# -S keeps its time.
	run -2 --separate-stderr prt-diff -S root.state earlier.tsv
	[[ $stderr == *older* ]]
}

@test "1.0.1: the same changes" {
	run -0 --separate-stderr prt-diff -a earlier.tsv root.tsv
	[ -z "$stderr" ]
	assert_output_is "$(<changes.tsv)"
	run -0 --separate-stderr prt-diff changes.tsv root.tsv
	[ -z "$output$stderr" ]
}

@test "1.0.1: prt-flag passes on each record, and flags what it should" {
	local file

	for file in *.tsv *.state; do
		run -0 --separate-stderr prt-flag -X "$file"
		[ -z "$stderr" ]
		grep -v '^#' "$file" |
			diff -u - <(grep -v '^#' <<<"$output" | sed 's/\t[^\t]*$//')
		run -0 prt-flag -X -H -s -o process,local_port,flags "$file"
		case $file in
		netns.*|hosts.*) ;;
		user.*) [ -z "$output" ] ;;
		*) assert_output_is 'sh	43310	stdio-socket,shell-net' ;;
		esac
	done
}

@test "1.0.1: its default columns begin a record of this build" {
	local columns

	columns=$(header root.tsv)
	[ "$(tr , '\n' <<<"$columns" | wc -l)" -eq 19 ]
	prt-scan -F tsv --state=CLOSING >now
	[ "$(header now)" = "$columns" ]
	# Without a header they are taken for that.
	grep -v '^#' root.tsv >bare
	run -0 --separate-stderr prt-diff bare root.tsv
	[ -z "$output" ]
	grep -v '^#' changes.tsv >bare
	run -0 --separate-stderr prt-diff bare root.tsv
	[ -z "$output" ]
}

@test "1.0.1: this build has each of its fields" {
	prt-scan -F tsv --state=CLOSING -o "$(header all.tsv)" >now
	[ "$(header now)" = "$(header all.tsv)" ]
	run -0 --separate-stderr prt-diff -c "$(header all.tsv)" all.tsv all.tsv
	[ -z "$output$stderr" ]
}
