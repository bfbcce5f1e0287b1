# fish completion of prt-diff.  The fields that its input may have are asked of
# the program itself.

# The value being completed, which may be behind --OPTION=.
function __prt_diff_value
    string replace -r -- '^--[a-z-]+=' '' (commandline -ct)
end

# __prt_diff_names NAME...: completes the last name of a list with those that
# are not yet in it.
function __prt_diff_names
    set -l before (string match -r -- '^.*,|^\+|^' (__prt_diff_value))
    set -l had (string split -- , (string trim -l -c + -- $before))
    for name in $argv
        if not contains -- (string split -f 1 -- \t $name) $had
            echo $before$name
        end
    end
end

# __prt_diff_fields [WORD]: WORD may stand for a whole list.
function __prt_diff_fields
    set -l command (commandline -opc)[1]
    set -l names (eval $command --help 2>/dev/null |
        sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\)  *\(.*\)/\1\t\2/p')
    switch (__prt_diff_value)
        case '+*' '*,*'
        case '*'
            set -p names $argv
    end
    __prt_diff_names $names
end

complete -c prt-diff -s S -l state-file -r -F -d 'compare with FILE, then replace it'
complete -c prt-diff -s a -l all -d 'every record, unchanged ones too'
complete -c prt-diff -l only -x -d 'of new, gone, changed' -a '(__prt_diff_names new gone changed)'
complete -c prt-diff -s k -l key -x -d 'fields that say what is the same thing' -a '(__prt_diff_fields)'
complete -c prt-diff -s c -l compare -x -d 'fields that are compared, or none' -a '(__prt_diff_fields none\t"no field")'
complete -c prt-diff -l fields -x -d 'fields of records without a header' -a '(__prt_diff_fields)'
complete -c prt-diff -l force -d 'compare snapshots of different scope'
complete -c prt-diff -l init -d 'with -S: save NEW, print nothing'
complete -c prt-diff -l wait -x -d 'with -S: for another run, 10'
complete -c prt-diff -s o -l output -x -d 'columns: names, `all\', or `+\' and more' -a '(__prt_diff_fields all\t"every field")'
complete -c prt-diff -s F -l format -x -d 'tsv, table, json or csv' -a 'tsv table json csv'
complete -c prt-diff -s H -l no-header -d 'no # lines'
complete -c prt-diff -l header -x -d '# lines: auto, always, never' -a 'auto always never'
complete -c prt-diff -s w -l wide -d 'table: leave nothing out, cut nothing'
complete -c prt-diff -l color -x -d 'table: auto, always, never' -a 'auto always never'
complete -c prt-diff -s q -l quiet -d 'no output, only an exit status'
complete -c prt-diff -l exit-code -d 'exit 1 is an answer'
complete -c prt-diff -l help -d 'print this and exit'
complete -c prt-diff -l version -d 'print the version and exit'
