#!/usr/bin/env bats
# This version reads the files of earlier versions: tests/data/VERSION.
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

# upgraded TIME ROW... <FILE: the same file from a build and a kernel that read
# more, with a copy of its first record for each ROW, PROTO/STATE/PORT.
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
		# The machine was booted with the old kernel once.
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

# labelled LABEL CONTAINER FILE: the file, as if the namespace without a name
# had that label, and its processes were in that container.
labelled()
{
	awk -F '\t' -v OFS='\t' -v label="$1" -v container="$2" '
		/^#[a-z]/ {
			for (i = 1; i <= NF; i++)
				at[$i] = i
		}
		!/^#/ && $at["netns"] ~ /^net:/ {
			$at["netns"] = label
			if ($at["pid"] != "-")
				$at["container"] = container
		}
		{ print }' "$3"
}

@test "1.0.1: a state, and namespaces that have their containers' names by now" {
	local label name T=2026-12-0

	for label in docker/3f29a0c1d4e8 podman/000000000007 \
	    netns-1b4c5b2e-0d3f-4a43-9b0c-3f1f2f3a4b5c \
	    cni-1b4c5b2e-0d3f-4a43-9b0c-3f1f2f3a4b5c; do
		name=${label%%/*}/web
		labelled $label $name netns.state >state
		labelled $label $name netns.tsv >old
		run -0 --separate-stderr prt-diff -S state old
		[ -z "$output$stderr" ]
		labelled $name $name netns.tsv |
			sed "s/time=[^ ]*/time=${T}1T00:00:00.000Z/" >new1
		run -0 --separate-stderr prt-diff old new1
		[ -z "$output$stderr" ]
		run -0 --separate-stderr prt-diff -S state new1
		[ -z "$output$stderr" ]
		# later changes are news, and the old times are kept
		labelled $name $name netns.tsv |
			sed "s/time=[^ ]*/time=${T}2T00:00:00.000Z/
			s/\t20504\t/\t20599\t/" >new2
		run -0 prt-diff -H -o change,local_port,netns,first_seen \
			-S state new2
		[ "$(grep -c "^new	20599	$name	${T}2" <<<"$output")" -eq 2 ]
		[ "$(grep -c "^gone	20504	$name	2026-11-29" <<<"$output")" -eq 2 ]
	done
}

@test "1.0.1: no name is guessed for a namespace" {
	local old=docker/3f29a0c1d4e8

	labelled $old docker/web netns.tsv >old
	# another container, by its id and its name
	labelled docker/db docker/db netns.tsv >new
	run -0 prt-diff -H -o change old new
	[ "$(sort -u <<<"$output")" = 'gone
new' ]
	# a snapshot with both labels has two namespaces
	{
		sed '/^##end/d' old
		grep -v '^#' old | sed "s,$old,docker/web,"
		echo '##end records=126'
	} >both
	run -0 prt-diff -H -o change,netns both old
	[ "$(sort -u <<<"$output")" = 'gone	docker/web' ]
	labelled docker/web docker/web netns.tsv >new
	run -0 prt-diff -H -o change,netns both new
	[ "$(sort -u <<<"$output")" = "gone	$old" ]
	# the same container under two labels, neither of which is its name
	{
		sed '/^##end/d' old | sed "s,	$old	,	net:[1]	,"
		grep -v '^#' old | sed "s,	$old	,	net:[2]	,"
		echo '##end records=126'
	} >new
	run -0 prt-diff -H -o change old new
	[ "$(sort -u <<<"$output")" = 'gone
new' ]
}

@test "1.0.1: a namespace's name is found by the beginning of container_id" {
	id=$(printf %063d 1)2
	header='#proto	state	local_addr	local_port	netns	container	container_id	pid	process'
	{
		echo '##prt 1 time=2026-11-29T00:00:00.000Z scope=all;netns'
		echo "$header"
		printf 'tcp\tLISTEN\t::\t%d\tdocker/%.12s\t%s\t%s\t7\tx\n' \
		    80 $id docker/${id:0:12} $id 81 $id - -
		echo '##end records=2'
	} >old
	sed "s,docker/${id:0:12},docker/web,g; s/-29T/-30T/" old >new
	run -0 --separate-stderr prt-diff old new
	[ -z "$output$stderr" ]
	# each host has its own labels
	for file in old new; do
		sed 's/^#proto/#host	proto/; s/^tcp/b	tcp/; s/ scope/ host=b scope/' \
		    $file >b.$file
		sed 's/^#proto/#host	proto/; s/^tcp/a	tcp/; s/ scope/ host=a scope/' \
		    $file >a.$file
	done
	sed -i 's,docker/web,docker/db,g' b.new
	run -0 --separate-stderr prt-diff <(cat a.old b.old) <(cat a.new b.new)
	[ -z "$output$stderr" ]
}

@test "1.0.1: what was there before is not new to a whole state" {
	run -0 prt-diff -H -o change,process earlier.tsv root.state
	assert_output_is "new	perl
gone	chronyd"
	# -S does not go back in time.
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
		# it has cwd: a file server of the whole machine
		all.*) assert_output_is 'python3	8080	exposed-debug
sh	43310	stdio-socket,shell-net' ;;
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
	# Without a header, these fields are assumed.
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
