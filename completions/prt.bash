# bash completion of prt-scan, prt-diff and prt-flag: one file, under each of
# the three names that bash-completion looks for.  Fields and heuristics come
# from the programs; tests/completion.bats checks the other lists.

# _prt_begin LETTERS COMMAND: sets cur, the argument to complete; option, which
# it may belong to, also in one word with one of LETTERS, or shortened; and
# lead, the text before it in that word.
_prt_begin()
{
	local options

	cur=${COMP_WORDS[COMP_CWORD]}
	option=${COMP_WORDS[COMP_CWORD - 1]}
	lead=
	COMPREPLY=()
	# --format=json is three words, or one if = does not break words.
	if [[ $cur == '=' ]]; then
		cur=
	elif [[ $option == '=' ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*}
		lead=$option=
		cur=${cur#*=}
	elif [[ $cur == -[$1]?* ]]; then
		option=${cur:0:2}
		lead=$option
		cur=${cur:2}
	fi
	# --form is --format, if no other option begins so.
	if [[ $option =~ ^--[a-z-]+$ ]]; then
		options=($("$2" --help 2>/dev/null |
		    sed -nE "s/^  (-.,|   ) (${option}[a-z0-9-]*).*/\2/p"))
		[[ ${#options[@]} -ne 1 ]] || option=${options[0]}
	fi
}

_prt_end()
{
	if [[ $lead ]]; then
		COMPREPLY=("${COMPREPLY[@]/#/$lead}")
	fi
}

_prt_words()
{
	COMPREPLY=($(compgen -W "$*" -- "$cur"))
}

# _prt_files [TYPE]: f, or d for folders.
_prt_files()
{
	compopt -o filenames
	COMPREPLY=($(compgen "-${1-f}" -- "$cur"))
}

# _prt_names NAME...: completes the last name in $cur, a list with commas, with
# names that are not yet in it.
_prt_names()
{
	local before='' name

	case $cur in
	*,*) before=${cur%,*}, ;;
	+*) before=+ ;;
	esac
	for name; do
		if [[ ,${before#+} != *,"$name",* && $before$name == "$cur"* ]]
		then
			COMPREPLY+=("$before$name")
		fi
	done
	compopt -o nospace
}

# _prt_list WORD NAME...: the same, and WORD, if any, for a whole list.
_prt_list()
{
	local word=$1

	shift
	case $cur in
	+*|*,*) _prt_names "$@" ;;
	*) _prt_names ${word:+"$word"} "$@" ;;
	esac
}

# _prt_fields COMMAND WORD [FROM]: after a + only the fields from FROM on.  If
# all fields may be given, so may groups of them; but prt-flag always has its
# input's fields after a +.
_prt_fields()
{
	local fields

	fields=($("$1" -o help 2>/dev/null |
	    sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'))
	[[ $cur != +* ]] || fields=("${fields[@]:${3-0}}")
	[[ $2 != all || $cur${3-} == +*-1 ]] || fields+=($("$1" --help 2>/dev/null |
	    sed -n 's/^  \(@[a-z]*\) .*/\1/p'))
	_prt_list "$2" "${fields[@]}"
}

# _prt_values COMMAND FIELD: its values on this machine, without odd names.
_prt_values()
{
	local values

	values=($("$1" -H -F tsv -o "$2" 2>/dev/null |
	    grep -x '[[:alnum:]_.@/+-]*' | grep -vx -e - | sort -u))
	_prt_names "${values[@]}"
}

# _prt_common OPTIONS: the options that all three have, their arguments, and
# OPTIONS; false if the word is something else.
_prt_common()
{
	case $option in
	--format|-F|-[!-]*F)
		_prt_words tsv table json csv
		;;
	--header|--color)
		_prt_words auto always never
		;;
	*)
		[[ $cur == -* ]] || return
		_prt_words "$1 -o --output= -F --format= -H --no-header
		    --header= -w --wide --color= -q --quiet --exit-code
		    -h --help -V --version"
		if [[ ${COMPREPLY-} == *= ]]; then
			compopt -o nospace
		fi
		;;
	esac
}

_prt_scan()
{
	local cur option lead

	_prt_begin oF "$1"
	case $option in
	--output|-o|-[!-]*o)
		# The first 19 are the default ones, for which + stands.
		_prt_fields "$1" all 19
		;;
	--state)
		_prt_names LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 \
		    FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING CLOSED \
		    UNCONN BOUND NAT connected
		;;
	--proto)
		_prt_names tcp udp sctp raw packet icmp vsock
		;;
	--process|--user|--container|--unit)
		_prt_values "$1" "${option#--}"
		;;
	--backend)
		_prt_words netlink proc sockstat lsof
		;;
	--owners)
		_prt_words auto walk bpf
		;;
	--from)
		_prt_words lsof ss netstat sockstat auto
		;;
	--sudo)
		_prt_words ask stdin
		;;
	--proc)
		_prt_files d
		;;
	--services)
		_prt_files
		;;
	--pid)
		;;
	*)
		_prt_common '-4 --ipv4 -6 --ipv6 -t --tcp -u --udp --proto=
		    -l --listening --state= -b --bound --no-ephemeral
		    --no-random --published -N --all-netns --process= --pid=
		    --user= --container= --unit= --backend= --owners= --proc=
		    --from= --sudo -I --interfaces --strict --verify
		    -U --unsorted -a --all -e --extended -n --numeric
		    -p --processes
		    --services=' ||
			COMPREPLY=($(compgen -A service -- "$cur"))
		;;
	esac
	_prt_end
}

_prt_diff()
{
	local cur option lead

	_prt_begin koFcS "$1"
	case $option in
	--output|-o|-[!-]*o)
		_prt_fields "$1" all
		;;
	--compare|-c|-[!-]*c)
		_prt_fields "$1" none
		;;
	--key|-k|-[!-]*k|--fields)
		_prt_fields "$1" ''
		;;
	--only)
		_prt_names new gone changed unchanged
		;;
	--state-file|-S|-[!-]*S)
		_prt_files
		;;
	--wait|--forget)
		;;
	*)
		_prt_common '-S --state-file= -a --all --only= -k --key=
		    -c --compare= --fields= --force --init --forget=
		    --compare-hosts --wait=' ||
			_prt_files
		;;
	esac
	_prt_end
}

_prt_flag()
{
	local cur option lead names

	_prt_begin efoF "$1"
	case $option in
	--output|-o|-[!-]*o)
		# Only why, the last one, is not a default.
		_prt_fields "$1" all -2
		;;
	--fields)
		_prt_fields "$1" ''
		;;
	--enable|--disable)
		names=($("$1" -l -H -F tsv -o name 2>/dev/null))
		_prt_list all "${names[@]}"
		;;
	--min-level)
		_prt_words low medium high
		;;
	--rule|-e|-[!-]*e)
		_prt_words flag bell allow
		;;
	--rules|-f|-[!-]*f)
		_prt_files
		;;
	*)
		_prt_common '-s --select --why -f --rules= -e --rule= -X
		    --no-default-rules --enable= --disable= --min-level=
		    --suggest
		    -l --list --fields=' ||
			_prt_files
		;;
	esac
	_prt_end
}

complete -F _prt_scan prt-scan
complete -F _prt_diff prt-diff
complete -F _prt_flag prt-flag
