# bash completion of prt-scan.  tests/completion.bats checks its lists; the
# fields are asked of the program itself.

# _prt_scan_names NAME...: completes the last name of the list in $cur, whose
# names are separated by commas, with those that are not yet in it.
_prt_scan_names()
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

# _prt_scan_fields COMMAND: the first 19 fields are the default ones, which +
# stands for.
_prt_scan_fields()
{
	local fields

	fields=($("$1" --help 2>/dev/null |
	    sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\) .*/\1/p'))
	case $cur in
	+*) fields=("${fields[@]:19}") ;;
	*,*) ;;
	*) fields=(all "${fields[@]}") ;;
	esac
	_prt_scan_names "${fields[@]}"
}

_prt_scan()
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
	elif [[ $cur == -[oF]?* ]]; then
		option=${cur:0:2}
		lead=$option
		cur=${cur:2}
	fi
	case $option in
	--output|-o|-[!-]*o)
		_prt_scan_fields "$1"
		;;
	--format|-F|-[!-]*F)
		COMPREPLY=($(compgen -W 'tsv table json csv' -- "$cur"))
		;;
	--state)
		_prt_scan_names LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 \
		    FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING CLOSED \
		    UNCONN
		;;
	--backend)
		COMPREPLY=($(compgen -W 'netlink proc lsof' -- "$cur"))
		;;
	--owners)
		COMPREPLY=($(compgen -W 'auto walk bpf' -- "$cur"))
		;;
	--from)
		COMPREPLY=($(compgen -W lsof -- "$cur"))
		;;
	--sudo)
		COMPREPLY=($(compgen -W 'ask stdin' -- "$cur"))
		;;
	--header|--color)
		COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
		;;
	--proc)
		compopt -o filenames
		COMPREPLY=($(compgen -d -- "$cur"))
		;;
	--services)
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$cur"))
		;;
	--pid)
		;;
	*)
		if [[ $cur == -* ]]; then
			COMPREPLY=($(compgen -W '-4 --ipv4 -6 --ipv6 -t --tcp
			    -u --udp -l --listening -a --all -n --numeric
			    -p --processes -N --all-netns -I --interfaces
			    -U --unsorted --pid= --state= --no-ephemeral --strict --backend=
			    --owners= --proc= --from= --sudo --services= -o --output= -F --format=
			    -H --no-header --header= -w --wide --color=
			    -q --quiet --exit-code --help --version' \
			    -- "$cur"))
			if [[ ${COMPREPLY-} == *= ]]; then
				compopt -o nospace
			fi
		else
			COMPREPLY=($(compgen -A service -- "$cur"))
		fi
		;;
	esac
	if [[ $lead ]]; then
		COMPREPLY=("${COMPREPLY[@]/#/$lead}")
	fi
}

complete -F _prt_scan prt-scan
