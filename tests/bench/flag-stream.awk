# A stream as prt-scan writes it on a busy machine, for benchmarks: awk -v
# n=RECORDS -f flag-stream.awk.  2,000 processes of ten programs; the remote
# ends differ in nearly every record.  A few records are to be flagged.

function program(list,    one, n, i, field) {
	n = split(list, one, "|")
	for (i = 1; i <= n; i++) {
		split(one[i], field, ":")
		comm[i] = field[1]
		user[i] = field[2]
		uid[i] = field[3]
		exe[i] = field[4]
		cmdline[i] = substr(one[i], length(field[1] field[2] field[3] \
		    field[4]) + 5)
	}
	return n
}

function below(max) {
	return int(rand() * max)
}

function remote() {
	return 1 + below(220) "." below(256) "." below(256) "." below(256)
}

function owner(i, pid, fd) {
	return pid "\t" comm[i] "\t" user[i] "\t" uid[i] "\t" fd \
	    "\t1\tsystemd\t" exe[i] "\t" cmdline[i]
}

BEGIN {
	srand(1)
	programs = program("nginx:www-data:33:/usr/sbin/nginx:nginx: worker " \
	    "process|postgres:postgres:105:/usr/lib/postgresql/15/bin/" \
	    "postgres:postgres: shop shop 10.0.3.17(45122) idle in " \
	    "transaction|firefox:ann:1000:/usr/lib/firefox/firefox:/usr/lib/" \
	    "firefox/firefox -contentproc -childID 7 -isForBrowser -prefsLen " \
	    "31020|java:tomcat:998:/usr/lib/jvm/java-17-openjdk-amd64/bin/" \
	    "java:/usr/bin/java -Xmx2g -jar /srv/app/app.jar --server.port=" \
	    "8080|salt-minion:root:0:/usr/bin/python3.11:/usr/bin/python3 " \
	    "/usr/bin/salt-minion|sshd:root:0:/usr/sbin/sshd:sshd: ann [priv]" \
	    "|node:app:1001:/usr/bin/node:node /srv/web/server.js|bash:bob:" \
	    "1002:/usr/bin/bash:-bash|prometheus:prom:997:/usr/bin/" \
	    "prometheus:/usr/bin/prometheus --config.file=/etc/prometheus/" \
	    "prometheus.yml --storage.tsdb.path=/var/lib/prometheus|x:ann:" \
	    "1000:/tmp/x:./x")
	print "##prt 1 time=2026-11-24T03:10:00.123Z host=web1 boot=b euid=0 " \
	    "unowned=0 unpriv=1024 scope=all"
	print "#proto\tstate\tlocal_addr\tlocal_port\tremote_addr\t" \
	    "remote_port\tdir\tservice\tnetns\tcontainer\tpid\tprocess\t" \
	    "user\tuid\tfd\tppid\tparent\texe\tcmdline"
	for (r = 0; r < n; r++) {
		i = 1 + below(programs)
		# Shells with sockets, and programs in /tmp, are rare.
		if ((comm[i] == "bash" || comm[i] == "x") && rand() > 0.005)
			i = 1
		pid = 1000 + below(200) * programs + i
		kind = rand()
		if (kind < 0.03)
			print "tcp\tLISTEN\t" (rand() < 0.7 ? "127.0.0.1" : \
			    "0.0.0.0") "\t" below(65536) \
			    "\t-\t-\t-\t-\t-\t-\t" owner(i, pid, below(90))
		else if (kind < 0.05)
			print "udp\tUNCONN\t0.0.0.0\t" below(65536) \
			    "\t-\t-\t-\t-\t-\t-\t" owner(i, pid, below(90))
		else if (kind < 0.1)
			print "tcp\tTIME_WAIT\t10.0.3.15\t" \
			    32768 + below(28000) "\t10.0.3." below(256) \
			    "\t5432\tout\tpostgresql\t-\t-\t-\t-\t-\t-\t-" \
			    "\t-\t-\t-\t-"
		else if (kind < 0.5)
			print "tcp\t" (kind < 0.48 ? "ESTABLISHED" : \
			    "CLOSE_WAIT") "\t10.0.3.15\t443\t" remote() "\t" \
			    1024 + below(64000) "\tin\thttps\t-\t" \
			    (kind < 0.2 ? "docker/web-" i : "-") "\t" \
			    owner(i, pid, below(900))
		else
			print "tcp\tESTABLISHED\t10.0.3.15\t" \
			    32768 + below(28000) "\t" remote() "\t" \
			    (kind < 0.8 ? 443 : 1024 + below(60000)) "\tout\t" \
			    (kind < 0.8 ? "https" : "-") "\t-\t-\t" \
			    owner(i, pid, i == 8 ? "0,1,2" : below(900))
	}
	print "##end records=" n
}
