# prt-flag --enable=all as an awk script: the peer of the benchmark.  It assumes
# what prt-flag finds out: the default columns in their order, one complete
# snapshot by root, nothing escaped.  flag.sh compares the results of both.

BEGIN {
	FS = OFS = "\t"
	split("sh bash dash ash hush zsh ksh lksh oksh loksh yash mksh posh " \
	    "csh tcsh fish elvish sash pwsh xonsh rbash rzsh rksh", word, " ")
	for (i in word)
		shell[word[i]] = 1
	split("sh bash zsh ksh lksh oksh loksh yash pwsh xonsh rbash rzsh " \
	    "rksh", word0, " ")
	for (i in word0)
		dials[word0[i]] = 1
	split("python pypy ipython micropython perl ruby jruby node nodejs " \
	    "deno bun php php-cgi hhvm lua luajit texlua tclsh wish expect " \
	    "jimsh guile awk gawk mawk nawk original-awk bwk gdb lldb vim " \
	    "vim.basic vim.nox vim.gtk vim.tiny vim.athena nvim vi emacs " \
	    "emacs-nox emacs-gtk", word2, " ")
	for (i in word2)
		interpreter[word2[i]] = 1
	split("nc nc.openbsd nc.traditional ncat netcat socat cryptcat",
	    word3, " ")
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
	split("redis-server redis-check-rdb redis-check-aof redis-sentinel " \
	    "valkey-server valkey-check-rdb keydb-server dragonfly " \
	    "memcached mongod mongos etcd rethinkdb influxd dockerd",
	    word7, " ")
	for (i in word7)
		store_program[word7[i]] = 1
	split("curl wget aria2c ftp lftp tnftp ncftp git git-remote-http " \
	    "git-remote-https http https rsync sftp scp mosh-client " \
	    "tailscaled openvpn zerotier-one vsftpd proftpd pure-ftpd ssh",
	    word8, " ")
	for (i in word8)
		client[word8[i]] = 1
	split("gdbserver lldb-server dlv frida-server ttyd gotty wetty " \
	    "shellinaboxd Xvnc Xtigervnc Xtightvnc x0vncserver " \
	    "X0tigervnc x11vnc vino-server wayvnc krfb Xorg Xvfb Xephyr " \
	    "Xnest Xwayland adb adbd", word9, " ")
	for (i in word9)
		debugger[word9[i]] = 1
	split("xmrig xmr-stak minerd cpuminer ccminer cgminer bfgminer " \
	    "ethminer t-rex lolMiner nbminer gminer teamredminer " \
	    "PhoenixMiner nanominer SRBMiner-MULTI bzminer", word10, " ")
	for (i in word10)
		miner[word10[i]] = 1
	split("sshd cron crond atd rsyslogd syslogd syslog-ng udevd " \
	    "dbus-daemon agetty getty apache2 httpd nginx lighttpd mysqld " \
	    "mariadbd systemd-journald systemd-logind systemd-udevd " \
	    "systemd-resolved systemd-networkd systemd-timesyncd " \
	    "NetworkManager wpa_supplicant dhclient", word11, " ")
	for (i in word11)
		daemon_name[word11[i]] = 1
}

# any, loopback, private, multicast or public; the last address is kept, as it
# often comes again at once.
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
	return path ~ /^\/(tmp|var\/tmp|dev|run|proc)\/|^\.\.\./ ||
	    path ~ /^\/(opt|usr|srv|etc)\/(.*\/)?\.[^.\/]/
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

# The shell takes its commands from its input.
function bare(cmdline) {
	return cmdline !~ / [^-+]/ && cmdline !~ / -[a-z]*c/
}

# A service's script gets its connections from other programs.
function service(cmdline,    s) {
	s = script(cmdline)
	return $7 != "out" && s != "" && !temporary(s)
}

function interactive() {
	return $15 ~ /(^|,)255$/ && (p in shell || $15 ~ /(^|,)2,/)
}

# A program has a connection in a place in which only a shell should have one.
function turned() {
	return $15 ~ /^[012],/ && $7 == "out" && beyond($5)
}

function stdio() {
	return interactive() || turned() ||
	    (p in shell && $15 ~ /^0(,|$)/ && bare($19)) ||
	    ((p in shell || p in interpreter) && $15 ~ /^0,1(,|$)/ &&
	    !service($19))
}

function leaked() {
	return !(p in dials) && $15 !~ /^[012](,|$)/ && !bare($19)
}

function shell_net() {
	if (!(p in shell || p ~ /awk$/) || !beyond($5))
		return 0
	if ($5 == "169.254.169.254")
		return 1
	return !service($19) && (p !~ /awk$/ || !leaked()) &&
	    !(p in shell && leaked()) &&
	    !($2 == "SYN_SENT" && reach($5) != "public")
}

# Its arguments have the name of a known daemon, and it is another program.
function claims(    name, word) {
	if ($18 == "-" || $19 == "-")
		return 0
	word = $19
	sub(/ .*/, "", word)
	sub(/^-/, "", word)
	sub(/:$/, "", word)
	sub(/.*\//, "", word)
	if (!(word in daemon_name))
		return 0
	name = $18
	sub(/ \((deleted|replaced|elsewhere)\)$/, "", name)
	sub(/.*\//, "", name)
	sub(/^\./, "", name)
	return !(name == word || index(name, word "-") == 1 ||
	    index(name, word ".") == 1 || name ~ ("-" word "$") ||
	    name ~ /^(qemu-|busybox|toybox|ld-|ld\.so|mariadbd|mysqld)/)
}

function beyond(a,    r) {
	r = reach(a)
	return a != "-" && r != "loopback"
}

# A listener of that process, or of no visible one, accepted the connection.
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

# A program in an odd folder should not do this.
function has_business() {
	if (listening)
		return beyond($3)
	if (bound)
		return beyond($3) && (daemon ||
		    (odd && $14 == "0" && $4 < 32768))
	return connected && (reach($5) == "public" ||
	    (daemon && beyond($5)))
}

/^##prt/ { $0 = $0; print; next }
/^#proto/ { print $0, "flags"; next }
/^#/ { end = $0; next }

# Everything that needs no other record, and values of this one for later.
{
	line[++n] = $0
	flags = ""
	state = $2
	listening = state == "LISTEN"
	bound = listening || state == "UNCONN"
	connected = !bound && state != "TIME_WAIT" && $5 != "-"
	p = program($18, $12)
	again = 0
	if (bound && $14 != "-" && ($14 < 1000 || $14 == 65534)) {
		uid = (($1, $4, $9) in port_uid) ? port_uid[$1, $4, $9] : $14
		port_uid[$1, $4, $9] = uid == $14 ? uid : "several"
		sock_uid[$1, $3, $4, $9] = 1
		port_pid[$1, $4, $9, $11] = 1
	}
	if ((bound || state == "BOUND") && $4 < 32768 && $14 != "-" &&
	    !($1 == "udp" && $4 ~ /^(1900|3702|5353|5355)$/) && p != "ssh" &&
	    $14 >= 1000 && $14 != 65534)
		again = 1
	if (bound && !(p in shell || p in interpreter || p in relay))
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
	if (state == "ESTABLISHED" && $14 == "0" && $6 >= 1024 &&
	    (($7 == "out" && ($8 == "-" || $8 ~ /^irc/)) || ($7 == "-" &&
	    $4 < 1024 && p != "sshd" && $6 < 32768)) &&
	    !(p in client && $18 ~ /^\/(usr|bin|sbin|opt)\/|^\/lib/ &&
	    $18 !~ /elsewhere/) && reach($5) == "public")
		add("root-high-port")
	session = p ~ /^sshd/ && $19 ~ /^sshd(-session)?: [^\/]/ &&
	    $19 !~ /\[listener\]/
	if (listening && beyond($3) && (p == "ssh" || session ||
	    ($4 in proxy && $1 != "sctp")))
		add("proxy-listener")
	if (connected && $7 != "in" && reach($5) == "public" &&
	    (p ~ /^(chisel|frpc|ngrok|bore|rathole|revsocks|iodine|dnscat2?|ptunnel(-ng)?|icmptx)$/ ||
	    (p == "ssh" && $19 ~ /^[^ ]+ (-[^ ]+ )*-[46AaCfGgKkMNnqsTtVvXxYy]*[Rw]/)))
		add("tunnel")
	if (listening && p ~ /^(sshd|dropbear)/ && !session && $10 == "-" &&
	    $14 != "0" && $14 != "-")
		add("own-sshd")
	if (connected && (stdio() || shell_net()))
		again = 1
	if (listening && p in shell && !leaked())
		again = 1
	if ($18 ~ /^\/memfd:/ && !($14 == "0" && !bound &&
	    reach($5) != "public" &&
	    $18 ~ /^\/memfd:runc_cloned:\/proc\/self\/exe/))
		add("memfd-exe")
	if ($18 ~ / \(deleted\)$/ && $18 !~ /^\/memfd:/)
		add("deleted-exe")
	daemon = $14 != "0" && $14 != "-" && ($14 < 1000 || $14 == 65534)
	odd = temporary($18) || poses($18)
	if ((odd || ((p in interpreter || p in shell || p == "java") &&
	    temporary(script($19)))) && has_business())
		add("tmp-exe")
	if ($18 != "-" && $16 != 2 && ($19 ~ /^\[[^ :@]+\]$/ || $12 ~ /^\[[^ :@]+\]$/ ||
	    $12 ~ /^(kworker|kthreadd|ksoftirqd\/|kswapd|kcompactd|khugepaged|kdevtmpfs|kauditd|khungtaskd|kblockd|kintegrityd|migration\/|rcu_|cpuhp\/|irq\/|jbd2\/|oom_reaper|ksmd$|kthrotld$|scsi_eh_[0-9]*$)/))
		add("fake-kthread")
	if (claims())
		add("fake-daemon")
	if (connected && $7 != "in" && beyond($5) && (p in miner ||
	    $19 ~ /stratum[12]?\+/))
		add("miner")
	if (bound && p in relay && beyond($3) && (listening || $4 < 32768))
		add("nc-listener")
	if (((listening && ($4 in store || p in store_program)) ||
	    (state == "UNCONN" && $4 == 11211)) && $1 != "sctp" && $9 == "-" && beyond($3))
		add("exposed-store")
	if (listening && $1 != "sctp" && $9 == "-" && beyond($3) &&
	    ($4 ~ /^(873|5005|590[0-9]|600[0-9]|9222|9229|10255|27042)$/ ||
	    p in debugger || $19 ~ /jdwp=| --inspect|--remote-debugging-port|debugpy|jupyter/))
		add("exposed-debug")
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
		if (connected || (listening && p in shell))
			wanted[$1, $3, $4, $5, $6, $9] = 1
	}
}

# The other holders of suspicious connections take one more pass.
END {
	for (i = 1; i <= n; i++) {
		$0 = line[i]
		key = $1 SUBSEP $3 SUBSEP $4 SUBSEP $5 SUBSEP $6 SUBSEP $9
		if (key in wanted && !((key, $11) in ppid_of)) {
			ppid_of[key, $11] = $16
			held[++holders] = key SUBSEP $11
			key_of[holders] = key
			is_shell[holders] = program($18, $12) in shell
		}
	}
	for (i = 1; i <= holders; i++)
		if (!((key_of[i], ppid_of[held[i]]) in ppid_of)) {
			split(held[i], part, SUBSEP)
			pid = part[7] + 0
			if (!(key_of[i] in first_of) || pid < first_of[key_of[i]])
				first_of[key_of[i]] = pid
			roots[key_of[i]] += is_shell[i] || ppid_of[held[i]] > 1
		}
	for (i = 1; i <= n; i++) {
		if (i in suspect)
			judge()
		print line[i], i in own ? own[i] : "-"
	}
	print end
}

function login(uid) {
	return uid != "-" && uid >= 1000 && uid != 65534 &&
	    (uid < 61184 || uid > 65519)
}

# Inserts the flag in front of the flags in behind.
function insert(flags, name, behind) {
	if (name == "")
		return flags
	if (match(flags, behind))
		return substr(flags, 1, RSTART - 1) name "," \
		    substr(flags, RSTART)
	return flags (flags == "" ? "" : ",") name
}

# Flags are in the order of prt-flag -l.
function judge(    first, middle, shadow, last, rest) {
	$0 = line[i]
	rest = i in own ? own[i] : ""
	p = program($18, $12)
	if ($2 == "LISTEN" || $2 == "UNCONN") {
		if ($2 == "LISTEN" && $4 < 1024 && $9 == "-" && login($14) &&
		    !(($9, $3, $4) in root_has))
			first = "nonroot-privileged"
		if (login($14) && $4 < 32768 && ($1, $4, $9) in port_uid &&
		    !(($1, $3, $4, $9) in sock_uid) && p != "ssh" &&
		    !($1 == "udp" && $4 ~ /^(1900|3702|5353|5355)$/) &&
		    !(($1, $4, $9, $16) in port_pid))
			shadow = "port-shadow"
		key = $1 SUBSEP $3 SUBSEP $4 SUBSEP $5 SUBSEP $6 SUBSEP $9
		if ($2 == "LISTEN" && p in shell && !leaked() &&
		    first_of[key] == $11 && roots[key] <= 1)
			middle = "shell-listener"
	} else {
		key = $1 SUBSEP $3 SUBSEP $4 SUBSEP $5 SUBSEP $6 SUBSEP $9
		if (interactive() || (p in shell && $15 ~ /^0(,|$)/ &&
		    bare($19)) || !accepted(key)) {
			if (stdio())
				middle = "stdio-socket"
			if (shell_net() && first_of[key] == $11 &&
			    roots[key] <= 1)
				middle = middle (middle == "" ? "" : ",") \
				    "shell-net"
		}
		if (p in relay && beyond($5) && ($17 in shell ||
		    $11 in shell_of || ($16 > 1 && $16 in shell_of)))
			last = "relay-shell"
	}
	if (first != "")
		rest = first (rest == "" ? "" : ",") rest
	rest = insert(rest, middle, "(memfd|deleted|tmp)-exe|fake|miner|nc-|exposed|nonroot-privileged-any|root-high-port-any|no-owner")
	rest = insert(rest, shadow, "nonroot-privileged-any|root-high-port-any|no-owner")
	if (last != "")
		rest = rest (rest == "" ? "" : ",") last
	if (rest != "")
		own[i] = rest
}
