# shellcheck shell=bash
# Attacks, by the path of a program or script, and its name for itself.
# shellcheck disable=SC2034 # SCAN and FLAG are lab.bash's

# listens_at PATH USER: a program at PATH listens.
listens_at()
{
	need nc.openbsd
	copy nc.openbsd "$1"
	as "$2" "$1" -k -l 4444
	await local_port=4444 state=LISTEN
}

attack run-lock tmp-exe 'a program in /run/lock'
run-run-lock()
{
	listens_at /run/lock/x www-data
}

attack run-hidden tmp-exe 'a program in a hidden folder of /run'
run-run-hidden()
{
	listens_at /run/.x/x root
}

attack opt-hidden tmp-exe 'a program in a hidden folder of /opt'
run-opt-hidden()
{
	listens_at /opt/.sys/agentd root
}

attack upload tmp-exe "a program among a web site's uploads"
run-upload()
{
	listens_at /srv/www/site/uploads/x www-data
}

attack shm-udp tmp-exe 'a program in /dev/shm takes datagrams'
run-shm-udp()
{
	need socat
	copy socat /dev/shm/collect
	as www-data /dev/shm/collect -u UDP-RECV:40000 OPEN:/dev/null
	await local_port=40000 state=UNCONN
}

attack tmp-private tmp-exe "a service account's program calls the next machine"
run-tmp-private()
{
	need nc.openbsd
	hold 8080
	copy nc.openbsd /tmp/x
	as www-data /tmp/x -d 10.0.0.1 8080
	await remote_addr=10.0.0.1 state=ESTABLISHED
}

attack loaded-tmp tmp-exe 'a program in /tmp as an argument of the loader'
run-loaded-tmp()
{
	need nc.openbsd /lib64/ld-linux-x86-64.so.2
	copy nc.openbsd /tmp/x
	as www-data /lib64/ld-linux-x86-64.so.2 /tmp/x -k -l 4444
	await local_port=4444 state=LISTEN
}

# script_at PATH COMMAND...: a server at PATH, run by the command.
script_at()
{
	script "$1"
	as www-data "${@:2}"
	await local_port=4444 state=LISTEN
}

PERL_SERVER='use IO::Socket::INET;
$l = new IO::Socket::INET(LocalPort, 4444, Listen, 1); $l->accept; sleep 60;'
NODE_SERVER='require("net").createServer().listen(4444)'

attack tmp-up tmp-exe 'python3 ../tmp/x.py'
run-tmp-up()
{
	cp $LAB/lib/net.py /tmp/x.py
	as www-data sh -c 'cd /opt && exec /usr/bin/python3 ../tmp/x.py \
listen 0.0.0.0 4444'
	await local_port=4444 state=LISTEN
}

attack tmp-slashes tmp-exe 'perl //tmp/x.pl'
run-tmp-slashes()
{
	need perl
	script_at /tmp/x.pl perl -w //tmp/x.pl <<<"$PERL_SERVER"
}

attack tmp-dots tmp-exe 'perl /var/../tmp/x.pl'
run-tmp-dots()
{
	need perl
	script_at /tmp/x.pl perl /var/../tmp/x.pl <<<"$PERL_SERVER"
}

attack node-require tmp-exe 'node -r /tmp/x.js'
run-node-require()
{
	need node
	: >/opt/app.js
	script_at /tmp/x.js node -r /tmp/x.js /opt/app.js <<<"$NODE_SERVER"
}

attack tclsh-tmp tmp-exe 'tclsh /var/tmp/x.tcl'
run-tclsh-tmp()
{
	need tclsh
	script_at /var/tmp/x.tcl tclsh /var/tmp/x.tcl \
		<<<'socket -server {apply {args {}}} 4444; vwait forever'
}

attack lua-shm tmp-exe 'lua /dev/shm/x.lua'
run-lua-shm()
{
	need lua5.4 /usr/share/lua/5.4/socket.lua
	script_at /dev/shm/x.lua lua5.4 /dev/shm/x.lua \
		<<<'s=require("socket").bind("*",4444) s:accept()'
}

# It waits for a debugger before it compiles, which is slow.
attack java-tmp 'exposed-debug tmp-exe' 'java /tmp/X.java, with JDWP'
run-java-tmp()
{
	need java
	echo 'class X { }' >/tmp/X.java
	as www-data java \
	    '-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=*:4444' \
		/tmp/X.java
	await local_port=4444 state=LISTEN
}

attack script-fd tmp-exe 'python3 <(a script that is in no file)'
run-script-fd()
{
	as www-data bash -c "/usr/bin/python3 <(cat $LAB/lib/net.py) \
listen 0.0.0.0 4444"
	await local_port=4444 state=LISTEN
}

attack fake-ksmd fake-kthread 'a program named ksmd, without brackets'
run-fake-ksmd()
{
	need nc.openbsd
	copy nc.openbsd /opt/agent/ksmd
	bg /opt/agent/ksmd -k -l 4444
	await local_port=4444 state=LISTEN
}

attack fake-scsi fake-kthread 'only argv says scsi_eh_0'
run-fake-scsi()
{
	need nc.openbsd
	copy nc.openbsd /opt/agent/agentd
	bg bash -c 'exec -a scsi_eh_0 /opt/agent/agentd -k -l 4444'
	await local_port=4444 state=LISTEN
}

attack runc-name memfd-exe "root's memfd has the name of runc's, and listens"
run-runc-name()
{
	need nc.openbsd
	bg /usr/bin/python3 -c 'import os
fd = os.memfd_create("runc_cloned:/proc/self/exe")
os.write(fd, open("/usr/bin/nc.openbsd", "rb").read())
os.execv("/proc/self/fd/%d" % fd, ["runc", "-l", "4444"])'
	await local_port=4444 state=LISTEN
}

attack tmp-stdin tmp-exe 'python3 - </tmp/x.py (scanned with @audit)'
run-tmp-stdin()
{
	SCAN=(-o +@audit)
	cp $LAB/lib/net.py /tmp/x.py
	as www-data sh -c 'exec /usr/bin/python3 - listen 0.0.0.0 4444 </tmp/x.py'
	await local_port=4444 state=LISTEN
}
