# fish completion of prt-scan.  tests/completion.bats checks its lists; the
# fields are asked of the program itself.

# The value being completed, which may be behind --OPTION=.
function __prt_scan_value
    string replace -r -- '^--[a-z-]+=' '' (commandline -ct)
end

# __prt_scan_names NAME...: completes the last name of a list with those that
# are not yet in it.
function __prt_scan_names
    set -l before (string match -r -- '^.*,|^\+|^' (__prt_scan_value))
    set -l had (string split -- , (string trim -l -c + -- $before))
    for name in $argv
        if not contains -- (string split -f 1 -- \t $name) $had
            echo $before$name
        end
    end
end

# The first 19 fields are the default ones, which + stands for.
function __prt_scan_fields
    set -l command (commandline -opc)[1]
    set -l fields (eval $command --help 2>/dev/null |
        sed -n '/^Fields:/,/^$/s/^  \([a-z][a-z0-9_]*\)  *\(.*\)/\1\t\2/p')
    switch (__prt_scan_value)
        case '+*'
            set -e fields[1..19]
        case '*,*'
        case '*'
            set -p fields all\t'every field'
    end
    __prt_scan_names $fields
end

complete -c prt-scan -f
complete -c prt-scan -s 4 -l ipv4 -d 'IPv4 sockets'
complete -c prt-scan -s 6 -l ipv6 -d 'IPv6 sockets'
complete -c prt-scan -s t -l tcp -d 'TCP sockets'
complete -c prt-scan -s u -l udp -d 'UDP sockets'
complete -c prt-scan -s l -l listening -d 'listening TCP and unconnected UDP sockets'
complete -c prt-scan -s a -l all -d 'accepted, changes nothing'
complete -c prt-scan -s n -l numeric -d 'accepted, changes nothing'
complete -c prt-scan -s p -l processes -d 'accepted, changes nothing'
complete -c prt-scan -s N -l all-netns -d 'all network namespaces; needs root'
complete -c prt-scan -s I -l interfaces -d 'counters of the network interfaces'
complete -c prt-scan -s U -l unsorted -d 'in the order of the kernel'
complete -c prt-scan -l pid -x -d 'sockets of these processes' -a '(__fish_complete_list , __fish_complete_pids)'
complete -c prt-scan -l state -x -d 'sockets in these states' -a '(__prt_scan_names LISTEN ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE_WAIT LAST_ACK CLOSING CLOSED UNCONN)'
complete -c prt-scan -l no-ephemeral -d 'no UDP socket unconnected on a port the system hands out'
complete -c prt-scan -l strict -d 'exit 2 if something cannot be read'
complete -c prt-scan -l backend -x -d 'how to read the tables: one of those below' -a 'netlink proc lsof'
complete -c prt-scan -l owners -x -d 'how to find the processes: auto, walk or bpf' -a 'auto walk bpf'
complete -c prt-scan -l proc -x -d 'another proc tree, such as /host/proc' -a '(__fish_complete_directories)'
complete -c prt-scan -l from -x -d 'read a file instead: lsof' -a lsof
complete -c prt-scan -l sudo -d 'as root, if sudo asks for nothing; or ask, or stdin'
complete -c prt-scan -l services -r -F -d 'names of ports, services(5)'
complete -c prt-scan -s o -l output -x -d 'columns: names, `all\', or `+\' and more' -a '(__prt_scan_fields)'
complete -c prt-scan -s F -l format -x -d 'tsv, table, json or csv' -a 'tsv table json csv'
complete -c prt-scan -s H -l no-header -d 'no # lines'
complete -c prt-scan -l header -x -d '# lines: auto, always, never' -a 'auto always never'
complete -c prt-scan -s w -l wide -d 'table: leave nothing out, cut nothing'
complete -c prt-scan -l color -x -d 'table: auto, always, never' -a 'auto always never'
complete -c prt-scan -s q -l quiet -d 'no output, only an exit status'
complete -c prt-scan -l exit-code -d 'exit 1 is an answer'
complete -c prt-scan -l help -d 'print this and exit'
complete -c prt-scan -l version -d 'print the version and exit'
