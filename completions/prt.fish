# fish completion of prt-scan, prt-diff and prt-flag: one file, under each of
# the three names that fish looks for.  Fields and heuristics come from the
# programs; tests/completion.bats checks the other lists.

# The value to complete, perhaps after --OPTION=.
function __prt_value
    string replace -r -- '^--[a-z-]+=' '' (commandline -ct)
end

# __prt_names NAME...: completes the last name of a list with names that are not
# yet in it.
function __prt_names
    set -l before (string match -r -- '^.*,|^\+|^' (__prt_value))
    set -l had (string split -- , (string trim -l -c + -- $before))
    for name in $argv
        if not contains -- (string split -f 1 -- \t $name) $had
            echo $before$name
        end
    end
end

# __prt_list WORD NAME...: the same, and WORD, if any, for a whole list.
function __prt_list
    switch (__prt_value)
        case '+*' '*,*'
            __prt_names $argv[2..]
        case '*'
            __prt_names (string match -v -- '' $argv)
    end
end

# __prt_fields FROM [WORD]: after a + only the fields from FROM on.  If all
# fields may be given, so may groups of them; but prt-flag always has its
# input's fields after a +.
function __prt_fields
    set -l command (commandline -opc)[1]
    set -l names (eval $command -o help 2>/dev/null |
        sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\)  *\(.*\)/\1\t\2/p')
    if string match -q -- '+*' (__prt_value)
        set names $names[$argv[1]..]
    end
    if string match -q -- 'all*' "$argv[2]"
        and not string match -q -- '+*-1' (__prt_value)$argv[1]
        set -a names (eval $command --help 2>/dev/null |
            sed -n 's/^  \(@[a-z]*\)  *\(.*\)/\1\t\2 .../p')
    end
    __prt_list "$argv[2]" $names
end

# __prt_values FIELD: its values on this machine, without odd names.
function __prt_values
    set -l command (commandline -opc)[1]
    eval $command -H -F tsv -o $argv[1] 2>/dev/null |
        string match -r -- '^[[:alnum:]_.@/+-]+$' | string match -v -- - | sort -u
end

function __prt_heuristics
    set -l command (commandline -opc)[1]
    __prt_list all\t'every heuristic' (eval $command -l -H -F tsv \
        -o name,sentence 2>/dev/null)
end

# The options that all three have.
for __prt_program in prt-scan prt-diff prt-flag
    complete -c $__prt_program -s F -l format -x -d 'tsv, table, json or csv; json is JSON Lines' -a 'tsv table json csv'
    complete -c $__prt_program -s H -l no-header -d 'no line of names, and none with ##'
    complete -c $__prt_program -l header -x -d 'these lines: auto, always, never' -a 'auto always never'
    complete -c $__prt_program -s w -l wide -d 'a table as wide as it needs: nothing cut'
    complete -c $__prt_program -l color -x -d 'colors in a table: auto, always, never' -a 'auto always never'
    complete -c $__prt_program -s q -l quiet -d 'print nothing: only the exit status'
    complete -c $__prt_program -l exit-code -d 'print, and give the exit status of -q'
    complete -c $__prt_program -s h -l help -d 'print this and exit'
    complete -c $__prt_program -s V -l version -d 'print the version and exit'
end
set -e __prt_program

complete -c prt-scan -f
complete -c prt-scan -s 4 -l ipv4 -d 'IPv4 sockets'
complete -c prt-scan -s 6 -l ipv6 -d 'IPv6 sockets'
complete -c prt-scan -s t -l tcp -d 'TCP sockets'
complete -c prt-scan -s u -l udp -d 'UDP sockets'
complete -c prt-scan -l proto -x -d 'of these: tcp, udp, sctp, raw, packet, icmp, vsock' -a '(__prt_names tcp udp sctp raw packet icmp vsock)'
complete -c prt-scan -s l -l listening -d 'what listens: no connections'
complete -c prt-scan -l state -x -d 'in these states; connected; ^LISTEN: all others' -a '(__prt_names LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING CLOSED UNCONN BOUND NAT connected)'
complete -c prt-scan -s b -l bound -d 'what holds a port; -qb 80: 1 if it is free'
complete -c prt-scan -l no-ephemeral -d 'no UDP socket on a port chosen by the system'
complete -c prt-scan -l no-random -d 'nor a TCP listener on such a port of loopback'
complete -c prt-scan -l published -d 'also ports of containers that have no socket'
complete -c prt-scan -s N -l all-netns -d 'in all network namespaces, also of containers'
complete -c prt-scan -l process -x -d 'of processes with these names, as ssh*,nginx' -a '(__prt_names (__prt_values process))'
complete -c prt-scan -l pid -x -d 'of processes with these numbers' -a '(__fish_complete_list , __fish_complete_pids)'
complete -c prt-scan -l user -x -d 'of these users, names or numbers' -a '(__prt_names (__prt_values user))'
complete -c prt-scan -l container -x -d 'of containers: web, docker/web or an id' -a '(__prt_names (__prt_values container))'
complete -c prt-scan -l unit -x -d 'of systemd units: nginx.service' -a '(__prt_names (__prt_values unit))'
complete -c prt-scan -l backend -x -d 'how to read the tables of sockets' -a 'netlink proc sockstat lsof'
complete -c prt-scan -l owners -x -d 'how to find the processes: auto, walk or bpf' -a 'auto walk bpf'
complete -c prt-scan -l proc -x -d 'another proc tree, such as /host/proc' -a '(__fish_complete_directories)'
complete -c prt-scan -l from -x -d 'what another program printed: lsof, ss...' -a 'lsof ss netstat sockstat auto'
complete -c prt-scan -l sudo -d 'by sudo, if it asks for no password; or ask, or stdin'
complete -c prt-scan -l services -r -F -d 'names of ports, as /etc/services has them'
complete -c prt-scan -s I -l interfaces -d 'not sockets: counters of network interfaces'
complete -c prt-scan -l strict -d 'fail (exit 2) if something cannot be read'
complete -c prt-scan -l verify -d 'read the tables in two ways: who hides what?'
complete -c prt-scan -s U -l unsorted -d 'in the kernel\'s order'
complete -c prt-scan -s a -l all -d 'undoes -l before it'
complete -c prt-scan -s e -l extended -d 'changes nothing'
complete -c prt-scan -s n -l numeric -d 'changes nothing'
complete -c prt-scan -s p -l processes -d 'changes nothing'
complete -c prt-scan -s o -l output -x -d 'columns: `help\' lists them, `all\', `+\' and more' -a '(__prt_fields 20 all\t"every field")'

complete -c prt-diff -s S -l state-file -r -F -d 'compare with FILE, then replace it'
complete -c prt-diff -s a -l all -d 'every record: unchanged ones and gone ones, too'
complete -c prt-diff -l only -x -d 'of new, gone, changed, unchanged only these' -a '(__prt_names new gone changed unchanged)'
complete -c prt-diff -s k -l key -x -d 'fields that say what is the same thing' -a '(__prt_fields 1)'
complete -c prt-diff -s c -l compare -x -d 'fields that are compared, or `none\'' -a '(__prt_fields 1 none\t"no field")'
complete -c prt-diff -l fields -x -d 'fields of records without a header' -a '(__prt_fields 1)'
complete -c prt-diff -l force -d 'compare what is of different scope, or older than FILE'
complete -c prt-diff -l init -d 'with -S: save NEW, print nothing'
complete -c prt-diff -l forget -x -d 'keep nothing of HOSTS, if NEW has none of it'
complete -c prt-diff -l compare-hosts -d 'two hosts side by side'
complete -c prt-diff -l wait -x -d 'with -S: how long for another run to end: 10'
complete -c prt-diff -s o -l output -x -d 'columns: `help\' lists them, `all\', `+\' and more' -a '(__prt_fields 1 all\t"every field")'

complete -c prt-flag -s s -l select -d 'print only what is flagged'
complete -c prt-flag -l why -d 'append a sentence for each flag'
complete -c prt-flag -s f -l rules -r -F -d 'rules of this file, not the default ones'
complete -c prt-flag -s e -l rule -x -d 'one rule more' -a 'flag bell allow'
complete -c prt-flag -s X -l no-default-rules -d 'no rules of /etc/prt/rules, ~/.config/prt/rules'
complete -c prt-flag -l enable -x -d 'turn on heuristics that are off, or all' -a '(__prt_heuristics)'
complete -c prt-flag -l disable -x -d 'turn off heuristics, or all' -a '(__prt_heuristics)'
complete -c prt-flag -l min-level -x -d 'only what is low, medium or high at least' -a 'low medium high'
complete -c prt-flag -l suggest -d 'print rules that allow what is flagged'
complete -c prt-flag -s l -l list -d 'print the heuristics'
complete -c prt-flag -l fields -x -d 'columns of input without a header' -a '(__prt_fields 1)'
complete -c prt-flag -s o -l output -x -d 'columns: `help\' lists them, `all\', `+\' and more' -a '(__prt_fields -2 all\t"every field")'
