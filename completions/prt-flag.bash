# bash completion of prt-flag.  The heuristics, and the fields that its input
# may have, are asked of the program itself.

# _prt_flag_names NAME...: completes the last name of the list in $cur, whose
# names are separated by commas, with those that are not yet in it.
_prt_flag_names()
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

# _prt_flag_fields COMMAND [NAME]: all fields, and NAME at the start of a list.
_prt_flag_fields()
{
	local fields

	fields=($("$1" --help 2>/dev/null |
	    sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'))
	[[ $cur == *,* || $# -eq 1 ]] || fields=("$2" "${fields[@]}")
	_prt_flag_names "${fields[@]}"
}

# _prt_flag_output COMMAND: of the fields only why is not there by default.
_prt_flag_output()
{
	case $cur in
	+*) _prt_flag_names why ;;
	*) _prt_flag_fields "$1" all ;;
	esac
}

# _prt_flag_heuristics COMMAND
_prt_flag_heuristics()
{
	local names=($("$1" -l -H -F tsv -o name 2>/dev/null))

	[[ $cur == *,* ]] || names=(all "${names[@]}")
	_prt_flag_names "${names[@]}"
}

_prt_flag()
{
	local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
	local lead=''

	COMPREPLY=()
	# --format=json is three words, or where = is no word break one.
	if [[ $cur == '=' ]]; then
		cur=
	elif [[ $option == '=' ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $cur == --*=* ]]; then
		option=${cur%%=*}
		lead=$option=
		cur=${cur#*=}
	elif [[ $cur == -[efoF]?* ]]; then
		option=${cur:0:2}
		lead=$option
		cur=${cur:2}
	fi
	case $option in
	--output|-o|-[!-]*o)
		_prt_flag_output "$1"
		;;
	--fields)
		_prt_flag_fields "$1"
		;;
	--enable|--disable)
		_prt_flag_heuristics "$1"
		;;
	--format|-F|-[!-]*F)
		COMPREPLY=($(compgen -W 'tsv table json csv' -- "$cur"))
		;;
	--header|--color)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		;;
	--rule|-e|-[!-]*e)
		COMPREPLY=($(compgen -W 'flag bell allow' -- "$cur"))
		;;
	*)
		if [[ $option != --rules && $option != -f && $cur == -* ]]; then
			COMPREPLY=($(compgen -W '-s --select --why -f --rules=
			    -e --rule= -X --no-default-rules --enable=
			    --disable= --suggest -l --list --fields= -o
			    --output= -F --format= -H --no-header --header= -w
			    --wide --color= -q --quiet --exit-code --help
			    --version' -- "$cur"))
			if [[ ${COMPREPLY-} == *= ]]; then
				compopt -o nospace
			fi
		else
			compopt -o filenames
			COMPREPLY=($(compgen -f -- "$cur"))
		fi
		;;
	esac
	if [[ $lead ]]; then
		COMPREPLY=("${COMPREPLY[@]/#/$lead}")
	fi
}

complete -F _prt_flag prt-flag
