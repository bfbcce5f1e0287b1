# fish completion of prt-flag.  The heuristics, and the fields that its input
# may have, are asked of the program itself.

# The value being completed, which may be behind --OPTION=.
function __prt_flag_value
    string replace -r -- '^--[a-z-]+=' '' (commandline -ct)
end

# __prt_flag_names NAME...: completes the last name of a list with those that
# are not yet in it.
function __prt_flag_names
    set -l before (string match -r -- '^.*,|^\+|^' (__prt_flag_value))
    set -l had (string split -- , (string trim -l -c + -- $before))
    for name in $argv
        if not contains -- (string split -f 1 -- \t $name) $had
            echo $before$name
        end
    end
end

function __prt_flag_fields
    set -l command (commandline -opc)[1]
    __prt_flag_names $argv (eval $command --help 2>/dev/null |
        sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\)  *\(.*\)/\1\t\2/p')
end

function __prt_flag_output
    switch (__prt_flag_value)
        case '+*'
            __prt_flag_names why\t'a sentence for each flag'
        case '*,*'
            __prt_flag_fields
        case '*'
            __prt_flag_fields all\t'every field'
    end
end

function __prt_flag_heuristics
    set -l command (commandline -opc)[1]
    set -l names (eval $command -l -H -F tsv -o name,sentence 2>/dev/null)
    switch (__prt_flag_value)
        case '*,*'
        case '*'
            set -p names all\t'every heuristic'
    end
    __prt_flag_names $names
end

complete -c prt-flag -s s -l select -d 'print only what is flagged'
complete -c prt-flag -l why -d 'append a sentence for each flag'
complete -c prt-flag -s f -l rules -r -F -d 'rules of this file, not the default ones'
complete -c prt-flag -s e -l rule -x -d 'one rule more' -a 'flag bell allow'
complete -c prt-flag -s X -l no-default-rules -d 'do not read the default rules'
complete -c prt-flag -l enable -x -d 'heuristics that are off; all' -a '(__prt_flag_heuristics)'
complete -c prt-flag -l disable -x -d 'heuristics that are on; all' -a '(__prt_flag_heuristics)'
complete -c prt-flag -l suggest -d 'print rules that allow what is flagged'
complete -c prt-flag -s l -l list -d 'print the heuristics'
complete -c prt-flag -l fields -x -d 'columns of input without a header' -a '(__prt_flag_fields)'
complete -c prt-flag -s o -l output -x -d 'columns: names, `all\', or `+\' and more' -a '(__prt_flag_output)'
complete -c prt-flag -s F -l format -x -d 'tsv, table, json or csv' -a 'tsv table json csv'
complete -c prt-flag -s H -l no-header -d 'no # lines'
complete -c prt-flag -l header -x -d '# lines: auto, always, never' -a 'auto always never'
complete -c prt-flag -s w -l wide -d 'table: leave nothing out, cut nothing'
complete -c prt-flag -l color -x -d 'table: auto, always, never' -a 'auto always never'
complete -c prt-flag -s q -l quiet -d 'no output, only an exit status'
complete -c prt-flag -l exit-code -d 'exit 1 is an answer'
complete -c prt-flag -l help -d 'print this and exit'
complete -c prt-flag -l version -d 'print the version and exit'
