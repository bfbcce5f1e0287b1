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
		[ -z "$output$stderr" ]
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
	[ -z "$output$stderr" ]
	grep -v '^#' changes.tsv >bare
	run -0 --separate-stderr prt-diff bare root.tsv
	[ -z "$output$stderr" ]
}

@test "1.0.1: this build has each of its fields" {
	prt-scan -F tsv --state=CLOSING -o "$(header all.tsv)" >now
	[ "$(header now)" = "$(header all.tsv)" ]
	run -0 --separate-stderr prt-diff -c "$(header all.tsv)" all.tsv all.tsv
	[ -z "$output$stderr" ]
}
