#!/usr/bin/env bats
# prt-diff: what it reads, and what it refuses to compare.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# changes WANT ARG...: the changes and ports that prt-diff prints, status 0.
changes()
{
	local want=$1

	shift
	run -0 --separate-stderr prt-diff -H -o change,local_port "$@"
	[ "$(tr '\t\n' ' ,' <<<"$output")" = "$want," ] || {
		echo "$output"
		return 1
	}
}

# warns PATTERN: that and no other message was printed.
warns()
{
	echo "stderr: $stderr"
	# shellcheck disable=SC2053 # a pattern
	[[ $stderr == "prt-diff: warning: "$1 ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
}

@test "records without a header: 19 fields, or 22 of prt-diff" {
	{ rec; rec local_port=1; } >old
	{ rec local_port=1; rec local_port=2; } >new
	changes 'new 2,gone 80' old new
	FIELDS+=(change first_seen was)
	{ rec change=new first_seen=$T1; rec local_port=1 change=gone; } >old
	changes 'new 1,new 2,gone 80' old new
	rec change=unchanged | cut -f 1-12 >old
	refuses 'old:1: no header, and 12 fields: keep it *' old new
	rec | cut -f 1-21 >old
	refuses 'old:1: no header, and 21 fields: *' old new
	rec proto=x >old
	refuses 'old:1: no header, *' old new
}

@test "--fields names the columns of records without a header" {
	printf 'tcp\t1\ta\ntcp\t2\tb\n' >old
	printf 'tcp\t1\ta\ntcp\t3\tb\n' >new
	changes 'new 3,gone 2' --fields=proto,local_port,mine old new
	{ printf '#mine\tproto\tlocal_port\n'
		printf 'a\ttcp\t1\n'; } >new
	changes 'gone 2' --fields=proto,local_port,mine old new
	refuses 'old:1: 3 fields, expected 2' --fields=proto,local_port old new
	refuses '--fields=a b: expected *' --fields='a b' old new
}

@test "lines in any order, headers between records" {
	{ rec; rec local_port=1; } | snap time=$T1 >old
	FIELDS=(local_port proto)
	{ rec local_port=1; rec local_port=3; } | snap time=$T2 >new
	LC_ALL=C sort -r old >old2
	LC_ALL=C sort new >new2
	changes 'new 3,gone 80' old2 new2
	# Two headers, and a comment of somebody's.
	{ printf '#proto\tlocal_port\ntcp\t1\n# a comment\n## another\n'
		printf '#local_port\tproto\n80\ttcp\n'; } >new
	run -0 --separate-stderr prt-diff old new
	[ -z "$output" ]
	warns 'new: no ##prt line of a scan, which old has: *'
}

@test "permuted and unknown columns; the two sides have different ones" {
	{ rec; rec local_port=1; } | snap >old
	FIELDS=(mine exe local_port process proto)
	{ rec mine=x; rec local_port=1 process=a; } | snap >new
	changes 'changed 1' old new
	changes 'changed 1' new old
	# Keys are those that both have.
	FIELDS=(local_port netns proto)
	rec netns=blue | snap >a
	FIELDS=(proto remote_port local_port)
	rec remote_port=7 | snap >b
	same a b
	FIELDS=(proto state)
	rec | snap >b
	refuses 'b: no field local_port, and no --key' a b
}

@test "a later header that lacks a field of the key: it is none of any record's" {
	FIELDS=(host proto netns local_addr local_port process)
	rec host=a netns=x | snap host=a time=$T1 >a
	rec host=a netns=x process=b | snap host=a time=$T1 >a2
	FIELDS=(host proto local_addr local_port process)
	rec host=b | snap host=b time=$T1 >b
	cat a b >one
	cat b a >two
	same one two
	same two one
	cat b a2 >changed
	run -0 prt-diff -H -o host,change,was one changed
	[ "$output" = "a	changed	process=nginx" ]
	# a header alone is one, too: a state has that of a host without records
	FIELDS=(host proto local_port process)
	snap host=c time=$T1 </dev/null >c
	cat one c >three
	cat c one >four
	same three four
}

@test "values are compared unescaped, and written in one form" {
	printf '#proto\tlocal_port\tprocess\ntcp\t1\t\\x41\\x5c\\x0a\n' >old
	printf '#proto\tlocal_port\tprocess\ntcp\t1\tA\\\\\\n\n' >new
	same old new
	printf '#proto\tlocal_port\tprocess\ntcp\t1\t\n' >new
	same old new
	printf '#proto\tlocal_port\tprocess\ntcp\t\\x31\t\xff\x1b\n' >new
	run -0 prt-diff -H -o local_port,process,was old new
	# shellcheck disable=SC1003
	assert_output_is '1	\xff\x1b	process=A\\\\\n'
}

@test "no record stream: one message, status 2" {
	rec | snap >ok
	sed 's/$/\r/' ok >bad
	refuses "bad:1: ends in CR LF: expected LF alone (no csv; tr -d '*')" ok bad
	refuses "bad:1: ends in CR LF: *" bad ok
	{ cat ok; printf 'a\0b\n'; } >bad
	refuses 'bad:5: a NUL byte: not a record stream' ok bad
	{ printf '\xef\xbb\xbf'; cat ok; } >bad
	refuses 'bad:1: starts with a byte order mark: *' ok bad
	sed 's/nginx/\\q/' ok >bad
	refuses 'bad:3: an escape other than *' ok bad
	sed '3s/$/\tmore/' ok >bad
	refuses 'bad:3: 20 fields, expected 19' bad ok
	refuses '(standard input):3: 20 fields, expected 19' ok <bad
	sed 's/^#proto/&\tproto/' ok >bad
	refuses 'bad:2: not a header *' ok bad
	sed 's/records=1/records=0/' ok >bad
	refuses 'bad:4: 1 records, more than the 0 of ##end' ok bad
	sed 's/prt 1/prt 2/' ok >bad
	refuses "bad:1: expected ##prt 1: another version's snapshot" ok bad
	run -2 --separate-stderr prt-diff bad <(sed 's/$/\r/' ok)
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "a line of 10 MiB" {
	local long

	long=$(head -c 10485760 /dev/zero | tr '\0' x)
	{ rec; rec local_port=1; } | sed "s/nginx\$/@/" | snap >old
	sed "s/@/$long/" old >new 2>/dev/null || {
		# Too long for an argument: by a script.
		printf 's/@/%s/\n' "$long" >script
		sed -f script old >new
	}
	[ "$(wc -c <new)" -gt 20971520 ]
	same old new
	prt-diff -q -c cmdline old new && return 1
	run -0 prt-diff -H -c cmdline -o was old new
	[ "${lines[0]}" = cmdline=@ ]
}

@test "a snapshot cut at any byte is refused, but at none for OLD" {
	local at size

	rec | snap time=$T1 >old
	size=$(wc -c <old)
	for ((at = 0; at < size; at++)); do
		head -c "$at" old >short
		run -2 --separate-stderr prt-diff old short
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ "$at" -gt 0 ] || continue
		run -2 prt-diff short old
	done
	same old old
}

@test "nothing at all: a scan that failed, or an empty OLD" {
	rec | snap >a
	refuses '/dev/null: nothing at all: the scan failed, or no news' a /dev/null
	refuses '(standard input): nothing at all: *' a </dev/null
	echo '# only a comment' >b
	refuses 'b: nothing at all: *' a b
	changes 'new 80' /dev/null a
	# One without records is another thing.
	snap </dev/null >b
	changes 'gone 80' a b
	changes 'new 80' b a
	same b b
	printf '##prt 1\n##end records=0\n' >b
	changes 'gone 80' a b
	same b b
	header >b
	changes 'gone 80' a b
}

@test "a selection is compared with another only" {
	{ rec; rec local_port=1 process=sshd exe=- cmdline=-; } | snap >old
	cp old new
	grep -e '^#' -e sshd old >part
	refuses 'part is a selection *, new is a whole snapshot: *' part new
	refuses 'part is a selection *, new is a whole snapshot: *' new part
	same part part
	{ rec local_port=2; rec local_port=1 process=sshd exe=- cmdline=-
		} | snap >new
	grep -e '^#' -e nginx new >part2
	changes 'new 2,gone 1' part part2
	run -0 prt-diff -a part part2
	[ "${lines[0]}" = '##prt 1 partial=1' ]
	# What has no ##prt can be anything.
	grep -v '^##' part >bare
	changes 'gone 80' old bare
	changes 'new 80' bare old
	same part bare
	# partial=1 says the same, but is no OLD.
	rec | snap partial=1 >new
	changes 'new 80,gone 1' part new
	refuses 'new is a selection *' old new
	refuses 'new: partial=1: *' new part
}

@test "records without a ##prt, and a scan: a warning" {
	{ rec; rec local_port=1; } | snap time=$T1 scope=all >old
	grep nginx old | sed 1d >selected
	changes 'gone 80' old selected
	warns 'selected: no ##prt line of a scan, which old has: is it a selection *'
	changes 'new 80' selected old
	warns 'selected: no ##prt line *'
	same selected selected
	# Nothing at all has no records, and nothing to be warned of.
	changes 'new 80,new 1' /dev/null old
	[ -z "$stderr" ]
}

@test "scopes: both are named, --force compares" {
	rec | snap scope=all >old
	rec local_port=1 | snap scope=tcp,listen >new
	refuses 'old has scope=all, new has scope=tcp,listen: not comparable (--force)' old new
	changes 'new 1,gone 80' --force old new
	rec | snap >new
	same old new
	same new old
}

@test "fewer privileges on one side: a warning" {
	rec | snap euid=0 unowned=0 >old
	rec user=other pid=- process=- exe=- | snap euid=1000 unowned=1 >new
	run -0 --separate-stderr prt-diff old new
	[ -z "$output" ]
	warns 'new was scanned with fewer privileges (euid=1000 unowned=1): *'
	run -0 --separate-stderr prt-diff new old
	[ -z "$output" ]
	warns 'new was scanned with fewer privileges *'
	same new new
	# Without columns that tell whose the user is, nothing is made of it.
	FIELDS=(proto local_port user)
	rec | snap euid=0 unowned=0 >old
	rec user=x | snap euid=0 unowned=1 >new
	run -0 --separate-stderr prt-diff old new
	[ -z "$output" ]
	warns 'new was scanned with fewer privileges (euid=0 unowned=1): *'
	changes 'changed 80' new <(sed s/x/y/ new)
}

@test "fewer privileges of the same user: a warning, if an owner is missing" {
	local hidden=(user=root pid=- process=- exe=-)

	# What another user opens, or has closed, is no matter of privileges.
	rec | snap euid=1000 unowned=0 >old
	{ rec; rec local_port=22 "${hidden[@]}"; } |
		snap euid=1000 unowned=1 >new
	changes 'new 22' old new
	[ -z "$stderr" ]
	changes 'gone 22' new old
	[ -z "$stderr" ]
	# Nor is a process that gave up root, behind which another may be.
	rec | snap euid=0 unowned=0 >old
	rec user=www | snap euid=0 unowned=1 >new
	changes 'changed 80' old new
	[ -z "$stderr" ]
	# A connection that waits to be accepted has no owner.
	rec remote_port=5 state=ESTABLISHED | snap euid=0 unowned=0 >old
	rec remote_port=5 state=ESTABLISHED user=root pid=- process=- exe=- |
		snap euid=0 unowned=1 >new
	changes '' old new
	[ -z "$stderr" ]
	changes '' new old
	[ -z "$stderr" ]
	# A capability was lost, or one is there now.
	rec | snap euid=1000 unowned=0 >old
	rec "${hidden[@]}" | snap euid=1000 unowned=1 >new
	changes '' old new
	warns 'new was scanned with fewer privileges (euid=1000 unowned=1): *'
	changes '' new old
	warns 'new was scanned with fewer privileges (euid=1000 unowned=1): *'
	# A state that has the owners from before does not tell it each night.
	prt-diff --init -S state old
	for _ in 1 2 3; do
		prt-diff -S state new 2>>said
	done
	[ "$(grep -c fewer said)" -eq 1 ]
	# Of several machines, by those of which an owner is missing.
	FIELDS+=(host)
	{ rec host=a; rec host=a local_port=22 "${hidden[@]}"; } |
		snap host=a euid=0 unowned=1 >new
	rec host=b | snap host=b euid=0 unowned=0 >old.b
	rec host=a | snap host=a euid=0 unowned=0 >old
	cat old.b >>old
	cp new new.a
	rec host=b | snap host=b euid=0 unowned=1 >>new
	changes 'new 22' old new
	[ -z "$stderr" ]
	{ cat new.a; rec host=b "${hidden[@]}" |
		snap host=b euid=0 unowned=1; } >new
	changes 'new 22' old new
	warns 'new was scanned with fewer privileges (euid=0 unowned=1): *'
}

@test "NEW was made before OLD: a warning" {
	rec | snap time=$T2 >old
	rec local_port=1 | snap time=$T1 >new
	changes 'new 1,gone 80' old new
	warns "new has time=$T1, older than old with time=$T2"
	changes 'new 80,gone 1' new old
	[ -z "$stderr" ]
}

@test "different hosts, of which the records say nothing: a warning" {
	rec | snap host=web1 >old
	rec local_port=1 | snap host=web2 >new
	changes 'new 1,gone 80' old new
	warns 'old has host=web1, new has host=web2'
	FIELDS+=(host)
	rec host=web2 local_port=1 | snap host=web2 >new
	changes 'new 1,gone 80' old new
	warns 'old has host=web1, new has host=web2'
}

@test "several hosts: each its own" {
	FIELDS+=(host)
	{ rec host=a | snap host=a time=$T1; rec host=b |
		snap host=b time=$T2 scope=x; } >old
	{ rec host=a; rec host=a local_port=1; } | snap host=a time=$T2 >new
	rec host=b local_port=2 | snap host=b time=$T3 scope=x >>new
	run -0 --separate-stderr prt-diff -o host,change,local_port,first_seen \
		old new
	[ -z "$stderr" ]
	assert_output_is "##prt 1 host=a time=$T2 since=$T1 partial=1
#host	change	local_port	first_seen
a	new	1	$T2
##end records=1
##prt 1 host=b time=$T3 scope=x since=$T2 partial=1
#host	change	local_port	first_seen
b	new	2	$T3
b	gone	80	$T2
##end records=2"
	# Records in any order.
	{ grep '^#' new; grep -v '^#' new | tac; } >new2
	prt-diff old new | cmp - <(prt-diff old new2)
	prt-diff -a old new | grep -c '^##prt' | grep -qx 2
	same old old
	# What prt-diff printed is such a stream again.
	prt-diff -a old new >all
	changes 'new 1,new 2,gone 80' old all
	same new all
	# Scopes are compared host by host.
	sed 's/scope=x/scope=y/' new >new2
	refuses 'old has scope=x, new2 has scope=y: *' old new2
}

@test "a host that was not scanned: a warning, and none is gone" {
	FIELDS+=(host)
	{ rec host=a | snap host=a; rec host=b | snap host=b
		rec host=c | snap host=c; } >old
	rec host=b local_port=1 | snap host=b >new
	changes 'new 1,gone 80' old new
	warns 'new: not scanned: hosts a, c: their records are not gone'
	# Also without host in the key.
	changes 'new 1,gone 80' -k proto,local_port old new
	changes 'new 80' -k proto,local_port -o change,local_port old <(
		rec host=d | snap host=d)
	# Without ##prt, the hosts are those of the records.
	grep -v '^##' new >bare
	changes 'new 1,gone 80' old bare
	grep -v '^##' old >bare
	changes 'new 1,gone 80' bare new
	warns 'new: not scanned: hosts a, c: *'
	rec host=a | snap host=a >new
	rec host=b | snap host=b >old
	changes 'new 80' old new
	warns 'new: not scanned: host b: *'
}

@test "several hosts that cannot be told apart" {
	rec | snap host=a >a
	rec | snap host=b >b
	cat a b >ab
	refuses 'ab: several ##prt lines, and records that do not say their host *' a ab
	FIELDS+=(host)
	rec host=a | snap host=a >a2
	rec host=b | snap host=b >b2
	rec host=- | snap host=b >c2
	rec host=b | snap >d2
	cat a2 b2 >ab2
	cat a2 c2 >ac2
	cat a2 d2 >ad2
	cat a2 a2 >aa2
	refuses 'ac2: several ##prt lines, and records that do not *' a2 ac2
	refuses 'ad2: several ##prt lines, and one that does not *' a2 ad2
	refuses 'aa2: more than one ##prt line of host a' a2 aa2
	refuses 'ab2 has records of several hosts, b has no field host *' ab2 b
	refuses 'ab2 has records of several hosts, b has no field host *' b ab2
	grep -v '##prt.*=a' ab2 | grep -v '^##end' >x
	echo '##end records=2' >>x
	refuses 'x: there is no ##prt line of host a' a2 x
}

@test "gone records of either side are passed over" {
	FIELDS+=(change)
	{ rec change=new; rec local_port=1 change=gone; } | snap >old
	{ rec change=changed; rec local_port=1 change=gone
		rec local_port=2 change=gone; } | snap >new
	same old new
	[ "$(prt-diff -H -a old new | wc -l)" -eq 1 ]
}

@test "many members of one key, some unknown: the same as few" {
	awk 'BEGIN {
		OFS = "\t"
		print "#proto", "local_port", "pid", "process", "cmdline" >"old"
		print "#proto", "local_port", "pid", "process", "cmdline" >"new"
		for (i = 0; i < 60000; i++) {
			print "tcp", i % 4, i, i % 3 ? "p" i : "-", i >"old"
			print "tcp", i % 4, i, i % 5 ? "p" i : "-", i + 1 >"new"
		}
	}'
	# Each has one that its own number, and so no other, is equal to.
	run -0 timeout 20 prt-diff -H -k proto -c process,pid old new
	[ -z "$output" ]
	run -0 timeout 20 prt-diff -H -k proto -c process,pid,cmdline old new
	[ "${#lines[@]}" -eq 60000 ]
}

# masks FIELDS N: records that lack different fields, to old and new; NEW lacks
# one more of each.
masks()
{
	awk -v fields="$1" -v n="$2" 'BEGIN {
		head = "#proto\tlocal_port"
		for (k = 0; k < fields; k++)
			head = head "\tf" k
		print head >"old"
		print head >"new"
		for (i = 1; i < n; i++) {
			old = new = "tcp\t1"
			gap = 0
			for (k = 0; k < fields; k++) {
				known = k == fields - 1 || int(i / 2 ^ k) % 2
				old = old "\t" (known ? "v" i : "-")
				new = new "\t" (known && \
				    (gap || k == fields - 1) ? "v" i : "-")
				gap += known
			}
			print old >"old"
			print new >"new"
		}
	}'
	fields=$(seq -s , -f f%g 0 "$(($1 - 1))")
}

@test "many masks of what is known: the same as few" {
	local fields

	masks 7 6000
	# What NEW does not know is no change, and nobody else has its values.
	run -0 timeout 60 prt-diff -H -k proto -c "$fields" old new
	[ -z "$output" ]
	# One of them is another.
	sed '$s/v5999/w5999/g' new >other
	run -0 timeout 60 prt-diff -H -k proto -c "$fields" -o change old other
	[ "$output" = changed ]
}

# The square of so many takes minutes.
@test "more masks than are compared: told, and nothing is kept quiet for it" {
	local fields

	! is_watched || skip 'not with sanitizers or valgrind'
	masks 16 32000
	sed '$s/v31999/w31999/g' new >other
	run -0 --separate-stderr timeout 60 \
		prt-diff -H -k proto -c "$fields" -o f15,change old other
	[[ $output == *'w31999	'* ]]
	[ "$stderr" = 'prt-diff: warning: the records of a key lack fields in too many different ways: some that may be the same are told as changes' ]
}
