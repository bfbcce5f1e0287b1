#!/usr/bin/env bats
# Is it news?  Something happens on a machine, with real processes, and what
# prt-diff says of the scans before and after; news.bats has the rest of that
# table, diff-live.bats what takes a daemon.
# shellcheck disable=SC2154,SC2030,SC2031

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
	# What a user's cron line has, and what his mail is to show.
	SCAN='-l -o +iface'
	COLS=change,local_addr,local_port,process,was
}

teardown()
{
	stop_sockets
}

# wrong WHAT EXPECTED GOT: of the row.
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

# play STEPS: see actors.py.
play()
{
	unset 'FX[error]'
	echo "$1" >&"${SOCKETS[1]}"
	wait_ready
	[ -z "${FX[error]-}" ] || wrong play '' "${FX[error]}"
}

scan()
{
	# shellcheck disable=SC2086 # options
	enter prt-scan $SCAN
}

# told FILE [KIND]: sets $told, the lines of that kind, or all, with blanks for
# tabs, ; between them, and without what is this machine's.
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

# says ARG...: what prt-diff writes goes into the file out, what it warns of
# into err, and its status is in $status.
says()
{
	status=0
	prt-diff -H -o "$COLS" "$@" >out 2>err || status=$?
}

# live WHAT BEFORE THEN WANT [ARG]...: WANT is what prt-diff writes, with ;
# between its lines, and $WARN what it warns of.  Each row is also told by the
# exit status, by --only, with -a, and from a kept state, once.
# All of a table are tried; `judge' is its end.
live()
{
	local all kind told
	local -A only

	ROW=$1
	play "anew; $2"
	scan >old
	play "$3"
	SCAN=${THEN_SCAN-$SCAN} scan >new
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

# agrees ARG...: the ways to ask for what $all has.
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

# kept ARG...: what a cron job that keeps a state says, and says no more with
# its next run.
kept()
{
	rm -f state
	prt-diff --init -S state "$@" old
	says -S state "$@" new
	told out
	same -S "$all" "$told"
	SCAN=${THEN_SCAN-$SCAN} scan >next
	says -S state "$@" next
	told out
	same 'next run' '' "$told"
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
	live 'one of the same name gets it' \
		'old rename web; old listen l *:80' 'old give l web; old die' ''
	live 'nobody has it but a message that is under way' \
		'web listen l *:80' 'web give l nobody; web die; nobody rename web' ''
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

# Of a connection, 5000 to 80.
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
