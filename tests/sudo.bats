#!/usr/bin/env bats
# prt-scan --sudo: with the real sudo and users made for it, and with programs
# that stand in for sudo.
# shellcheck disable=SC2016,SC2154

load helpers

PASSWORD=correct-horse-$$

setup_file()
{
	PRT=$BATS_FILE_TMPDIR/bin/prt-scan
	USUAL_PATH=$PATH
	export PRT USUAL_PATH
	mkdir -p "${PRT%/*}"
	cp "$(command -v prt-scan)" "$PRT"
	open_folders "${PRT%/*}"
	[ "$EUID" -ne 0 ] || make_users
}

teardown_file()
{
	[ -n "${USERS-}" ] || return 0
	rm -f "/etc/sudoers.d/${USERS%% *}"
	for user in $USERS; do
		userdel "$user" || :
	done
}

setup()
{
	BIN=$BATS_TEST_TMPDIR/bin
	mkdir "$BIN"
	open_folders "$BIN"
}

teardown()
{
	: >"$BATS_TEST_TMPDIR/stop"
}

# One user who must give a password, one who need not, one who may not use sudo,
# and one whom sudo makes nobody unless root is asked for.
make_users()
{
	local user

	command -v sudo useradd chpasswd >/dev/null || return 0
	[ -d /etc/sudoers.d ] || return 0
	USERS="prt$$-asked prt$$-free prt$$-none prt$$-other"
	export USERS
	for user in $USERS; do
		useradd -M -N -s /bin/sh "$user" || return
		echo "$user:$PASSWORD" | chpasswd || return
	done
	cat >"/etc/sudoers.d/${USERS%% *}" <<-END
		Defaults:prt$$-asked !lecture, passwd_tries=1
		Defaults:prt$$-none !lecture, passwd_tries=1
		prt$$-asked ALL = $PRT
		prt$$-free ALL = NOPASSWD: $PRT
		Defaults:prt$$-other runas_default=nobody
		prt$$-other ALL = (ALL) NOPASSWD: $PRT
	END
	chmod 440 "/etc/sudoers.d/${USERS%% *}"
}

# real KIND: the test's user is asked, free, none or other.
real()
{
	requires root setpriv
	[ -n "${USERS-}" ] || skip 'needs sudo, useradd and /etc/sudoers.d'
	for user in $USERS; do
		[[ $user != *-"$1" ]] || break
	done
	PASSWORD=$(cat_password)
	as test -x "$PRT" || skip "other users cannot reach $PRT"
}

# The password that setup_file's process chose.
cat_password()
{
	echo "correct-horse-${USERS//[^0-9 ]/}" | cut -d ' ' -f 1
}

# as CMD...: as the test's user, in a new session: in one with a terminal, sudo
# would ask on it.
as()
{
	setsid -w setpriv --reuid="$(id -u "$user")" \
		--regid="$(id -g "$user")" --init-groups -- \
		env -i PATH="$USUAL_PATH" HOME=/nonexistent LC_ALL=C "$@" 3>&-
}

# on_tty KEYS CMD...: the same on a terminal; KEYS are typed once `word' (of
# password) is there.  An interrupt is typed again: sudo misses one that comes
# between its question and its read(2).
on_tty()
{
	local keys=$1

	shift
	as python3 -c '
import os, pty, select, sys, time
keys, command = sys.argv[1].encode(), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
text, end = b"", time.time() + 30
while time.time() < end:
    if not select.select([fd], [], [], 1)[0]:
        if not keys and sys.argv[1] == "\x03":
            os.write(fd, b"\x03")
        continue
    try:
        block = os.read(fd, 65536)
    except OSError:
        break
    if not block:
        break
    text += block
    if keys and b"word" in text:
        os.write(fd, keys)
        keys = b""
else:
    os.kill(pid, 9)
sys.stdout.write(text.replace(b"\r", b"").decode())
status = os.waitpid(pid, 0)[1]
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status)
    else os.WEXITSTATUS(status))' "$keys" "$@"
}

# fake: the script on standard input becomes sudo, in $BIN.
fake()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$BIN/sudo"
	chmod 755 "$BIN/sudo"
}

# ordinary CMD...: as a user other than root, who finds that sudo.
ordinary()
{
	if [ "$EUID" -ne 0 ]; then
		env PATH="$BIN:$USUAL_PATH" "$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups -- \
			env PATH="$BIN:$USUAL_PATH" "$@"
	fi
}

requires_ordinary()
{
	[ "$EUID" -ne 0 ] || requires setpriv
	fake </dev/null
	ordinary test -x "$PRT" || skip "other users cannot reach $PRT"
}

# The euid of the snapshot.
euid()
{
	sed -n 's/^##prt .* euid=\([0-9]*\) .*/\1/p'
}

@test "NOPASSWD: --sudo scans as root" {
	real free
	run -0 --separate-stderr as "$PRT" --sudo -l
	[ "$(euid <<<"$output")" = 0 ]
	[ -z "$stderr" ]
}

@test "runas_default is another user: --sudo still scans as root" {
	real other
	run -0 --separate-stderr as "$PRT" --sudo -l
	[ "$(euid <<<"$output")" = 0 ]
	[ -z "$stderr" ]
}

@test "its options, operands and exit statuses are those of the program" {
	real free
	exec 7<>/dev/udp/127.0.0.1/9	# a socket, whatever else there is
	run -0 --separate-stderr as "$PRT" --sudo -o local_port,pid -F json 0
	[ -z "$output$stderr" ]
	run -1 --separate-stderr as "$PRT" -q --sudo 0
	[ -z "$output$stderr" ]
	run -1 as "$PRT" --sudo --exit-code -H 0
	[ -z "$output" ]
	run -0 as "$PRT" --sudo --exit-code 0-65535 -- 0
	run -2 --separate-stderr as "$PRT" --sudo nosuchservice
	[[ $stderr == "prt-scan: 'nosuchservice': "* ]]
	run -2 --separate-stderr as sh -c '"$1" --sudo >/dev/full' sh "$PRT"
	[[ $stderr == 'prt-scan: '* ]]
}

@test "a password is needed: --sudo says so, and scans without" {
	real asked
	run -0 --separate-stderr as "$PRT" --sudo
	[ "$(euid <<<"$output")" = "$(id -u "$user")" ]
	[[ ${lines[-1]} == '##end '* ]]
	[ "${stderr_lines[0]}" = 'prt-scan: sudo: a password is required' ]
	[ "${stderr_lines[-1]}" = \
		'prt-scan: sudo: refused: scanning without it' ]
}

@test "not in sudoers: the same" {
	real none
	run -0 --separate-stderr as "$PRT" --sudo
	[ "$(euid <<<"$output")" = "$(id -u "$user")" ]
	[ "${stderr_lines[-1]}" = \
		'prt-scan: sudo: refused: scanning without it' ]
}

@test "--sudo=stdin, the right password: the rest of standard input is left" {
	real asked
	run -0 --separate-stderr as sh -c '"$1" --sudo=stdin; cat' sh "$PRT" \
		< <(printf '%s\nthe rest\nof it\n' "$PASSWORD")
	[ "$(euid <<<"$output")" = 0 ]
	[ -z "$stderr" ]
	[[ $output == *$'\nthe rest\nof it' ]]
}

@test "--sudo=stdin, a wrong password: sudo's words, and 2" {
	real asked
	run -2 --separate-stderr as "$PRT" --sudo=stdin <<<wrong
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -ge 1 ]
	for line in "${stderr_lines[@]}"; do
		[[ $line == 'prt-scan: sudo: '* ]]
	done
	[[ $stderr == *'incorrect password'* ]]
}

@test "--sudo=stdin, no password at all: 2" {
	real asked
	for input in /dev/null /; do
		run -2 --separate-stderr as "$PRT" --sudo=stdin <"$input"
		[ -z "$output" ]
		[[ $stderr == 'prt-scan: sudo: '* ]]
	done
	run -2 --separate-stderr as sh -c '"$1" --sudo=stdin <&-' sh "$PRT"
	[ -z "$output" ]
}

@test "--sudo=stdin, not in sudoers: 2, the rest is left" {
	real none
	run -2 --separate-stderr as sh -c \
		'"$1" --sudo=stdin; s=$?; cat; exit $s' sh "$PRT" < <(printf '%s\nthe rest\n' "$PASSWORD")
	[ "$output" = 'the rest' ]
	[[ $stderr == *'not in the sudoers file'* ]]
}

@test "--sudo=ask without a terminal: 2" {
	real asked
	run -2 --separate-stderr as "$PRT" --sudo=ask </dev/null
	[ -z "$output" ]
	[[ $stderr == *'terminal is required'* ]]
	[ "${stderr_lines[-1]}" = 'prt-scan: sudo: refused' ]
}

@test "--sudo=ask on a terminal: the password is typed" {
	real asked
	requires python3
	run -0 on_tty "$PASSWORD"$'\r' "$PRT" --sudo=ask -F tsv -l
	[ "$(euid <<<"$output")" = 0 ]
	[[ $output != *"$PASSWORD"* ]]
}

@test "--sudo=ask, an interrupt at the question: 2, nothing is scanned" {
	real asked
	requires python3
	run -2 on_tty $'\x03' "$PRT" --sudo=ask -F tsv
	[[ $output != *'##prt'* ]]
}

@test "a password given a moment ago: --sudo asks nothing" {
	real asked
	requires python3
	open_folders "$BATS_TEST_TMPDIR"
	echo "$PASSWORD" >"$BATS_TEST_TMPDIR/word"
	run -0 on_tty '' sh -c 'sudo -S -p "" -v <"$2"; "$1" --sudo -F tsv -l' \
		sh "$PRT" "$BATS_TEST_TMPDIR/word"
	[ "$(euid <<<"$output")" = 0 ]
	# ... but --sudo=stdin still reads its line
	run -2 on_tty '' sh -c 'sudo -S -p "" -v <"$2"
		echo wrong | "$1" --sudo=stdin' sh "$PRT" \
		"$BATS_TEST_TMPDIR/word"
}

@test "the password is in no argument list and no environment" {
	real asked
	while [ -d "$BATS_TEST_TMPDIR" ] && [ ! -e "$BATS_TEST_TMPDIR/stop" ]
	do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ || :
	done 2>/dev/null 3>&- | tr '\0' '\n' | sort -u \
		>"$BATS_TEST_TMPDIR/seen" &
	watcher=$!
	exec 7<>/dev/udp/127.0.0.1/9
	for _ in {1..10}; do
		as "$PRT" --sudo=stdin -q < <(sleep 0.05
			printf '%s\n' "$PASSWORD")
	done
	: >"$BATS_TEST_TMPDIR/stop"
	wait $watcher
	grep -qx -e --sudo=stdin "$BATS_TEST_TMPDIR/seen"
	grep -qx -e --elevated "$BATS_TEST_TMPDIR/seen"
	run ! grep -F -e "$PASSWORD" "$BATS_TEST_TMPDIR/seen"
}

@test "root needs no sudo" {
	requires root
	fake <<-END
		: >'$BATS_TEST_TMPDIR/ran'
	END
	for how in '' =ask =stdin; do
		run -0 --separate-stderr env PATH="$BIN:$PATH" \
			prt-scan --sudo$how <<<secret
		[ "$(euid <<<"$output")" = 0 ]
		[ -z "$stderr" ]
	done
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "what sudo is called with: the absolute path, all but --sudo" {
	requires_ordinary
	fake <<-'END'
		printf '<%s>' "$@"
		exit 0
	END
	run -0 ordinary "$PRT" --sudo -l --services='a b' 80 -tn ''
	[ "$output" = "<-n><-u><root><--><$PRT><-l><--services=a b><-tn><80><>" ]
	run -0 ordinary "$PRT" -l --su=ask -- -x
	[ "$output" = "<-u><root><--><$PRT><-l><--><-x>" ]
	run -0 ordinary "$PRT" --sudo --sudo=stdin --services --sudo
	[ "$output" = "<-k><-S><-p><><-u><root><--><$PRT><--services><--sudo>" ]
	run -0 ordinary "$PRT" --sudo -q 80
	[ "$output" = "<-n><-u><root><--><$PRT><--elevated><-q><80>" ]
}

@test "it is found however it was called" {
	requires_ordinary
	fake <<-'END'
		echo "$5"
	END
	cp "$PRT" "$BIN/prt-scan"
	run -0 ordinary prt-scan --sudo
	[ "$output" = "$BIN/prt-scan" ]
	cd "$BIN/.."
	run -0 ordinary bin/prt-scan --sudo
	[ "$output" = "$BIN/prt-scan" ]
	ln -s bin/prt-scan link
	chmod o+x .
	run -0 ordinary ./link --sudo
	[ "$output" = "$BIN/prt-scan" ]
}

@test "a sudo that does run it: output, statuses and messages pass" {
	requires_ordinary
	fake <<-'END'
		while [ "$1" != -- ]; do shift; done
		shift
		echo 'sudo: unable to resolve host' >&2
		"$@"
	END
	run -0 --separate-stderr ordinary "$PRT" --sudo
	[[ ${lines[0]} == '##prt 1 '* ]]
	[ "$stderr" = 'prt-scan: sudo: unable to resolve host' ]
	run -1 --separate-stderr ordinary "$PRT" --sudo=stdin -q 0
	run -2 --separate-stderr ordinary "$PRT" --sudo=stdin -o nosuch
	[[ ${stderr_lines[1]} == 'prt-scan: -o nosuch: '* ]]
	run -2 --separate-stderr ordinary "$PRT" --sudo -o nosuch
	[[ ${stderr_lines[1]} == 'prt-scan: -o nosuch: '* ]]
}

@test "a sudo that refuses without a word" {
	requires_ordinary
	for script in 'exit 1' 'exec <&- >&- 2>&-; exit 1'; do
		fake <<<"$script"
		run -2 --separate-stderr ordinary sh -c \
			'"$1" --sudo=stdin; s=$?; cat; exit $s' sh "$PRT" \
			< <(printf 'secret\nthe rest\n')
		[ "$output" = $'secret\nthe rest' ]
		[ "$stderr" = 'prt-scan: sudo: refused' ]
		run -2 --separate-stderr ordinary "$PRT" --sudo=ask
		[ "$stderr" = 'prt-scan: sudo: refused' ]
		run -0 --separate-stderr ordinary "$PRT" --sudo
		[[ ${lines[-1]} == '##end '* ]]
		[ "$stderr" = 'prt-scan: sudo: refused: scanning without it' ]
	done
}

@test "a sudo that reads half a line, that fails oddly, that is killed" {
	requires_ordinary
	fake <<-'END'
		dd bs=1 count=3 2>/dev/null
		exit 1
	END
	run -2 --separate-stderr ordinary sh -c \
		'"$1" --sudo=stdin; s=$?; cat; exit $s' sh "$PRT" <<<secret
	[ "$output" = secret ]
	fake <<<'exit 77'
	run -2 ordinary "$PRT" --sudo=stdin </dev/null
	fake <<<'kill -TERM $$'
	run -143 ordinary "$PRT" --sudo=stdin </dev/null
	fake <<<'exit 141'
	run -141 ordinary "$PRT" --sudo=stdin </dev/null
}

@test "a sudo that hangs ends with the program, where their group is ended" {
	requires_ordinary
	requires timeout
	fake <<-END
		echo \$\$ >&2
		exec sleep 77.$$
	END
	for how in '' =ask =stdin; do
		run -124 ordinary timeout 1 "$PRT" --sudo$how <<<secret
		run ! pgrep -f "sleep 77.$$"
	done
}

@test "no sudo: --sudo scans without, the others are refused" {
	requires_ordinary
	rm "$BIN/sudo"
	printf '#!/bin/sh\n' >"$BIN/lsof"	# where that is the only backend
	chmod 755 "$BIN/lsof"
	USUAL_PATH=$BIN
	run -0 --separate-stderr ordinary "$PRT" --sudo
	[[ ${lines[-1]} == '##end '* ]]
	[ "$stderr" = 'prt-scan: sudo: not found in PATH
prt-scan: sudo: refused: scanning without it' ]
	for how in ask stdin; do
		run -2 --separate-stderr ordinary "$PRT" --sudo=$how </dev/null
		[ -z "$output" ]
		[ "$stderr" = 'prt-scan: sudo: not found in PATH' ]
	done
}

@test "no password is in what the program itself shows of its process" {
	requires_ordinary
	fake <<-'END'
		show() { cat "/proc/$PPID/cmdline" "/proc/$PPID/environ" \
			/proc/$$/cmdline /proc/$$/environ | tr '\0' '\n'; }
		show
		read -r line
		[ "$line" = secret-word ] || exit 9
		show
	END
	[ -r /proc/self/environ ] || skip 'needs /proc'
	run -0 --separate-stderr ordinary "$PRT" --sudo=stdin <<<secret-word
	[[ $output == *--sudo=stdin* ]]
	[[ $output != *secret-word* ]]
	[ -z "$stderr" ]
}

@test "refused: another --sudo=" {
	for how in '' no root ask,stdin; do
		run -2 --separate-stderr prt-scan "--sudo=$how"
		[ "$stderr" = "prt-scan: --sudo=$how: expected ask or stdin" ]
	done
}
