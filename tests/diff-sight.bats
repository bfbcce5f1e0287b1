#!/usr/bin/env bats
# prt-diff: what one of the two scans could not see is not news: protos=,
# bound=, owners.
# shellcheck disable=SC2154,SC2030,SC2031

load helpers
load diff

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

# scan FILE [KEY=VALUE]... <records: a snapshot, a second after the last one.
scan()
{
	local file=$1

	shift
	echo >>scans
	snap "time=2026-11-24T03:$(printf %02d:%02d $(($(wc -l <scans) / 60)) \
		$(($(wc -l <scans) % 60))).000Z" "$@" >"$file"
}

# The arguments: lines of what prt-diff printed, with blanks between fields.
shows()
{
	run -0 --separate-stderr prt-diff -H -o change,local_port,state "$@"
	[ -z "$stderr" ]
	tr '\t\n' ' ,' <<<"$output"
}

# is WANT FILE...: shows prints WANT.
is()
{
	local want=$1 got

	shift
	got=$(shows "$@")
	[ "$got" = "$want," ] || {
		echo "$* gives $got"
		return 1
	}
}

bound()
{
	rec state=BOUND process=app "$@"
}

# pair OLD NEW WANT: a record of uid 0 and one of uid 1000 are gone, and one of
# each is new; OLD and NEW are keys, with commas between them.
pair()
{
	local -a old new

	IFS=, read -ra old <<<"$1"
	IFS=, read -ra new <<<"$2"
	{ rec; bound local_port=1; bound local_port=2 uid=1000
		bound local_port=5; } | scan old "${old[@]}"
	{ rec; bound local_port=3; bound local_port=4 uid=1000
		bound local_port=5; } | scan new "${new[@]}"
	is "$3" old new
}

NEW='new 3 BOUND,new 4 BOUND'
GONE='gone 1 BOUND,gone 2 BOUND'

@test "bound: all is compared with all" {
	pair bound=all bound=all "$NEW,$GONE"
}

@test "bound: what a scan that reads none lacks is not gone, nor new after it" {
	pair bound=all bound=no "$NEW"
	pair bound=no bound=all "$GONE"
	# Such a record should not be there at all; if it is, it is believed.
	pair bound=no bound=no "$NEW,$GONE"
	pair state=1 state=1 "$NEW,$GONE"
}

@test "bound: of a user's scan only his own are looked for on the other side" {
	pair euid=0,bound=all euid=0,bound=own "$NEW,gone 1 BOUND"
	pair euid=0,bound=own euid=0,bound=all "new 3 BOUND,$GONE"
	pair euid=1000,bound=own euid=1000,bound=own \
		'new 4 BOUND,gone 2 BOUND'
	pair euid=1000,bound=own euid=1001,bound=own 'new 4 BOUND'
	pair euid=1001,bound=own euid=1000,bound=own 'gone 2 BOUND'
	pair bound=own bound=own ''
	pair euid=1000,bound=own euid=1000,bound=no "$NEW"
	pair euid=1000,bound=no euid=1000,bound=own "$GONE"
}

@test "bound: without the field uid no record is a user's own" {
	FIELDS=(proto state local_addr local_port process)
	pair euid=1000,bound=own euid=1000,bound=own ''
	pair euid=1000,bound=all euid=1000,bound=all "$NEW,$GONE"
}

@test "bound: a word that is not known, or is missing, is no" {
	pair bound=all bound=most "$NEW"
	pair bound=all bound=ALL "$NEW"
	pair bound=all bound=- "$NEW"
	pair bound=all euid=0 "$NEW"
	pair bound=,euid=0 bound=all "$GONE"
}

@test "published: what a scan that did not look for all lacks is no news" {
	nat() { rec state=NAT process= pid= user= "$@"; }
	for old in 1 80; do
		{ rec local_port=2; nat local_port=$old; } |
			scan "nat$old" published=all
	done
	rec local_port=2 | scan none
	rec local_port=2 | scan all published=all
	is 'new 80 NAT,gone 1 NAT' nat1 nat80
	is '' nat1 none
	is '' none nat1
	is 'gone 1 NAT' nat1 all
	is 'new 1 NAT' all nat1
	# a state keeps records that a narrower scan does not look for
	prt-diff -S state --init <nat1
	run -0 prt-diff -H -S state <none
	[ -z "$output" ]
	{ rec local_port=2; nat local_port=80; } | scan later published=all
	run -0 prt-diff -H -S state -o change,local_port <later
	[ "$(sort <<<"$output")" = 'gone	1
new	80' ]
}

@test "bound: a listener that began or ceased to be one" {
	bound local_port=80 | scan bound bound=all
	rec process=app | scan listen bound=all
	is 'changed 80 LISTEN' bound listen
	rec process=app | scan listen bound=no
	is 'new 80 LISTEN' bound listen
	bound local_port=80 | scan bound bound=all
	is 'gone 80 LISTEN' listen bound
	# The other socket on the same port is not involved.
	rec process=b | scan old bound=no
	{ bound local_port=80 process=a; rec process=c; } | scan new bound=all
	run -0 prt-diff -H -o change,state,process,was old new
	assert_output_is "changed	LISTEN	c	process=b"
}

@test "bound: records of one member of which only some can be read" {
	rec local_port=1 | scan old bound=no
	{ rec local_port=1; bound pid=1 process=nginx
		rec pid=200; rec pid=150; } | scan new bound=all
	run -0 prt-diff -H -c process -o change,state,local_port,pid old new
	assert_output_is "new	LISTEN	80	150"
	{ rec local_port=1; bound pid=1; } | scan new bound=all
	run -0 prt-diff -H -c none old new
	[ -z "$output" ]
}

@test "protos: what the other side does not have is no news" {
	{ rec; rec proto=sctp local_port=1; } | scan with protos=tcp,udp,sctp
	{ rec; rec proto=sctp local_port=2; } | scan other protos=udp,sctp,tcp
	is 'new 2 LISTEN,gone 1 LISTEN' with other
	rec | scan before euid=0
	rec | scan without protos=tcp,udp
	{ rec; rec proto=sctp local_port=1; } | scan with protos=tcp,udp,sctp
	is '' before with
	is '' without with
	rec | scan before euid=0
	rec | scan later protos=tcp,udp
	is '' with before
	is '' with later
	prt-diff -a -H -o change,proto without other >all
	grep -qx 'unchanged	sctp' all
}

@test "protos: a snapshot that has others than it says is believed" {
	{ rec; rec proto=tcp4 local_port=1; } | scan old euid=0
	{ rec; rec proto=udp4 local_port=2 state=UNCONN; } | scan new euid=0
	is 'new 2 UNCONN,gone 1 LISTEN' old new
	{ rec; rec proto=udp4 local_port=2 state=UNCONN; } | scan new \
		protos=tcp,udp,sctp
	is 'new 2 UNCONN,gone 1 LISTEN' old new
}

@test "protos: a list that is odd" {
	{ rec; rec proto=sctp local_port=1; } | scan old protos=tcp,udp,sctp
	for list in ",,sctp,," sctp,sctp sctp,quic SCTP,sctp; do
		{ rec proto=sctp local_port=2; } | scan new "protos=$list"
		is 'new 2 LISTEN,gone 1 LISTEN' old new
	done
	# A list that is too long counts as none; - is a missing list.
	for list in "$(printf 'p%d,' {1..80})sctp" - ''; do
		{ rec; rec proto=quic local_port=2; } | scan new "protos=$list"
		is 'new 2 LISTEN' old new
	done
}

@test "without ##prt, and with an empty OLD, every record counts" {
	{ rec; bound local_port=1; rec proto=sctp local_port=2; } >records
	scan new protos=tcp,udp,sctp bound=all <records
	rec >bare
	is 'new 1 BOUND,new 2 LISTEN' bare new
	is 'new 80 LISTEN,new 1 BOUND,new 2 LISTEN' /dev/null new
	scan old protos=tcp,udp,sctp bound=all <records
	is 'gone 1 BOUND,gone 2 LISTEN' old bare
}

@test "of several hosts each is judged by its own" {
	FIELDS+=(host)
	for host in a b; do
		rec host=$host
		bound host=$host local_port=1
		rec host=$host local_port=2 proto=sctp
	done >records
	scan_hosts() {
		local lines

		mapfile -t lines
		printf '##prt 1 time=%s host=a %s\n##prt 1 time=%s host=b %s\n' \
			"$1" "$2" "$1" "$3"
		header
		[ ${#lines[@]} -eq 0 ] || printf '%s\n' "${lines[@]}"
		printf '##end records=%s\n##end records=0\n' "${#lines[@]}"
	}
	scan_hosts $T1 bound=no bound=all <<<"$(grep -v -e BOUND -e sctp records)" >old
	scan_hosts $T2 'bound=all protos=tcp,udp,sctp' bound=all <records >new
	run -0 prt-diff -H -o change,host,local_port old new
	assert_output_is "new	b	1
new	b	2"
	scan_hosts $T3 bound=no 'bound=no protos=tcp,sctp,udp' \
		<<<"$(grep -v -e BOUND -e sctp records)" >newer
	run -0 prt-diff -H -o change,host,local_port new newer
	assert_output_is "gone	b	2"
}

# Root's listener, and a worker of it that runs as a user.
master()
{
	rec pid=1 uid=0 user=root process=master exe=/bin/m "$@"
}

worker()
{
	rec pid=2 uid=1000 user=www process=worker exe=/bin/w "$@"
}

# told WANT OLD NEW: change and process of what prt-diff prints; its warnings do
# not matter.
told()
{
	local want=$1

	shift
	run -0 --separate-stderr prt-diff -H -o change,process "$@"
	[ "$(tr '\t\n' ' ,' <<<"$output")" = "${want:+$want,}" ] ||
		[ -z "$want$output" ] || {
		echo "$* gives $output"
		return 1
	}
}

ROOT=(scope=all euid=0 unowned=0)
USER=(scope=all euid=1000 unowned=1)

@test "owners: one of two that a user may not see is not gone, nor new after it" {
	{ master; worker; } | scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told '' root user
	told '' user root
	# The same without the user's name, and by other compared values.
	told '' -c process,exe root user
	told '' -c process,exe user root
	# If a scan sees all, or does not say so much, it is gone.
	worker | scan all scope=all euid=1000 unowned=0
	told 'gone master' root all
	told 'new master' all root
	worker | scan silent scope=all
	told 'gone master' root silent
	prt-diff -a -H -o change,process user root 2>/dev/null >all
	grep -qx 'unchanged	master' all
}

@test "owners: of the user himself none is hidden" {
	{ worker; worker pid=3 process=other; } | scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told 'gone other' root user
	told 'new other' user root
	# One of several with the same values is enough.
	{ worker; master process=other exe=x pid=3
		master process=other exe=x pid=4 uid=1000; } | scan root "${ROOT[@]}"
	told 'gone other' -c process root user
	{ worker; master process=other exe=x pid=3
		master process=other exe=x pid=4 uid=1001; } | scan root "${ROOT[@]}"
	told '' -c process root user
	# Whose socket it is must be known.
	FIELDS=(proto state local_port pid process)
	{ master; worker; } | scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told '' root user
	FIELDS=(proto state local_port process uid)
	{ master; worker uid=1000; rec process=x uid=1000; } |
		scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told 'gone x' root user
	# Everybody sees the kernel's own sockets.
	FIELDS=(proto state local_port pid process uid)
	{ worker; rec pid=- process=[nfsd]; } | scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told 'gone [nfsd]' root user
}

@test "owners: a socket that is gone, or in another state, is so" {
	{ master; worker; master local_port=1; } | scan root "${ROOT[@]}"
	worker | scan user "${USER[@]}"
	told 'gone master' root user
	{ master; worker; worker state=BOUND; } |
		scan root "${ROOT[@]}" bound=all
	worker state=BOUND | scan user "${USER[@]}" bound=own
	run -0 --separate-stderr prt-diff -H -o change,process,state root user
	assert_output_is "gone	master	LISTEN
gone	worker	LISTEN"
	told '' -c process root user
}

@test "owners: what is left is compared, and who is hidden only if it must be" {
	{ master; worker; } | scan root "${ROOT[@]}"
	worker process=evil exe=/bin/e | scan user "${USER[@]}"
	told 'changed evil' root user
	told 'changed worker' user root
	run -0 --separate-stderr prt-diff -H -o was root user
	[ "$output" = process=worker,exe=/bin/w ]
	# One on each side: the socket changed hands.
	master | scan root "${ROOT[@]}"
	told 'changed evil' root user
	told 'changed master' user root
	worker process=evil exe=/bin/e uid=1001 |
		scan user scope=all euid=1001 unowned=3
	worker | scan other "${USER[@]}"
	told 'changed evil' other user
	{ master; master process=a; } | scan root "${ROOT[@]}"
	told 'changed evil' root user
	told 'changed a' user root
	# One more process is not a different one.
	{ worker; worker process=evil; } | scan user "${USER[@]}"
	{ master; worker; } | scan root "${ROOT[@]}"
	told 'new evil' root user
	told 'gone evil' user root
}

@test "owners: of several hosts each is judged by its own" {
	FIELDS+=(host)
	for host in a b; do
		{ master host=$host; worker host=$host; } |
			scan one host=$host "${ROOT[@]}"
		cat one >>old
		worker host=$host | scan one host=$host \
			"${ROOT[@]:0:1}" euid=1000 \
			unowned="$([ $host = b ]; echo $?)"
		cat one >>new
	done
	run -0 --separate-stderr prt-diff -H -o change,host,process old new
	assert_output_is "gone	b	master"
	run -0 --separate-stderr prt-diff -H -o change,host,process new old
	assert_output_is "new	b	master"
}

@test "owners: a key of many takes no square time" {
	for i in 1 2; do
		printf '##prt 1 time=2026-11-24T03:00:0%d.000Z euid=%d unowned=%d\n' \
			$i $((i - 1)) $((i - 1))
		printf '#proto\tstate\tlocal_port\tpid\tprocess\tuid\n'
		awk -v OFS='\t' -v i=$i 'BEGIN { for (n = 0; n < 100000; n++)
			print "tcp", "S" n % 50000, "1", n + 1,
			    "p" (n % 3 ? n : i "-" n), n % 5 }'
		echo '##end records=100000'
	done | csplit -s - '/##end/1'
	timeout 20 prt-diff -q xx00 xx01 || [ $? -eq 1 ]
	timeout 20 prt-diff -q xx01 xx00 || [ $? -eq 1 ]
}

@test "-S: an owner that a user may not see is kept beside his own" {
	{ master; worker; } | scan new "${ROOT[@]}"
	prt-diff --init -S state new
	for _ in 1 2; do
		worker | scan new "${USER[@]}"
		told '' -S state new
		[ "$(grep -c '^[^#]' state)" -eq 2 ]
		grep -q '^##prt .* owners=all\( \|$\)' state
	done
	cp state state.user
	{ master pid=7; worker pid=8; } | scan new "${ROOT[@]}"
	told '' -S state new
	run ! grep -q owners= state
	# Root's next scan reports what has changed meanwhile.
	cp state.user state
	worker | scan new "${ROOT[@]}"
	told 'gone master' -S state new
	cp state.user state
	{ master; master process=evil; worker; } | scan new "${ROOT[@]}"
	told 'new evil' -S state new
	# The user's scan reports his own change, root's next one the rest.
	cp state.user state
	worker process=evil | scan new "${USER[@]}"
	told 'changed evil' -S state new
	{ master; worker process=evil; } | scan new "${ROOT[@]}"
	told '' -S state new
}

@test "-S: what comes after a user's scan is known from then on" {
	worker | scan new "${USER[@]}"
	prt-diff --init -S state new
	run ! grep -q owners= state
	{ master; worker; } | scan new "${ROOT[@]}"
	told '' -S state new
	worker | scan new "${USER[@]}"
	told '' -S state new
	{ master; worker; } | scan new "${ROOT[@]}"
	told '' -S state new
	worker | scan new "${ROOT[@]}"
	told 'gone master' -S state new
}

@test "-S: a hidden owner is kept with few fields, and not of another scope" {
	{ master; worker; } | scan new "${ROOT[@]}"
	prt-diff --init -S state new
	worker | scan new scope=tcp euid=1000 unowned=1
	told '' --force -S state new
	run ! grep -q master state
	run ! grep -q owners= state
	FIELDS=(proto local_port pid process)
	{ master; worker; } | scan new "${ROOT[@]}"
	prt-diff --force --init -S state new
	worker | scan new "${USER[@]}"
	told '' -S state new
	{ master; worker; } | scan new "${ROOT[@]}"
	told '' -S state new
	worker | scan new "${ROOT[@]}"
	told 'gone master' -S state new
}

# A change between two scans that could see it is reported, whatever scans came
# between them.
@test "-S: what a lesser scan cannot read is kept for the next" {
	full=(scope=all euid=0 bound=all "protos=tcp,udp,sctp")
	less=(scope=all euid=0 bound=no "protos=tcp,udp")
	{ rec; bound local_port=1; rec proto=sctp local_port=2; } |
		scan old "${full[@]}"
	prt-diff --init -S state old
	for _ in 1 2 3; do
		rec | scan new "${less[@]}"
		is '' -S state new
		[ "$(grep -c '^[^#]' state)" -eq 3 ]
		grep -q '^##prt .* protos=tcp,udp,sctp\( \|$\)' state
		grep -q '^##prt .* bound=all\( \|$\)' state
		grep -q '##end records=3' state
	done
	cp state state.before
	# One is gone by now, one is still there, and two are new.
	{ rec; rec proto=sctp local_port=2; rec proto=sctp local_port=3
		bound local_port=4; } | scan new "${full[@]}"
	run -0 --separate-stderr prt-diff -H \
		-o change,local_port,first_seen -S state new
	assert_output_is "new	3	2026-11-24T03:00:05.000Z
new	4	2026-11-24T03:00:05.000Z
gone	1	2026-11-24T03:00:01.000Z"
	[ "$(grep -c '^[^#]' state)" -eq 4 ]
	# The same if all of them are unchanged.
	{ rec; bound local_port=1; rec proto=sctp local_port=2; } |
		scan new "${full[@]}"
	is '' -S state.before new
}

@test "-S: what a first full scan adds is not new, and is compared from then on" {
	rec | scan old scope=all
	prt-diff --init -S state old
	{ rec; bound local_port=1; rec proto=sctp local_port=2; } |
		scan new scope=all bound=all protos=tcp,udp,sctp
	is '' -S state new
	cp state state.1
	rec | scan new scope=all bound=all protos=tcp,udp,sctp
	is 'gone 1 BOUND,gone 2 LISTEN' -S state new
	{ rec; bound local_port=1; rec proto=sctp local_port=2
		bound local_port=3; } |
		scan new scope=all bound=all protos=tcp,udp,sctp
	is 'new 3 BOUND' -S state.1 new
}

# Scans that see only their user's sockets do not make the state grow forever.
@test "-S: a user's scans after one of root's" {
	{ rec; bound local_port=1; bound local_port=2 uid=1000; } |
		scan old euid=0 bound=all
	prt-diff --init -S state old
	{ rec; bound local_port=2 uid=1000; bound local_port=3 uid=1000; } |
		scan new euid=1000 unowned=1 bound=own
	run -0 --separate-stderr prt-diff -H -o change,local_port \
		-S state new
	assert_output_is "new	3"
	{ rec; bound local_port=4 uid=1000; } |
		scan new euid=1000 unowned=1 bound=own
	run -0 --separate-stderr prt-diff -H -o change,local_port \
		-S state new
	assert_output_is "new	4
gone	2
gone	3"
	# root's are still known, and that all of them were read
	[ "$(grep -c BOUND state)" -eq 2 ]
	{ rec; bound local_port=5; bound local_port=4 uid=1000; } |
		scan new euid=0 unowned=0 bound=all
	run -0 --separate-stderr prt-diff -H -o change,local_port \
		-S state new
	assert_output_is "new	5
gone	1"
}

@test "-S: the header of what is kept is the new one" {
	rec proto=sctp local_port=2 | scan old protos=tcp,udp,sctp host=a
	prt-diff --init -S state old
	FIELDS+=(host inode)
	rec host=a inode=7 | scan new protos=tcp,udp host=a
	is 'new 80 LISTEN' -S state new
	[ "$(grep -c '^#proto' state)" -eq 1 ]
	{ rec host=a inode=7; rec proto=sctp local_port=2 host=a inode=8; } |
		scan new protos=tcp,udp,sctp host=a
	is '' -S state new
}

@test "-S: a snapshot without a header keeps what it cannot read" {
	rec proto=sctp local_port=2 | scan old protos=tcp,udp,sctp
	prt-diff --init -S state old
	printf '##prt 1 time=2026-11-24T04:00:00.000Z protos=tcp,udp\n%s\n' \
		'##end records=0' >new
	is '' -S state new
	grep -q '^sctp' state
	run -0 prt-diff -q -S state new
}

# Sockets that a filter leaves out are not in the state's scope.
@test "-S --force: nothing is kept of another scope" {
	{ rec; rec proto=udp state=UNCONN local_port=1; } |
		scan old scope=all protos=tcp,udp
	prt-diff --init -S state old
	rec | scan new scope=tcp protos=tcp
	is '' --force -S state new
	run ! grep -q UNCONN state
	run ! grep -q protos=tcp,udp state
}

@test "a list of protos that is long takes no square time" {
	awk 'BEGIN { for (i = 0; i < 200000; i++) printf "x,"
		print "sctp" }' >list
	for i in 1 2; do
		printf '##prt 1 time=2026-11-24T03:00:0%d.000Z protos=%s%s\n' \
			$i $i "$(<list)"
		echo '#proto	state	local_addr	local_port	remote_addr	remote_port'
		awk -v OFS='\t' 'BEGIN { for (i = 0; i < 50000; i++)
			print "p" i, "LISTEN", "::", i, "-", "-" }'
		echo '##end records=50000'
	done | csplit -s - '/##end/1'
	timeout 20 prt-diff xx00 xx01
}
