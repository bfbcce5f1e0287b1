#!/usr/bin/env bats
# The completions, in the shells themselves: they offer what the programs
# accept.  For bash and zsh, keys are typed in a terminal.
# shellcheck disable=SC2016,SC2154

load helpers

setup()
{
	DIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/completions
	export DIR OUT=$BATS_TEST_TMPDIR/out
}

# typed KEYS SHELL...: KEYS are typed once SHELL has prompted with `READY> '.
typed()
{
	python3 -c '
import os, pty, select, sys, time
keys, shell = sys.argv[1].encode(), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(shell[0], shell)
text, end = b"", time.time() + 60
while time.time() < end:
    if not select.select([fd], [], [], 1)[0]:
        continue
    try:
        block = os.read(fd, 65536)
    except OSError:
        break
    if not block:
        break
    text += block
    if keys and b"READY> " in text:
        os.write(fd, keys)
        keys = b""
else:
    os.kill(pid, 9)
os.waitpid(pid, 0)
if keys or not os.path.exists(os.environ["OUT"]):
    sys.exit("%s: %r" % (shell[0], text))' "$@"
}

# Prints the line with every completion in place of its last word.  M-* inserts
# them in bash; ^X^P, bound here, writes the line to $OUT, and ^U clears it.
insert_in_bash()
{
	cat >"$BATS_TEST_TMPDIR/bashrc" <<-'END'
		PS1='READY> '
		. "$DIR/prt.bash"
		bind -x '"\C-x\C-p": printf "%s\n" "$READLINE_LINE" >"$OUT"'
	END
	typed "$1"$'\e*\x18\x10\x15exit\r' \
		bash --noprofile --rcfile "$BATS_TEST_TMPDIR/bashrc" -i
}

insert_in_zsh()
{
	cat >"$BATS_TEST_TMPDIR/.zshrc" <<-'END'
		PS1='READY> '
		fpath=($DIR $fpath)
		autoload -Uz compinit && compinit -u -D
		zstyle ':completion:*' completer _all_matches _complete
		zstyle ':completion:*' insert true
		zle -C all-matches complete-word _generic
		bindkey '^X^A' all-matches
		show() { print -r -- $BUFFER >$OUT }
		zle -N show
		bindkey '^X^P' show
	END
	ZDOTDIR=$BATS_TEST_TMPDIR typed "$1"$'\x18\x01\x18\x10\x15exit\r' \
		zsh -o no_global_rcs -i
}

# offers SHELL LINE: the shell's offers for the last word of LINE, without an
# option before the word, sorted.
offers()
{
	rm -f "$OUT"
	case $1 in
	fish)
		fish --no-config -c 'source $DIR/prt.fish
			complete -C $argv[1]' "$2" | cut -f 1 >"$OUT"
		;;
	*)
		"insert_in_$1" "$2"
		sed "s/^${2% *} //" "$OUT" | tr -s ' ' '\n' >"$OUT.words"
		mv "$OUT.words" "$OUT"
		;;
	esac
	# zsh also inserts a comma that it later takes away.
	sed -E 's/^--[a-z-]+=(.)/\1/; s/[=,]$//; /^$/d' "$OUT" | sort
}

# lines WORD...: one a line, sorted, as offers prints them.
lines()
{
	printf '%s\n' "$@" | sort
}

# expected OPTION: the words that the message about a bad argument lists.
expected()
{
	prt-scan "--$1=nosuch" 2>&1 | sed 's/.*: expected //; s/, \| or /\n/g'
}

fields()
{
	prt-scan -o all -l 0 | sed -n '/^#proto/s/^#//p' | tr '\t' '\n'
}

groups()
{
	prt-scan --help | sed -n 's/^  \(@[a-z]*\) .*/\1/p'
}

# offer SHELL LINE WORDS
offer()
{
	diff -u --label "expected for $2" <(lines $3) <(offers "$1" "$2")
}

# check_options SHELL PROGRAM PREFIX OPTIONS: -- offers all, PREFIX these.
check_options()
{
	offer "$1" "$2 --" "$("$2" --help |
		sed -nE '/^  /s/^ +(-., )?(--[a-z0-9-]+).*/\2/p')"
	offer "$1" "$2 $3" "$4"
}

check_words()
{
	offer "$1" 'prt-scan -F ' "$(expected format)"
	offer "$1" 'prt-scan --format=' "$(expected format)"
	# some builds have only the last of them
	[ "$(expected backend)" = lsof ] ||
		offer "$1" 'prt-scan --backend=' "$(expected backend)"
	offer "$1" 'prt-scan --owners=' "$(expected owners)"
	offer "$1" 'prt-scan --from=' "$(expected from)"
	# fish has no way to say that an argument may be omitted
	[ "$1" = fish ] || offer "$1" 'prt-scan --sudo=' "$(expected sudo)"
	offer "$1" 'prt-scan --color=' "$(expected color)"
	offer "$1" 'prt-scan --header=' "$(expected header)"
	offer "$1" 'prt-scan --state=' "$(sed -n '/states\[.*{/,/^}/s/"/\n/gp' \
		"$DIR/../src/scan/sock.c" | grep -x '[A-Z_12]*[A-Z][A-Z_12]*')
connected"
	offer "$1" 'prt-scan --proto=' "$(expected proto)"
	offer "$1" 'prt-scan --proto=tcp,u' 'tcp,udp'
	offer "$1" 'prt-scan --state=LISTEN,CLOS' \
		'LISTEN,CLOSED LISTEN,CLOSE_WAIT LISTEN,CLOSING'
}

check_values()
{
	local users

	users=$(prt-scan -H -F tsv -o user | grep -vx -e - | sort -u)
	[ -n "$users" ] || skip 'no socket'
	offer "$1" 'prt-scan --user=' "$users"
	# zsh accepts only names that it knows
	[ "$1" = zsh ] || offer "$1" 'prt-scan --user=x,' "$(sed 's/^/x,/' <<<"$users")"
}

check_fields()
{
	offer "$1" 'prt-scan -o ' "all $(fields) $(groups)"
	offer "$1" 'prt-scan --output=pro' 'process proto'
	offer "$1" 'prt-scan -lo pro' 'process proto'
	offer "$1" 'prt-scan -o proto,pro' proto,process
	offer "$1" 'prt-scan -o +' \
		"$({ fields | sed 1,19d; groups; } | sed 's/^/+/')"
	offer "$1" 'prt-scan --output=+inode,s' \
		"$(fields | sed -n '20,$s/^s/+inode,s/p')"
}

check_files()
{
	mkdir "$BATS_TEST_TMPDIR/f" "$BATS_TEST_TMPDIR/f/xdir"
	: >"$BATS_TEST_TMPDIR/f/xfile"
	cd "$BATS_TEST_TMPDIR/f" || return
	offers "$1" 'prt-scan --proc=x' | grep -qx 'xdir/\{0,1\}'
	run ! grep xfile <<<"$(offers "$1" 'prt-scan --proc=x')"
	offers "$1" 'prt-scan --services=x' | grep -qx xfile
	offers "$1" 'prt-scan --services x' | grep -qx xfile
}

# The fields that a program's input may have.
input_fields()
{
	"$1" -o help | sed -n '/^Fields:/,/^$/s/^  \([a-z0-9_]*\) .*/\1/p'
}

check_diff()
{
	local fields

	fields=$(input_fields prt-diff)
	check_options "$1" prt-diff --in --init
	offer "$1" 'prt-diff --only=' 'new gone changed unchanged'
	offer "$1" 'prt-diff --only=new,' 'new,gone new,changed new,unchanged'
	offer "$1" 'prt-diff -k ' "$fields"
	offer "$1" 'prt-diff -c ' "none $fields"
	offer "$1" 'prt-diff --compare=pid,exe,fir' pid,exe,first_seen
	offer "$1" 'prt-diff -o ' "all $fields $(groups)"
	offer "$1" 'prt-diff -o +wa' +was
	offer "$1" 'prt-diff -ao pid,wa' pid,was
	offer "$1" 'prt-diff --format=' "$(expected format)"
	offer "$1" 'prt-diff --color=n' never
	check_operands "$1" prt-diff --state-file
}

check_flag()
{
	local fields

	fields=$(input_fields prt-flag)
	check_operands "$1" prt-flag --rules
	check_options "$1" prt-flag --su --suggest
	offer "$1" 'prt-flag --enable=' "all $(prt-flag -l -H -o name)"
	offer "$1" 'prt-flag --disable=s' 'script-sensitive shell-listener shell-net shell-relay stdio-socket'
	offer "$1" 'prt-flag --disable=tmp-exe,shell-n' tmp-exe,shell-net
	offer "$1" 'prt-flag --min-level=' 'low medium high'
	offer "$1" 'prt-flag -o +w' +why
	offer "$1" 'prt-flag -o +l' +level
	offer "$1" 'prt-flag -o ' "all $fields $(groups)"
	offer "$1" 'prt-flag -so pid,pro' 'pid,process pid,proto'
	offer "$1" 'prt-flag --fields=fl' flags
	offer "$1" 'prt-flag -F ' "$(expected format)"
	offer "$1" 'prt-flag -e ' 'flag bell allow'
}

# check_operands SHELL PROGRAM OPTION: files are offered as operands and after
# the option.
check_operands()
{
	mkdir "$BATS_TEST_TMPDIR/f"
	: >"$BATS_TEST_TMPDIR/f/xfile"
	cd "$BATS_TEST_TMPDIR/f" || return
	offer "$1" "$2 x" xfile
	offer "$1" "$2 $3=x" xfile
	offer "$1" "$2 $3 x" xfile
}

# The descriptions of long options on standard input are those of --help; the
# options that all programs share come last.
check_descriptions()
{
	local program

	for program in prt-scan prt-diff prt-flag; do
		"$program" --help |
			sed -nE '/^  /s/^ +(-., )?(--[a-z0-9-]+)[^ ]* +/\2 /p'
	done | sort -u >"$BATS_TEST_TMPDIR/help"
	diff -u "$BATS_TEST_TMPDIR/help" <(sort -u)
}

@test "bash: options" {
	requires bash python3
	check_options bash prt-scan --st '--state --strict'
}

@test "bash: words" {
	requires bash python3
	check_words bash
}

@test "bash: values of the machine" {
	requires bash python3
	check_values bash
}

@test "bash: fields" {
	requires bash python3
	check_fields bash
}

@test "bash: files" {
	requires bash python3
	check_files bash
}

@test "bash: prt-diff" {
	requires bash python3
	check_diff bash
}

@test "bash: prt-flag" {
	requires bash python3
	check_flag bash
}

@test "bash: an option that is cut short" {
	requires bash python3
	offer bash 'prt-scan --form=' "$(expected format)"
	offer bash 'prt-scan --form j' json
	offer bash 'prt-diff --onl=new,' 'new,gone new,changed new,unchanged'
	# two options begin with --pro
	run ! grep -x tcp <<<"$(offers bash 'prt-scan --pro=tc')"
}

@test "bash: also where = is no word break" {
	cat >"$BATS_TEST_TMPDIR/run" <<-'END'
		compopt() { :; }
		. "$DIR/prt.bash"
		COMP_WORDS=(prt-scan --output=proto,pro) COMP_CWORD=1
		_prt_scan prt-scan
		printf '%s\n' "${COMPREPLY[@]}"
	END
	run -0 bash "$BATS_TEST_TMPDIR/run"
	[ "$output" = --output=proto,process ]
}

@test "zsh: options" {
	requires zsh python3
	check_options zsh prt-scan --st '--state --strict'
}

@test "zsh: words" {
	requires zsh python3
	check_words zsh
}

@test "zsh: values of the machine" {
	requires zsh python3
	check_values zsh
}

@test "zsh: fields" {
	requires zsh python3
	check_fields zsh
}

@test "zsh: files" {
	requires zsh python3
	check_files zsh
}

@test "zsh: prt-diff" {
	requires zsh python3
	check_diff zsh
}

@test "zsh: prt-flag" {
	requires zsh python3
	check_flag zsh
}

@test "zsh: what heuristics are described as, is what they say" {
	requires zsh
	cat >"$BATS_TEST_TMPDIR/run" <<-'END'
		_arguments() { _prt_heuristics }
		_call_program() { shift; eval "$@" }
		_values() { print -rl -- "${@:4}" }
		service=prt-flag words=(prt-flag)
		. "$DIR/_prt"
	END
	run -0 zsh -f "$BATS_TEST_TMPDIR/run"
	diff -u <(prt-flag -l -H -F tsv -o name,sentence | sed 's/\t/[/; s/$/]/') \
		<(printf '%s\n' "$output" | sed 1d)
	[[ $output == *"no kernel service's]"* ]]
}

@test "zsh: descriptions are those of --help" {
	sed -nE "s/'\\\\''/'/g; s/^[^[]*(--[a-z0-9-]+)[^[a-z]*\[([^]]*)\].*/\1 \2/p" \
		"$DIR/_prt" | grep '^--' | check_descriptions
}

@test "fish: options" {
	requires fish
	check_options fish prt-scan --st '--state --strict'
}

@test "fish: words" {
	requires fish
	check_words fish
}

@test "fish: values of the machine" {
	requires fish
	check_values fish
}

@test "fish: fields" {
	requires fish
	check_fields fish
}

@test "fish: files" {
	requires fish
	check_files fish
}

@test "fish: prt-diff" {
	requires fish
	check_diff fish
}

@test "fish: prt-flag" {
	requires fish
	check_flag fish
}

@test "fish: descriptions are those of --help" {
	sed -nE "s/^.* -l ([a-z0-9-]+) .*-d '(([^'\\\\]|\\\\.)*)'.*/--\1 \2/p" \
		"$DIR/prt.fish" | sed "s/\\\\'/'/g" | check_descriptions
}
