# bash completion of prt-diff.  The fields that its input may have are asked of
# the program itself.

# _prt_diff_names NAME...: completes the last name of the list in $cur, whose
# names are separated by commas, with those that are not yet in it.
_prt_diff_names()
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

# _prt_diff_fields COMMAND [WORD]: WORD may stand for a whole list.
_prt_diff_fields()
{
	local fields

	fields=($("$1" --help 2>/dev/null |
	    sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'))
	case $cur in
	*,*|+*) ;;
	*) fields=(${2:+"$2"} "${fields[@]}") ;;
	esac
	_prt_diff_names "${fields[@]}"
}

_prt_diff()
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
	elif [[ $cur == -[koFcS]?* ]]; then
		option=${cur:0:2}
		lead=$option
		cur=${cur:2}
	fi
	case $option in
	--output|-o|-[!-]*o)
		_prt_diff_fields "$1" all
		;;
	--compare|-c|-[!-]*c)
		_prt_diff_fields "$1" none
		;;
	--key|-k|-[!-]*k|--fields)
		_prt_diff_fields "$1"
		;;
	--only)
		_prt_diff_names new gone changed
		;;
	--format|-F|-[!-]*F)
		COMPREPLY=($(compgen -W 'tsv table json csv' -- "$cur"))
		;;
	--header|--color)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		;;
	--wait)
		;;
	*)
		if [[ $option != --state-file && $option != -S &&
		    $cur == -* ]]; then
			COMPREPLY=($(compgen -W '-S --state-file= -a --all
			    --only= -k --key= -c --compare= --fields= --force
			    --init --wait= -o --output= -F --format= -H
			    --no-header --header= -w --wide --color= -q --quiet
			    --exit-code --help --version' -- "$cur"))
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

complete -F _prt_diff prt-diff
