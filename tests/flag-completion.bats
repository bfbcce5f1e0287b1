#!/usr/bin/env bats
# prt-flag's completions: what they offer is what the program takes.
# shellcheck disable=SC2016,SC2154

load helpers

setup()
{
	DIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/completions
	export DIR
}

# in_bash WORD...: what bash offers for the last of the command's words, which
# are those that readline makes of the line.
in_bash()
{
	bash -c 'compopt() { :; }
		. "$DIR/prt-flag.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_prt_flag prt-flag
		printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

in_fish()
{
	fish --no-config -c 'source $DIR/prt-flag.fish
		complete -C $argv[1]' "$1" | cut -f 1
}

help_options()
{
	prt-flag --help | sed -nE '/^  /s/^ +(-., )?(--[a-z0-9-]+).*/\2/p'
}

heuristics()
{
	prt-flag -l -H -o name
}

fields()
{
	prt-flag --help | sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'
}

# same WANT GOT: the same words, in any order.
same()
{
	diff -u <(tr -s ' ' '\n' <<<"$1" | sort) <(sort <<<"$2")
}

@test "bash" {
	same "$(help_options)" "$(in_bash prt-flag -- | sed 's/=$//')"
	same "all $(heuristics)" "$(in_bash prt-flag --enable = '')"
	same 'shell-net script-sensitive stdio-socket' \
		"$(in_bash prt-flag --disable = s)"
	same 'tmp-exe,shell-net' "$(in_bash prt-flag --disable = tmp-exe,sh)"
	same '--enable=nc-listener' "$(in_bash prt-flag --enable=nc)"
	same "all $(fields)" "$(in_bash prt-flag -o '')"
	same '+why' "$(in_bash prt-flag -so +)"
	same 'pid,process pid,proto' "$(in_bash prt-flag -o pid,pro)"
	same 'flags' "$(in_bash prt-flag --fields = fl)"
	same 'tsv table json csv' "$(in_bash prt-flag -F '')"
	same '-Fjson' "$(in_bash prt-flag -Fj)"
	same 'auto always never' "$(in_bash prt-flag --color = '')"
	same 'allow' "$(in_bash prt-flag -e al)"
	cd "$BATS_TEST_TMPDIR"
	: >xfile
	same xfile "$(in_bash prt-flag x)"
	same xfile "$(in_bash prt-flag -f x)"
	same xfile "$(in_bash prt-flag --rules = x)"
}

@test "fish" {
	requires fish
	same "$(help_options)" "$(in_fish 'prt-flag --' | sed 's/=$//')"
	same "all $(heuristics)" "$(in_fish 'prt-flag --enable ')"
	same 'tmp-exe,shell-net' "$(in_fish 'prt-flag --disable tmp-exe,sh' |
		sed 's/,$//')"
	same "all $(fields)" "$(in_fish 'prt-flag -o ')"
	same '+why' "$(in_fish 'prt-flag -o +')"
	same 'tsv table json csv' "$(in_fish 'prt-flag -F ')"
}

# What a file says of each long option, beside --help's words.
check_descriptions()
{
	prt-flag --help | sed -nE '/^  /s/^ +(-., )?(--[a-z0-9-]+)[^ ]* +/\2 /p' |
		sort >"$BATS_TEST_TMPDIR/help"
	diff -u "$BATS_TEST_TMPDIR/help" <(sort)
}

@test "zsh and fish describe the options as --help does" {
	sed -nE "s/'\\\\''/'/g; s/^.*(--[a-z0-9-]+)[=']?.*\[(.*)\].*/\1 \2/p;
		s/^.*(--[a-z0-9-]+)=?[}'][^[]*\[([^]]*)\].*/\1 \2/p" \
		"$DIR/_prt-flag" | grep '^--' | sort -u | check_descriptions
	sed -nE "s/^.* -l ([a-z0-9-]+) .*-d '(([^'\\\\]|\\\\.)*)'.*/--\1 \2/p" \
		"$DIR/prt-flag.fish" | sed "s/\\\\'/'/g" | check_descriptions
}

@test "zsh can read them" {
	requires zsh
	zsh -n "$DIR/_prt-flag"
	same "all $(heuristics)" "$(DIR=$DIR zsh -f -c '
		compdef() { : }
		_arguments() { : }
		compset() { return 1 }
		_call_program() { shift; eval "$@" }
		_values() { shift 3; print -rl -- "${@%%\[*}" }
		words=(prt-flag) PREFIX=
		source $DIR/_prt-flag
		_prt_flag_heuristics')"
}
