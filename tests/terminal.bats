#!/usr/bin/env bats
# What a person sees: the programs in a real terminal, tmux's, of 80 and of 200
# columns.
# shellcheck disable=SC2154

load helpers

END='--- end ---'

setup()
{
	requires linux netns tmux
	cd "$BATS_TEST_TMPDIR" || return
	start_sockets
}

teardown()
{
	close_screen
	[ -z "${daemon-}" ] || kill "$daemon"
	stop_sockets
}

# Each terminal has its own server: a server that is about to end takes no more.
on_screen()
{
	tmux -S "./tmux$screens" "$@"
}

close_screen()
{
	[ ! -S "./tmux${screens-}" ] || on_screen kill-server || :
}

# await TEXT: waits until the terminal shows it.
await()
{
	local i

	for ((i = 0; i < 600; i++)); do
		! on_screen capture-pane -p | grep -qF -e "$1" || return 0
		sleep 0.05
	done
	on_screen capture-pane -p
	return 1
}

# open_screen COLUMNS COMMAND: runs it in a terminal, in the sockets' namespace.
open_screen()
{
	printf '%s\necho "%s"\nexec sleep 1000\n' "$2" "$END" >script
	env -u COLUMNS -u NO_COLOR -u TMUX "${NSENTER[@]}" -t "${FX[main]}" -- \
		tmux -S "./tmux$((++screens))" -f /dev/null new-session -d -x "$1" -y 300 \
		'exec sh ./script' 3>&-
}

# screen COLUMNS COMMAND: the same, until it has ended; its lines go to
# `screen', to `lines' with wrapped ones joined, to `colored' with the
# terminal's codes.
screen()
{
	open_screen "$@"
	await "$END"
	on_screen capture-pane -p | sed "/^$END/,\$d; s/ *\$//" >screen
	on_screen capture-pane -pJ | sed "/^$END/,\$d; s/ *\$//" >lines
	on_screen capture-pane -pe | sed "/$END/,\$d" >colored
	close_screen
	cat screen
	diff -u lines screen
}

# heads NAME...: the first line has all of them.
heads()
{
	local name head

	head=" $(head -n 1 screen) "
	for name; do
		[[ $head == *" $name "* ]] || {
			echo "no $name: $head"
			return 1
		}
	done
}

# There are as many lines as records that differ in more than the process, and
# one of names.
is_whole()
{
	[ "$(wc -l <screen)" -eq $(($(enter prt-scan -H "$@" |
		cut -f 1-10,12,18 | sort -u | wc -l) + 1)) ]
}

@test "prt-scan in 80 columns: nothing wraps, and who has what is there" {
	screen 80 prt-scan
	heads PROTO STATE LOCAL REMOTE PID PROCESS USER
	is_whole
	screen 80 'prt-scan -tulpn'
	heads PROTO STATE LOCAL PID PROCESS USER
	is_whole -l
	# No line fits so badly that a port, the pid or the name is lost.
	enter prt-scan -l -H -o local_port,pid,process |
	sort -t $'\t' -k 1,1 -u |	# of several the first is named
	while IFS=$'\t' read -r port pid process; do
		grep -qE ":$port .* $pid( [+][0-9]+)? +${process:0:9}" screen
	done
}

# A process of his own, and one of root's, whose sockets he can see.
@test "prt-scan, of a user who is not root, says what would show more" {
	requires root setpriv
	as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
	# shellcheck disable=SC2086
	"${NSENTER[@]}" -t "${FX[main]}" -- $as_nobody /proc/self/fd/9 \
		127.0.0.1 7999 9<"$(fixture listend)" >ready 3>&- &
	daemon=$!
	for ((i = 0; i < 600; i++)); do
		[ ! -s ready ] || break
		sleep 0.05
	done
	# the path of the programs may be closed to him
	for options in '' -tulpn 7999; do
		screen 80 "$as_nobody /proc/self/fd/9 $options \
			9<'$(command -v prt-scan)'"
		heads PROTO STATE LOCAL PID PROCESS USER
		grep -E '^tcp +LISTEN +127.0.0.1:7999 (.* )?'"$daemon"' 9 +(nobody|65534)' screen
	done
	# All the records have a hidden owner.
	screen 80 "$as_nobody /proc/self/fd/9 -l 443 9<'$(command -v prt-scan)'"
	heads PROTO STATE LOCAL PID PROCESS USER
	grep -qE '^tcp +LISTEN +.*:443 (.* )?- +- ' screen
	screen 80 "$as_nobody /proc/self/fd/9 9<'$(command -v prt-scan)'"
	grep -qE '^udp .* - +- +root' screen
	grep -qE '^prt-scan: the owners of [0-9]+ sockets are hidden: root, or sudo prt-scan, sees more$' screen
}

@test "prt-scan in 200 columns: nothing wraps, and the commands are there" {
	screen 200 prt-scan
	heads PROTO STATE LOCAL REMOTE DIR SERVICE PID PROCESS USER EXE CMDLINE
	is_whole
}

@test "prt-diff in 80 and 200 columns: what changed is there" {
	screen 80 'prt-scan | prt-diff /dev/null'
	heads PROTO STATE LOCAL REMOTE PID PROCESS USER
	grep -q '^[+] tcp ' screen
	screen 200 'prt-scan | prt-diff /dev/null'
	heads PROTO STATE LOCAL REMOTE PID PROCESS USER FIRST_SEEN
	grep -q '^[+] tcp .* now$' screen
}

@test "prt-flag in 80 and 200 columns: the flags, and below them whole sentences" {
	local width

	for width in 80 200; do
		screen $width "prt-scan -l | prt-flag -X -s --why \
			-e 'flag listens state=LISTEN' \
			-e 'flag a-name-that-is-rather-long state=LISTEN' \
			-e 'flag another-long-name-of-a-rule state=LISTEN'"
		heads PROTO LOCAL PID PROCESS FLAGS
		run ! heads WHY
		run ! grep -q prt-flag: screen
		grep '^    ' screen | tr -s ' \n' ' ' >why
		grep -F 'another-long-name-of-a-rule: the rule at -e:3' why
	done
	# If it is asked for as a column, it is one.
	screen 80 'prt-scan -l | prt-flag -X -o local_port,why'
	heads LOCAL_PORT WHY
	run ! grep '^    [a-z]' screen
}

# wide_records: a server of both families, with the longest possible addresses.
wide_records()
{
	local state ours remote

	while read -r state ours remote; do
		printf 'tcp\t%s\t%s\t443\t%s\t%s\t-\thttps\t-\t-\t8410\tnginx\troot\t0\t%s\n' \
			"$state" "$ours" "${remote% *}" "${remote#* }" \
			$'9\t1\tinit\t/usr/sbin/nginx\tnginx'
	done <<-END
		LISTEN :: - -
		ESTABLISHED 2001:db8:85a3:1111:2222:8a2e:370:7334 2001:db8:1111:2222:3333:4444:5555:6666 51234
		ESTABLISHED ::ffff:192.0.2.1 ::ffff:203.0.113.9 51235
		CLOSE_WAIT 192.0.2.1 203.0.113.9 51236
	END
}

@test "wide addresses in 80 columns are cut before proto and user are left out" {
	wide_records >wide
	screen 80 'prt-diff /dev/null wide'
	diff -u - screen <<-'END'
		  PROTO STATE      LOCAL                 REMOTE                 PID PROCESS USER
		+ tcp   LISTEN     [::]:443              -                     8410 nginx   root
		+ tcp   ESTAB      [2001:db+70:7334]:443 [2001:d+5:6666]:51234 8410 nginx   root
		+ tcp   ESTAB      [+192.0.2.1]:443      [+203.0.113.9]:51235  8410 nginx   root
		+ tcp   CLOSE_WAIT 192.0.2.1:443         203.0.113.9:51236     8410 nginx   root
	END
	screen 80 'prt-flag -X --why -e "flag a-new-rule state=LISTEN" wide 2>err'
	heads PROTO STATE LOCAL REMOTE PID PROCESS USER FLAGS
	screen 80 'prt-flag -X -e "flag a-new-rule state=LISTEN" wide 2>err'
	heads PROTO STATE LOCAL REMOTE PID PROCESS USER FLAGS
	# On an even narrower terminal the ports remain.
	screen 60 'prt-diff /dev/null wide'
	heads LOCAL REMOTE PID PROCESS
	grep -q '^[+] ' screen
	grep -F ']:443 ' screen
	grep -F ']:51235 ' screen
}

@test "colors are for terminals, and NO_COLOR is heeded" {
	local flag="prt-flag -X -e 'flag listens state=LISTEN'"

	screen 80 "prt-scan | $flag"
	grep -q $'^\033\\[33m[0-9tL]' colored
	screen 80 "export NO_COLOR=1; prt-scan | $flag"
	run ! grep $'\033' colored
	screen 80 "prt-scan | $flag -F table | cut -b 1-60"
	run ! grep $'\033' colored
	screen 80 "export NO_COLOR=1; prt-scan | $flag --color=always"
	grep -q $'^\033\\[33m[0-9tL]' colored
}

@test "who forgets the pipe is told what to type" {
	local command instead

	while IFS='|' read -r command instead; do
		open_screen 80 "$command"
		await ": waiting for input: try $instead"
		on_screen send-keys C-d
		await "$END"
		close_screen
	done <<-'END'
		prt-flag|prt-scan | prt-flag
		prt-flag --why -|prt-scan | prt-flag
		prt-diff /dev/null|prt-scan | prt-diff OLD
		prt-diff -S state|prt-scan | prt-diff -S FILE
		prt-scan --from=lsof|lsof -nP -i -F | prt-scan --from=lsof
	END
	screen 80 prt-diff
	grep -F 'as in prt-scan | prt-diff OLD' screen
	screen 80 'prt-flag </dev/null; prt-scan | prt-flag -s -X'
	run ! grep terminal screen
}

@test "errors say what to do, in 80 columns" {
	screen 80 'prt-scan -x; prt-scan htpps; prt-scan 99999; prt-scan -F xml
		prt-flag --enable=foo; prt-diff; prt-scan -o foo; prt-scan -g
		prt-scan -s; prt-scan --tpc; prt-flag -e "flg x pid=1"
		prt-diff --only=added x; prt-scan local:80'
	[ "$(grep -c ': expected \|--help)' screen)" -eq 13 ]
	screen 80 'prt-scan -o pid,pid; prt-scan | prt-diff -S no/such/file'
	grep -F "field 'pid' is named twice" screen
	grep -F 'there is no folder no/such (mkdir -m 700)' screen
}
