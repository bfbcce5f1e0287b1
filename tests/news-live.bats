#!/usr/bin/env bats
# Is it news?  Something happens on a machine, with real processes, and prt-diff
# compares the scans before and after.  news.bats has the rest of that table,
# diff-live.bats the cases that take a daemon.
# shellcheck disable=SC2154,SC2016,SC2030,SC2031

load helpers

setup()
{
	requires linux netns nsenter python3
	cd "$BATS_TEST_TMPDIR" || return
	chmod 755 .
	start_fixture python3 \
		"${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/actors.py"
	PYTHON=$(readlink "/proc/${FX[main]}/exe")
	BAD=0
	# The options of a user's cron line, and the columns of its mail.
	SCAN='-l -o +iface' WITHIN=()
	COLS=change,local_addr,local_port,process,was
}

teardown()
{
	stop_sockets
	# its processes may still be ending
	for name in ${names-}; do
		ip netns del "$name" 2>/dev/null || :
	done
}

# wrong WHAT EXPECTED GOT: reports that the row failed.
wrong()
{
	printf '%s: %s: expected "%s", got "%s"\n' "$ROW" "$@"
	BAD=$((BAD + 1))
}

# same WHAT EXPECTED GOT
same()
{
	[ "$2" = "$3" ] || wrong "$@"
}

# play STEPS: runs them; see actors.py.
play()
{
	unset 'FX[error]'
	echo "${1//$'\n'/ }" >&"${SOCKETS[1]}"
	wait_ready
	[ -z "${FX[error]-}" ] || wrong play '' "${FX[error]}"
}

# scan: as the user $AS, if that is set.
scan()
{
	export NAME
	# shellcheck disable=SC2086 # options
	if [ -n "${AS-}" ]; then
		enter_as "$AS" prt-scan $SCAN
	else
		enter "${WITHIN[@]}" prt-scan $SCAN
	fi 2>said
}

# told FILE [KIND]: sets $told to the lines of that kind, or all, with blanks
# for tabs, ; between them, and without names of this machine.
told()
{
	local line

	told=
	while IFS= read -r line; do
		[[ $line == "${2-}"* ]] || continue
		line=${line//$'\t'/ }
		line=${line//"$PYTHON"/python}
		line=${line//"$PWD/"/}
		while [[ $line =~ net:\[[0-9]+\] ]]; do
			line=${line/"${BASH_REMATCH[0]}"/net:}
		done
		told+=${told:+; }$line
	done <"$1"
}

# says ARG...: prt-diff's output goes to the file out, its warnings to err, and
# its status to $status.
says()
{
	status=0
	prt-diff -H -o "$COLS" "$@" >out 2>err || status=$?
}

# live WHAT BEFORE THEN WANT [ARG]...: prt-diff writes WANT, with ; between its
# lines, and warns of $WARN.  For each row, the exit status, --only and -a
# agree, and so does a kept state, once.  All rows of a table are tried; `judge'
# ends it.
live()
{
	local all kind told
	local -A only

	ROW=$1
	play "anew; $2"
	scan >old
	play "$3"
	SCAN=${THEN_SCAN-$SCAN} AS=${THEN_AS-${AS-}} NAME=${THEN_NAME-one} scan >new
	says "${@:5}" old new
	same status 0 "$status"
	told err
	same warning "${WARN-}" "$told"
	for kind in new gone changed ''; do
		told out "$kind"
		only[${kind:-all}]=$told
	done
	all=$told
	same output "$4" "$all"
	agrees "${@:5}"
	kept "${@:5}"
}

# agrees ARG...: the other ways to ask give the same as $all.
agrees()
{
	local any=0 kind

	[ -z "$all" ] || any=1
	says --exit-code "$@" old new
	same --exit-code $any "$status"
	says -q "$@" old new
	told out
	same -q "$any " "$status $told"
	for kind in new gone changed; do
		says --only=$kind "$@" old new
		told out
		same "--only=$kind" "${only[$kind]}" "$told"
	done
	says -a "$@" old new
	sed -i /^unchanged/d out
	told out
	same -a "$all" "$told"
}

# kept ARG...: a cron job that keeps a state reports the same, and its next run
# nothing more.
kept()
{
	rm -f state
	prt-diff --init -S state "$@" old
	says -S state "$@" new
	told out
	same -S "$all" "$told"
	SCAN=${THEN_SCAN-$SCAN} AS=${THEN_AS-${AS-}} NAME=${THEN_NAME-one} scan >next
	says -S state "$@" next
	told out
	same 'next run' '' "$told"
	told err
	same 'warning of the next run' '' "$told"
}

judge()
{
	[ "$BAD" -eq 0 ]
}

@test "daemons: one that is restarted, reloaded, or has other workers" {
	live 'restarted, on the same port' \
		'web listen l *:80' \
		'web die; web listen l *:80' ''
	live 'restarted, and in the key is the pid' \
		'web listen l *:80' \
		'web die; web listen l *:80' \
		'new 0.0.0.0 80 web -; gone 0.0.0.0 80 web -' \
		-k pid,proto,local_addr,local_port -c none
	live 'reloaded: its workers are others' \
		'web listen l *:80; web fork w1; web fork w2; w1 rename web; w2 rename web' \
		'w1 die; w2 die; web fork w3; web fork w4; w3 rename web; w4 rename web' ''
	live 'one worker more' \
		'web listen l *:80' 'web fork w; w rename web' ''
	live 'one worker less' \
		'web listen l *:80; web fork w; w rename web' 'w die' ''
	live 'a worker of another name is more' \
		'web listen l *:80' 'web fork worker' 'new 0.0.0.0 80 worker -'
	live 'a worker of another name is less' \
		'web listen l *:80; web fork worker' 'worker die' \
		'gone 0.0.0.0 80 worker -'
	live 'the first process ends, a worker stays' \
		'web listen l *:80; web fork w; w rename web' 'web die' ''
	live 'it goes to the background' \
		'web listen l *:80' \
		'web fork w; w fork v; web die; w die; v rename web' ''
	live 'it is suspended' 'web listen l *:80' 'web stop' ''
	live 'it is killed, and is a zombie' \
		'web listen l *:80' 'web zombie' 'gone 0.0.0.0 80 web -'
	live 'its first thread has ended' 'web listen l *:80' 'web thread' ''
	judge
}

@test "daemons: what a process is, changes" {
	live 'its name' 'web listen l *:80' 'web rename web:main' \
		'changed 0.0.0.0 80 web:main process=web'
	live 'its name, which is an odd one' \
		'web rename a,b=c; web listen l *:80' 'web rename web' \
		'changed 0.0.0.0 80 web process=a\\,b\\=c'
	live 'its title' 'web listen l *:80' 'web title web:main' ''
	live 'its title, and that is compared' \
		'web title a; web listen l *:80' 'web title b' \
		'changed 0.0.0.0 80 web cmdline=a' -c process,cmdline
	live 'its folder' 'web listen l *:80' 'web chdir /usr' ''
	SCAN='-l -o +cwd' live 'its folder, and that is compared' \
		'web chdir /; web listen l *:80' 'web chdir /usr' \
		'changed 0.0.0.0 80 web cwd=/' -c cwd
	mkdir bin
	cp "$(fixture listend)" bin/web
	live 'another program, of its name' \
		'web listen l *:80' 'web exec bin/web -n' \
		'changed 0.0.0.0 80 web exe=python'
	live 'its root' 'web listen l *:80' 'web chroot /proc' ''
	live 'its program is renamed' \
		'web listen l *:80; web exec bin/web -n' \
		'mv bin/web bin/old' 'changed 0.0.0.0 80 web exe=bin/web'
	live 'its program is replaced' \
		'web listen l *:80; cp bin/old bin/web; web exec bin/web -n' \
		'cp bin/old bin/new; mv bin/new bin/web' ''
	judge
}

@test "daemons: whose a process is, changes" {
	requires root
	user=$(id -un 65534)

	live 'it gives up root after bind(2)' \
		'web listen l *:80' 'web user 65534' \
		'changed 0.0.0.0 80 web user=root'
	live 'its workers give up root' \
		'web listen l *:80; web fork w; w rename web' 'w user 65534' \
		'new 0.0.0.0 80 web -'
	live 'it is root again' \
		'web user 65534; web listen l *:8080' \
		'web die; web listen l *:8080' \
		"changed 0.0.0.0 8080 web user=$user"
	live 'another user takes the port' \
		'web listen l *:8080' \
		'web die; evil user 65534; evil listen l *:8080' \
		'changed 0.0.0.0 8080 evil process=web,user=root'
	live 'another user listens beside it (SO_REUSEPORT)' \
		'web user 65534; web listen l *:8080 reuseport' \
		'evil user 65534; evil listen l *:8080 reuseport' \
		'new 0.0.0.0 8080 evil -'
	live 'it is in a namespace of pids' \
		'web listen l *:80' 'web die; web pidns; web fork init; init rename web; init listen l *:80' ''
	judge
}

@test "daemons: a listener that is handed on" {
	live 'systemd hands it to a service' \
		'systemd listen l *:80' 'systemd give l web' \
		'new 0.0.0.0 80 web -'
	live 'and the service ends' \
		'systemd listen l *:80; systemd give l web' 'web die' \
		'gone 0.0.0.0 80 web -'
	live 'its holder closes it after that' \
		'old listen l *:80' 'old give l web; old close l' \
		'changed 0.0.0.0 80 web process=old'
	live 'it has another descriptor of it' 'web listen l *:80' \
		'web dup l m; web close l' ''
	live 'one of the same name gets it' \
		'old rename web; old listen l *:80' 'old give l web; old die' ''
	judge
}

@test "addresses: what a daemon listens on" {
	live 'it listens no more' 'web listen l *:80' 'web close l' \
		'gone 0.0.0.0 80 web -'
	live 'it listens on another port' \
		'web listen l *:80' 'web close l; web listen l *:81' \
		'new 0.0.0.0 81 web -; gone 0.0.0.0 80 web -'
	live 'narrowed' 'web listen l *:80' \
		'web close l; web listen l 127.0.0.1:80' \
		'new 127.0.0.1 80 web -; gone 0.0.0.0 80 web -'
	live 'widened' 'web listen l 127.0.0.1:80' \
		'web close l; web listen l *:80' \
		'new 0.0.0.0 80 web -; gone 127.0.0.1 80 web -'
	live 'widened, and the address is compared' \
		'web listen l 127.0.0.1:80' 'web close l; web listen l *:80' \
		'changed 0.0.0.0 80 web local_addr=127.0.0.1' \
		-k proto,local_port -c local_addr
	live 'a second address' 'web listen l 127.0.0.1:80' \
		'web listen m 127.0.0.2:80' 'new 127.0.0.2 80 web -'
	live 'IPv6 too, by a socket of its own' 'web listen l *:80' \
		'web listen m [::]:80 v6only' 'new :: 80 web -'
	live 'IPv6 too, by the same socket' 'web listen l *:80' \
		'web close l; web listen l [::]:80 v6both' \
		'new :: 80 web -; gone 0.0.0.0 80 web -'
	live 'IPv6 no more' 'web listen l [::]:80 v6both' \
		'web close l; web listen l *:80' \
		'new 0.0.0.0 80 web -; gone :: 80 web -'
	live 'IPv4 no more' 'web listen l [::]:80 v6both' \
		'web close l; web listen l [::]:80 v6only' ''
	SCAN='-l -o +v6only' live 'IPv4 no more, and that is compared' \
		'web listen l [::]:80 v6both' \
		'web close l; web listen l [::]:80 v6only' \
		'changed :: 80 web v6only=no' -c process,v6only
	live 'UDP on the same port' 'web listen l *:80' 'web udp u *:80' \
		'new 0.0.0.0 80 web -'
	live 'a longer queue' 'web listen l *:80' 'web listen l' ''
	judge
}

@test "addresses: devices" {
	local COLS=change,local_addr,iface,process

	live 'one bound to a device, beside the wildcard' \
		'dns udp l *:53 reuse' 'dns udp m *:53 reuse dev=lo' \
		'new 0.0.0.0 lo dns'
	SCAN=-l live 'one bound to a device, and devices are not read' \
		'dns udp l *:53 reuse' 'dns udp m *:53 reuse dev=lo' ''
	live 'a device for the wildcard' \
		'dns listen l *:53' 'dns close l; dns listen l *:53 dev=lo' \
		'new 0.0.0.0 lo dns; gone 0.0.0.0 - dns'
	live 'a device no more' \
		'dns listen l *:53 dev=lo' 'dns close l; dns listen l *:53' \
		'new 0.0.0.0 - dns; gone 0.0.0.0 lo dns'
	judge
}

@test "addresses: groups of listeners of one port (SO_REUSEPORT)" {
	local r=reuseport

	live 'one more' "web listen a *:80 $r" "web listen b *:80 $r" ''
	live 'one less' "web listen a *:80 $r; web listen b *:80 $r" \
		'web close a' ''
	live 'another program joins' "web listen a *:80 $r" \
		"evil listen b *:80 $r" 'new 0.0.0.0 80 evil -'
	live 'the first one leaves it to another' \
		"web listen a *:80 $r; next listen b *:80 $r" 'web die' \
		'gone 0.0.0.0 80 web -'
	SCAN='-l -o +inode' live 'one more, and sockets are counted' \
		"web listen a *:80 $r" "web listen b *:80 $r" \
		'new 0.0.0.0 80 web -' -k proto,local_port,inode
	judge
}

@test "random ports" {
	local daemon='d listen l 127.0.0.1:40001'

	live 'a daemon has another one' \
		"$daemon" 'd die; d listen l 127.0.0.1:40002' \
		'new 127.0.0.1 40002 d -; gone 127.0.0.1 40001 d -'
	live 'by its program it is changed' \
		"$daemon" 'd die; d listen l 127.0.0.1:40002' \
		'changed 127.0.0.1 40002 d local_port=40001' \
		-k proto,process,exe -c local_port
	SCAN='-l --no-random'
	live 'they are left out' \
		"$daemon" 'd die; d listen l 127.0.0.1:40002' ''
	live 'but not where the network reaches them' \
		"$daemon" 'd listen m *:40002' \
		'new 127.0.0.1 40001 d -; new 0.0.0.0 40002 d -'
	live 'of a resolver' 'dns udp l *:40001' 'dns udp m *:40003' ''
	SCAN='-l --no-ephemeral' live 'of a resolver, and listeners are kept' \
		'dns udp l *:40001' "dns udp m *:40003; $daemon" \
		'new 127.0.0.1 40001 d -'
	judge
}

@test "states: TCP" {
	sees_bound || skip 'needs Linux 6.8'
	SCAN=''
	COLS=change,state,local_port,process,was

	live 'what is bound listens' 'web bind l *:80' 'web listen l' \
		'changed LISTEN 80 web state=BOUND'
	live 'what listens is bound (shutdown)' \
		'web listen l *:80' 'web shut l' \
		'changed BOUND 80 web state=LISTEN'
	SCAN=-l live 'what is bound listens, and that is what is read' \
		'web bind l *:80' 'web listen l' 'new LISTEN 80 web -'
	SCAN=-l live 'what listens is bound, and that is not read' \
		'web listen l *:80' 'web shut l' 'gone LISTEN 80 web -'
	live 'a port is bound' 'web listen l *:80' 'web bind m *:81' \
		'new BOUND 81 web -'
	live 'a port is bound no more' 'web bind m *:81' 'web close m' \
		'gone BOUND 81 web -'
	live 'a connect is refused' 'c bind s 127.0.0.1:5000' \
		'c refused s 127.0.0.1:81' ''
	live 'what was bound connects' \
		'web listen l 127.0.0.1:80; c bind s 127.0.0.1:5000' \
		'c connect s 127.0.0.1:80; web accept a l' \
		'new ESTABLISHED 80 web -; new ESTABLISHED 5000 c -; gone BOUND 5000 c -'
	judge
}

@test "states: UDP" {
	SCAN=''
	COLS=change,state,local_addr,remote_port,process,was

	live 'connected' 'dns udp s 127.0.0.1:53' 'dns connect s 127.0.0.1:99' \
		'new ESTABLISHED 127.0.0.1 99 dns -; gone UNCONN 127.0.0.1 - dns -'
	live 'connected no more' \
		'dns udp s 127.0.0.1:53; dns connect s 127.0.0.1:99' \
		'dns unconnect s' \
		'new UNCONN 127.0.0.1 - dns -; gone ESTABLISHED 127.0.0.1 99 dns -'
	live 'connected to another' \
		'dns udp s 127.0.0.1:53; dns connect s 127.0.0.1:99' \
		'dns connect s 127.0.0.1:98' \
		'new ESTABLISHED 127.0.0.1 98 dns -; gone ESTABLISHED 127.0.0.1 99 dns -'
	live 'connected, which the wildcard was not' \
		'dns udp s *:53' 'dns connect s 127.0.0.1:99' \
		'new ESTABLISHED 127.0.0.1 99 dns -; gone UNCONN 0.0.0.0 - dns -'
	live 'made anew' 'dns udp s *:53' 'dns close s; dns udp s *:53' ''
	live 'shared by one more' 'dns udp s *:53 reuseport' \
		'mdns udp s *:53 reuseport' 'new UNCONN 0.0.0.0 - mdns -'
	judge
}

# A connection from port 5000 to 80.
LISTENS='web listen l 127.0.0.1:80'
CONNECT='c connect s 127.0.0.1:80 127.0.0.1:5000'
ACCEPT='web accept a l'

@test "connections" {
	local conn="$LISTENS; $CONNECT; $ACCEPT"

	COLS=change,state,local_port,process,was
	for SCAN in '' '-o +cookie'; do
		live 'opened' "$LISTENS" "$CONNECT; $ACCEPT" \
			'new ESTABLISHED 80 web -; new ESTABLISHED 5000 c -'
		live 'accepted' "$LISTENS; $CONNECT" "$ACCEPT" \
			''
		live 'half-open, then whole' \
			"${LISTENS/%80/80 defer}; $CONNECT; port 80 SYN_RECV" \
			"c send s 5; $ACCEPT" \
			'changed ESTABLISHED 80 web state=SYN_RECV'
		live 'given up' "$conn" 'c reset s; web close a' \
			'gone ESTABLISHED 80 web -; gone ESTABLISHED 5000 c -'
		live 'closed by one' "$conn" 'web close a; port 5000 CLOSE_WAIT' \
			'changed FIN_WAIT2 80 - state=ESTABLISHED; changed CLOSE_WAIT 5000 c state=ESTABLISHED'
		live 'closed by both' "$conn" \
			'c close s; port 80 CLOSE_WAIT; web close a; port 5000 TIME_WAIT' \
			'changed TIME_WAIT 5000 - state=ESTABLISHED; gone ESTABLISHED 80 web -'
		live 'the listener ends, the connection stays' "$conn" \
			'web close l' 'gone LISTEN 80 web -'
		live 'handed to a worker' "$conn" \
			'web give a worker; web close a' \
			'changed ESTABLISHED 80 worker process=web'
	done
	judge
}

@test "connections: made again between the same ports" {
	local conn="$LISTENS; $CONNECT; $ACCEPT"
	local again="c reset s; web close a; $CONNECT; $ACCEPT"

	COLS=change,local_port,process,was
	SCAN=''
	live 'by the same program' "$conn" "$again" ''
	live 'by another program' "$conn" \
		"c reset s; web close a; d ${CONNECT#c }; $ACCEPT" \
		'changed 5000 d process=c'
	SCAN='-o +cookie'
	live 'by the same program, with cookies' "$conn" "$again" \
		'new 80 web -; new 5000 c -; gone 80 web -; gone 5000 c -'
	live 'the same connection, with cookies' "$conn" 'c send s 5' ''
	live 'a listener again, with cookies' \
		"$conn" 'web close l; web listen l 127.0.0.1:80' ''
	judge
}

@test "connections: while others come and go" {
	SCAN='80' COLS=change,state,local_port
	live 'by port' "$LISTENS; $CONNECT; $ACCEPT; noise churn 127.0.0.1:81" \
		'' ''
	SCAN='-l'
	live 'only what listens' "$LISTENS; noise churn 127.0.0.1:81" '' ''
	judge
}

@test "the same ports: since when, and how much" {
	local conn="$LISTENS; $CONNECT; $ACCEPT; c send s 10000"

	SCAN='-o +cookie,rx_bytes'
	COLS=change,local_port,first_seen,rx_rate
	measured 'a connection that goes on' "$conn" '' \
		'unchanged 80 - T1 -; unchanged 80 5000 T1 0; unchanged 5000 80 T1 0'
	measured 'one that has something to say' "$conn" 'c send s 10000' \
		'unchanged 80 - T1 -; unchanged 80 5000 T1 N; unchanged 5000 80 T1 0'
	measured 'one made again' "$conn" \
		"c reset s; web close a; $CONNECT; $ACCEPT; c send s 10000" \
		'unchanged 80 - T1 -; new 80 5000 T2 N; new 5000 80 T2 0; gone 80 5000 T1 -; gone 5000 80 T1 -'
	measured 'a listener made again' "$LISTENS" \
		'web close l; web listen l 127.0.0.1:80' 'unchanged 80 - T2 -'
	measured 'a listener that goes on, and its process is another' \
		"$LISTENS" 'web give l v; web die; v rename web' \
		'unchanged 80 - T1 -'
	judge
}

# measured WHAT BEFORE THEN WANT: for every record, when it was first seen, T1
# or T2, the times of the two scans, and its rate, N if it is more than 0.
measured()
{
	local told

	ROW=$1
	play "anew; $2"
	scan >old
	play "$3"
	scan >new
	COLS=change,local_port,remote_port,first_seen,rx_rate says -a old new
	sed -i -E "s/$(grep -oPm1 ' time=\K\S+' old)/T1/
		s/$(grep -oPm1 ' time=\K\S+' new)/T2/; s/[1-9][0-9]*\$/N/" out
	told out
	same rows "$4" "$told"
}

@test "scans: by another backend" {
	local all="$LISTENS; $CONNECT; $ACCEPT; dns udp u *:53; web bind b *:90;
		v6 listen l [::]:81"

	SCAN=''
	THEN_SCAN=--backend=proc live 'proc' "$all" '' ''
	SCAN=--backend=proc THEN_SCAN='' live 'from proc' "$all" '' ''
	SCAN=--owners=walk
	if [ "$EUID" -eq 0 ] && prt-scan --owners=bpf -q; then
		THEN_SCAN=--owners=bpf live 'by an iterator' "$all" '' ''
		SCAN=--owners=bpf THEN_SCAN=--owners=walk live 'by a walk' \
			"$all" '' ''
	else
		echo '# --owners=bpf is not to be had' >&3
	fi
	judge
}

# A scan holds a copy of a socket for a moment while it asks for its details
# (copy.c); this one half of the time.
@test "scans: while another one is at work" {
	requires root
	SCAN='-l --owners=walk'
	live 'one that is called so, and has the listener' \
		"$LISTENS" 'web give l prt-scan' 'new 127.0.0.1 80 prt-scan -'
	live 'and nobody else has it' \
		"$LISTENS" 'web give l prt-scan; web die' \
		'changed 127.0.0.1 80 prt-scan process=web'
	judge
	play "anew; $LISTENS; web fd l 99; prt-scan copies @web 99"
	[ -z "${FX[error]-}" ] || skip 'needs pidfd_getfd'
	scan >old
	for _ in {1..60}; do
		scan | prt-diff -H -o process old -
	done >out
	cat out
	[ "$(wc -l <out)" -le 5 ]
}

@test "scans: with other options" {
	SCAN=''
	THEN_SCAN=-tu live 'TCP and UDP only' \
		"$LISTENS; dns udp u *:53" 'web listen m *:81' \
		'new 0.0.0.0 81 web -'
	SCAN=-tu THEN_SCAN='' live 'all' \
		"$LISTENS; dns udp u *:53" 'web listen m *:81' \
		'new 0.0.0.0 81 web -'
	COLS=change,local_port,process
	THEN_SCAN='-o proto,state,local_port,process' live 'fewer columns' \
		"$LISTENS" 'web close l; web rename www; web listen l 127.0.0.2:80' \
		'changed 80 www'
	THEN_SCAN='-o +@audit,cookie,inode,drops' live 'more columns' \
		"$LISTENS" 'web close l; web listen l 127.0.0.1:80' ''
	judge
}

@test "scans: of another scope, until the state is made anew" {
	local scan

	for scan in '' -t '-l 80' '-l --no-random' '-l --process=web' '-l -4' \
		'-l --proto=tcp'; do
		ROW=$scan
		play "anew; $LISTENS"
		scan >old
		rm -f state
		prt-diff --init -S state old
		SCAN=$scan scan >new
		says -S state new
		same status 2 "$status"
		[[ $(<err) == *'not comparable (--force); `prt-diff --init -S state'\'' once'* ]] ||
			wrong message '' "$(<err)"
		says --init -S state new
		same --init 0 "$status"
		SCAN=$scan scan >new
		says --exit-code -S state new
		same 'from then on' 0 "$status"
	done
	judge
}

@test "scans: the machine has another name" {
	requires root hostname
	local warn='prt-diff: warning: old has host=one, new has host=two'

	COLS=change,local_port,process
	WITHIN=(unshare -u sh -c 'hostname "${NAME-one}"; exec "$@"' sh)
	THEN_NAME=two WARN=$warn live 'two machines' \
		"$LISTENS" 'web listen m *:81' 'new 81 web'
	judge
}

@test "scans: by another user" {
	requires root setpriv
	local warn='was scanned with fewer privileges (euid=65534 unowned=1): unknown owners are no change'

	COLS=change,local_port,process
	THEN_AS=65534 WARN="prt-diff: warning: new $warn" \
		live 'after root' "$LISTENS" '' ''
	AS=65534 THEN_AS='' WARN="prt-diff: warning: old $warn" \
		live 'before root' "$LISTENS" '' ''
	THEN_AS=65534 WARN="prt-diff: warning: new ${warn/=1/=2}" \
		live 'and something is new' \
		"$LISTENS" 'web listen m *:81' 'new 81 -'
	AS=65534
	live 'what root opens, whom he never sees' "$LISTENS" \
		'web listen m *:81' 'new 81 -'
	live 'what root opens, and nothing was hidden before' '' "$LISTENS" \
		'new 80 -'
	live 'what root closes, and nothing is hidden any more' "$LISTENS" \
		'web close l' 'gone 80 -'
	! sees_bound || SCAN='' live 'what root and he have bound' \
		"$LISTENS; web bind b *:81; his user 65534; his bind b *:8081" \
		'web close b; his bind c *:8082' 'new 8082 -; gone 81 -'
	live 'another program of root has the port' "$LISTENS" \
		'web die; evil listen l 127.0.0.1:80' ''
	judge
}

@test "namespaces: of the network" {
	requires root ip
	names="prt-n-$$ prt-m-$$"
	local n=prt-n-$$ m=prt-m-$$

	COLS=change,netns,process
	SCAN='-N -l 8919'
	live 'made anew, and has no name' \
		'a netns; a listen l *:8919' \
		'b netns; b rename a; b listen l *:8919; a die' \
		'new net: a; gone net: a'
	live 'made anew, and namespaces are not in the key' \
		'a netns; a listen l *:8919' \
		'b netns; b rename a; b listen l *:8919; a die' '' \
		-k proto,local_addr,local_port
	live 'made anew, by the same name' \
		"ip netns add $n; a setns /run/netns/$n; a listen l *:8919" \
		"a die; ip netns del $n; ip netns add $n; a setns /run/netns/$n;
		a listen l *:8919" ''
	live 'given a name' "ip netns del $n; a netns; a listen l *:8919" \
		"ip netns attach $n @a" "new $n a; gone net: a"
	live 'given another name' \
		"ip netns del $n; ip netns add $n; a setns /run/netns/$n; a listen l *:8919" \
		"ip netns attach $m @a; ip netns del $n" \
		"new $m a; gone $n a"
	live 'its name is taken away' \
		"ip netns del $m; ip netns add $n; a setns /run/netns/$n; a listen l *:8919" \
		"ip netns del $n" "new net: a; gone $n a"
	live 'its process leaves it, and its socket stays' \
		'a netns; a listen l *:8919' "a setns /proc/${FX[main]}/ns/net" ''
	live 'its process listens in another one' \
		'a netns; a listen l *:8919' 'a netns; a close l; a listen l *:8919' \
		'new net: a; gone net: a'
	judge
}

# A container's processes are found by control group, its name in Podman's file.
ID1=1111111111111111111111111111111111111111111111111111111111111111
ID2=${ID1//1/2}
ID3=${ID1//1/3}

contain()
{
	requires root mounts
	mkdir -p c/overlay-containers
	printf '[%s]\n' "{\"id\":\"$ID1\",\"names\":[\"db\"]},$(
		){\"id\":\"$ID2\",\"names\":[\"db\"]}" \
		>c/overlay-containers/containers.json
	WITHIN=(unshare -m sh -ec '
	for file in cgroup.*; do
		mount --bind "$file" "/proc/${file#*.}/cgroup"
	done
	. "$0"
	mount -t tmpfs -o mode=755 tmpfs /run
	mount -t tmpfs -o mode=755 tmpfs /var/lib
	mkdir -p /var/lib/containers/storage
	mount --bind c /var/lib/containers/storage
	exec "$@"' "${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/own-var.sh")
}

@test "namespaces: containers" {
	local pod=/machine.slice/libpod-

	contain
	SCAN='-N -l 8920' COLS=change,netns,process,was
	live 're-created' \
		"a cgroup $pod$ID1.scope; a netns; a listen l *:8920" \
		"a die; a cgroup $pod$ID2.scope; a netns; a listen l *:8920" ''
	live 're-created, with another program' \
		"a cgroup $pod$ID1.scope; a netns; a listen l *:8920" \
		"a die; b cgroup $pod$ID2.scope; b netns; b listen l *:8920" \
		'changed podman/db b process=a'
	live 're-created, and nobody knows its name' \
		"a cgroup $pod$ID1.scope; a netns; a listen l *:8920" \
		"a die; a cgroup $pod$ID3.scope; a netns; a listen l *:8920" \
		'new podman/333333333333 a -; gone podman/db a -'
	judge
}

@test "other protocols, and what the kernel has" {
	requires root ip
	COLS=change,local_port,process
	SCAN=--proto=packet
	live 'a sniffer' '' 'dump packet p' 'new 3 dump'
	live 'a sniffer no more' 'dump packet p' 'dump close p' 'gone 3 dump'
	live 'a second one of the same program' 'dump packet p' \
		'dump packet q' ''
	SCAN=-I COLS=change,iface
	live 'a pair of interfaces' '' \
		'ip link add v0 type veth peer name v1' 'new v0; new v1'
	SCAN=-l COLS=change,local_port,process
	play 'anew; ip link add x type vxlan id 1 dstport 4789'
	BAD=0
	[ -z "${FX[error]-}" ] || skip 'needs vxlan'
	live 'a tunnel' 'ip link add x type vxlan id 1 dstport 4789' \
		'ip link set x up' 'new 4789 [vxlan/x]'
	live 'a tunnel no more' \
		'ip link add x type vxlan id 1 dstport 4789; ip link set x up' \
		'ip link del x' 'gone 4789 [vxlan/x]'
	live 'a tunnel by another name' \
		'ip link add x type vxlan id 1 dstport 4789; ip link set x up' \
		'ip link set x name z' 'changed 4789 [vxlan/z]'
	live 'a second tunnel by the same port' \
		'ip link add x type vxlan id 1 dstport 4789; ip link set x up' \
		'ip link add y type vxlan id 2 dstport 4789; ip link set y up' ''
	judge
}
