# What prt-flag --enable=all does, as an awk script: the peer of the benchmark.
# It assumes what prt-flag finds out: the default columns in their order, one
# whole snapshot of root's, nothing escaped.  flag.sh compares what both say.

BEGIN {
	FS = OFS = "\t"
	split("sh bash dash ash zsh ksh mksh csh tcsh fish", word, " ")
	for (i in word)
		shell[word[i]] = 1
	split("python perl ruby node php lua", word2, " ")
	for (i in word2)
		interpreter[word2[i]] = 1
	split("nc nc.openbsd nc.traditional ncat netcat socat", word3, " ")
	for (i in word3)
		relay[word3[i]] = 1
	split("1080 1081 3128 9050 9150", word4, " ")
	for (i in word4)
		proxy[word4[i]] = 1
	split("2181 2375 2379 2380 5984 6379 8086 8983 9042 9160 9200 9300 " \
	    "11211 27017 27018 27019 28015", word5, " ")
	for (i in word5)
		store[word5[i]] = 1
	split("445 2049 20049 3260 4045 4420 7777 7788 7789 21064", word6, " ")
	for (i in word6)
		kernel[word6[i]] = 1
}

# any, loopback, private, multicast or public; each address is looked at once
# only where it comes again soon.
function reach(a) {
	if (a == last_addr)
		return last_reach
	last_addr = a
	sub(/^::ffff:/, "", a)
	if (a ~ /^127\./ || a == "::1")
		return last_reach = "loopback"
	if (a == "0.0.0.0" || a == "::")
		return last_reach = "any"
	if (a ~ /^(10|192\.168|169\.254|172\.(1[6-9]|2[0-9]|3[01])|100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))\./ ||
	    a ~ /^f[cd]|^fe[89ab]/)
		return last_reach = "private"
	if (a ~ /^2(2[4-9]|3[0-9])\./ || a ~ /^ff/ || a == "255.255.255.255")
		return last_reach = "multicast"
	return last_reach = "public"
}

function program(exe, comm,    name) {
	if (exe == last_exe && exe != "-")
		return last_program
	last_exe = exe
	name = exe == "-" ? comm : exe
	sub(/ \((deleted|replaced|elsewhere)\)$/, "", name)
	sub(/.*\//, "", name)
	sub(/[0-9.]*$/, "", name)
	return last_program = name
}

function add(name) {
	flags = flags == "" ? name : flags "," name
}

function temporary(path) {
	return path ~ /^\/(tmp|var\/tmp|dev|run\/user)\/|^\.\.\./
}

function poses(exe) {
	return exe ~ / \(elsewhere\)$/ && exe ~ /^\/(usr|bin|sbin|opt)\/|^\/lib/ &&
	    $14 != "0" && $10 == "-"
}

function script(cmdline,    w, n, i) {
	n = split(cmdline, w, " ")
	for (i = 2; i <= n; i++) {
		if (w[i] !~ /^-/)
			return w[i]
		if (w[i] ~ /^-[WXIrd]$/)
			i++
		else if (w[i] ~ /^-[ceEm]?$/)
			return ""
	}
	return ""
}

function beyond(a,    r) {
	r = reach(a)
	return a != "-" && r != "loopback"
}

# A listener of that process, or of nobody, took what came in there.
function listens(pid) {
	return (pid, $1, $4, "any") in listener ||
	    (pid, $1, $4, $3) in listener
}

function accepted(key,    pid, i) {
	if (listens("-"))
		return 1
	pid = $16
	for (i = 0; i < 64 && pid > 0; i++) {
		if (listens(pid))
			return 1
		if (!((key, pid) in ppid_of))
			return 0
		pid = ppid_of[key, pid]
	}
	return 0
}

/^##prt/ { $0 = $0; print; next }
/^#proto/ { print $0, "flags"; next }
/^#/ { end = $0; next }

# Everything that needs no other record, and what is needed of this one.
{
	line[++n] = $0
	flags = ""
	state = $2
	listening = state == "LISTEN"
	bound = listening || state == "UNCONN"
	connected = !bound && state != "TIME_WAIT" && $5 != "-"
	p = program($18, $12)
	again = 0
	if (bound)
		listener[$11, $1, $4, reach($3) == "any" ? "any" : $3] = 1
	if (p in shell)
		shell_of[$16] = 1
	if (listening && $14 == 0 && $4 < 1024)
		root_has[$9, $3, $4] = 1
	if (listening && $4 < 1024 && $9 == "-" && $14 >= 1000 &&
	    $14 != 65534 && ($14 < 61184 || $14 > 65519) && $14 != "-")
		again = 1
	if (listening && $1 != "sctp" && ($4 == 22 || $4 == 80 || $4 == 443) &&
	    p in interpreter && ($10 == "-" || ($9 == "-" && $14 >= 1000)))
		add("script-sensitive")
	if (state == "ESTABLISHED" && $14 == "0" && $7 == "out" &&
	    $6 >= 1024 && $8 == "-" && reach($5) == "public")
		add("root-high-port")
	if (listening && (p == "ssh" ||
	    ($4 in proxy && $1 != "sctp" && beyond($3))))
		add("proxy-listener")
	if (connected && (p in shell || (p in interpreter && $15 ~ /^0,1(,|$)/)))
		again = 1
	if ($18 ~ /^\/memfd:/ && !($14 == "0" && $18 ~ /^\/memfd:runc_cloned:\/proc\/self\/exe/))
		add("memfd-exe")
	if ($18 ~ / \(deleted\)$/ && $18 !~ /^\/memfd:/)
		add("deleted-exe")
	if ((listening || connected) && (temporary($18) || poses($18) ||
	    (p in interpreter && temporary(script($19)))) &&
	    (listening ? beyond($3) : reach($5) == "public"))
		add("tmp-exe")
	if ($18 != "-" && $16 != 2 && ($19 ~ /^\[.+\]$/ || $12 ~ /^\[.+\]$/ ||
	    $12 ~ /^(kworker|kthreadd|ksoftirqd\/|kswapd|kcompactd|khugepaged|kdevtmpfs|kauditd|khungtaskd|kblockd|kintegrityd|migration\/|rcu_|cpuhp\/|irq\/|jbd2\/|oom_reaper)/))
		add("fake-kthread")
	if (listening && p in relay && beyond($3))
		add("nc-listener")
	if ((listening ? $4 in store : state == "UNCONN" && $4 == 11211) &&
	    $1 != "sctp" && $9 == "-" && beyond($3))
		add("exposed-store")
	if (listening && $14 != "0" && $14 != "-" && $4 < 1024)
		add("nonroot-privileged-any")
	if (state == "ESTABLISHED" && $14 == "0" && $6 >= 1024 && $7 != "in")
		add("root-high-port-any")
	if (connected && p in relay && beyond($5))
		again = 1
	if (listening && $11 == "-" && !($4 in kernel) && $12 !~ /^\[.*\]$/ &&
	    $8 !~ /^(nfs|lockd|nlockmgr|sunrpc|iscsi-target|nvme|drbd)$/)
		add("no-owner")
	if (flags != "")
		own[n] = flags
	if (again) {
		suspect[n] = 1
		if (connected)
			wanted[$1, $3, $4, $5, $6, $9] = 1
	}
}

# Who else holds the connections in question takes one more look at each.
END {
	for (i = 1; i <= n; i++) {
		$0 = line[i]
		key = $1 SUBSEP $3 SUBSEP $4 SUBSEP $5 SUBSEP $6 SUBSEP $9
		if (key in wanted && !((key, $11) in ppid_of)) {
			ppid_of[key, $11] = $16
			held[++holders] = key SUBSEP $11
			key_of[holders] = key
		}
	}
	for (i = 1; i <= holders; i++)
		if (!((key_of[i], ppid_of[held[i]]) in ppid_of))
			roots[key_of[i]]++
	for (i = 1; i <= n; i++) {
		if (i in suspect)
			judge()
		print line[i], i in own ? own[i] : "-"
	}
	print end
}

# Flags come in the order of prt-flag -l.
function judge(    first, middle, last, rest) {
	$0 = line[i]
	rest = i in own ? own[i] : ""
	p = program($18, $12)
	if ($2 == "LISTEN") {
		if (!(($9, $3, $4) in root_has))
			first = "nonroot-privileged"
	} else {
		key = $1 SUBSEP $3 SUBSEP $4 SUBSEP $5 SUBSEP $6 SUBSEP $9
		if (!accepted(key)) {
			if ($15 ~ /^0,1(,|$)/ && (p in shell || p in interpreter))
				middle = "stdio-socket"
			if (p in shell && beyond($5) && roots[key] == 1 &&
			    !((key, $16) in ppid_of))
				middle = middle (middle == "" ? "" : ",") \
				    "shell-net"
		}
		if (p in relay && beyond($5) && ($17 in shell ||
		    $11 in shell_of || ($16 > 1 && $16 in shell_of)))
			last = "relay-shell"
	}
	if (first != "")
		rest = first (rest == "" ? "" : ",") rest
	if (middle != "" && match(rest, /(memfd|deleted|tmp)-exe|fake|nc-|exposed|nonroot-privileged-any|root-high-port-any|no-owner/))
		rest = substr(rest, 1, RSTART - 1) middle "," \
		    substr(rest, RSTART)
	else if (middle != "")
		rest = rest (rest == "" ? "" : ",") middle
	if (last != "")
		rest = rest (rest == "" ? "" : ",") last
	if (rest != "")
		own[i] = rest
}
