# shellcheck shell=bash
# Peace that was once taken for an attack.  If a scene says so, its flags are
# low; then only medium and high count.
# shellcheck disable=SC2016,SC2034 # sh -c TEXT; SCAN and FLAG are lab.bash's

LOW=(--min-level=medium)

peace net-server 'a daemon of Perl that has its caller as 0 and 1'
run-net-server()
{
	need perl
	script /opt/munin-node <<-'EOF'
		#!/usr/bin/perl -w
		use IO::Socket::INET;
		$l = new IO::Socket::INET(LocalPort => 4949, Listen => 5,
		    ReuseAddr => 1);
		$SIG{CHLD} = "IGNORE";
		while ($c = $l->accept) {
			next if fork;
			open(STDIN, "<&", $c); open(STDOUT, ">&", $c);
			$0 = "$0 [" . $c->peerhost . "]";
			1 while <STDIN>;
		}
	EOF
	bg /opt/munin-node
	await local_port=4949 state=LISTEN
	visitors 4949
	await local_port=4949 state=ESTABLISHED fd~0,1
}

peace inetd-gone 'a service goes on where its inetd was stopped'
run-inetd-gone()
{
	local inetd

	need inetd
	service_script
	echo '7000 stream tcp nowait nobody /opt/service service' \
		>$LAB/inetd.conf
	bg inetd -d $LAB/inetd.conf
	inetd=$!
	await local_port=7000 state=LISTEN
	visitors 7000
	await process=service local_port=7000 state=ESTABLISHED
	kill "$inetd"
	wait "$inetd"
	await process=service local_port=7000 state=ESTABLISHED dir=-
}

peace dash-leak "a command in the background has its server's connection"
run-dash-leak()
{
	need perl dash
	hold 8080
	as www-data perl -MIO::Socket::INET -MFcntl -e '
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:8080");
fcntl($s, F_SETFD, 0);
exec "sh -c \"sleep 60; :\" &"; '
	await remote_port=8080 process=sh state=ESTABLISHED
}

peace wait-for-it 'a script waits for a database that is not there'
run-wait-for-it()
{
	ip route add 10.9.9.9/32 via 10.0.0.1
	ip -n peer route add blackhole 10.9.9.9/32
	script /opt/wait <<-'EOF'
		#!/bin/bash
		until (: >/dev/tcp/10.9.9.9/5432) 2>/dev/null; do sleep 1; done
	EOF
	as lab /opt/wait
	await remote_port=5432 state=SYN_SENT process=wait
}

peace graphite "a script's metrics, low"
run-graphite()
{
	FLAG=("${LOW[@]}")
	hold 2003
	script /opt/metrics <<-'EOF'
		#!/bin/bash
		exec 3>/dev/tcp/10.0.0.1/2003
		while sleep 1; do echo load 1 >&3; done
	EOF
	as lab /opt/metrics
	await remote_port=2003 state=ESTABLISHED
}

peace celery "Celery's titles"
run-celery()
{
	need perl
	hold 5672
	as lab perl -MIO::Socket::INET -e '
$0 = "[celeryd: celery\@host:ForkPoolWorker-1]";
$s = new IO::Socket::INET(PeerAddr, "10.0.0.1:5672"); sleep 60'
	await remote_port=5672 state=ESTABLISHED
}

peace gunicorn 'a web server that is a script, on 80, low'
run-gunicorn()
{
	FLAG=("${LOW[@]}")
	mkdir -p /opt/app/.venv/bin
	cp $LAB/lib/net.py /opt/app/.venv/bin/gunicorn
	bg /usr/bin/python3 /opt/app/.venv/bin/gunicorn listen 0.0.0.0 80
	await local_port=80 state=LISTEN
	visitors 80
	await local_port=80 state=ESTABLISHED
}

peace get-pip "root's get-pip.py, low"
run-get-pip()
{
	FLAG=("${LOW[@]}")
	hold 443
	cp $LAB/lib/net.py /tmp/get-pip.py
	bg /usr/bin/python3 /tmp/get-pip.py connect 203.0.113.1 443
	await remote_port=443 state=ESTABLISHED
}

peace ansible "a module of Ansible's, as root, low"
run-ansible()
{
	FLAG=("${LOW[@]}")
	hold 443
	mkdir /tmp/ansible-tmp-1764500000.1-22-33
	cp $LAB/lib/net.py /tmp/ansible-tmp-1764500000.1-22-33/AnsiballZ_get_url.py
	bg /usr/bin/python3 \
		/tmp/ansible-tmp-1764500000.1-22-33/AnsiballZ_get_url.py \
		connect 203.0.113.1 443
	await remote_port=443 state=ESTABLISHED
}

peace appimage-out 'an AppImage, and what go run made, at public addresses, low'
run-appimage-out()
{
	need nc.openbsd
	FLAG=("${LOW[@]}")
	hold 443 8443
	copy nc.openbsd /tmp/.mount_Obsidi4xYz/obsidian
	as lab /tmp/.mount_Obsidi4xYz/obsidian -d 198.51.100.1 443
	copy nc.openbsd /tmp/go-build42/b001/exe/main
	as lab /tmp/go-build42/b001/exe/main -d 198.51.100.1 8443
	await remote_port=443 state=ESTABLISHED
	await remote_port=8443 state=ESTABLISHED
}

peace ssh-local 'ssh -L and -D on loopback'
run-ssh-local()
{
	sshd_peer
	as lab ssh "${SSH[@]}" -N -L 5433:10.0.0.1:5432 -D 1080 lab@203.0.113.1
	await local_port=1080 state=LISTEN process=ssh
	await local_port=5433 state=LISTEN process=ssh
}

peace ssh-remote-loopback 'ssh -R to loopback here'
run-ssh-remote-loopback()
{
	sshd_here
	await local_port=22 state=LISTEN
	peer ssh "${SSH[@]}" -N -R 8022:127.0.0.1:22 lab@203.0.113.2
	await local_port=8022 state=LISTEN
}

peace root-clients "root's curl and ssh to ports without a name"
run-root-clients()
{
	need curl
	sshd_config
	hold 50021
	peer /usr/sbin/sshd -D -e -f $LAB/sshd_config -p 7998
	bg curl -s https://203.0.113.1:50021/
	until nsenter --net=/run/netns/peer -- prt-scan -qlt 7998; do
		sleep 0.02
	done
	bg ssh -p 7998 "${SSH[@]}" root@203.0.113.1 'sleep 60; :'
	await process=curl state=ESTABLISHED user=root
	await process=ssh state=ESTABLISHED user=root
}

peace root-agents "root's agents at public addresses"
run-root-agents()
{
	local port ports=(1514 1515 5228 6514 7844 9243 9997)

	hold "${ports[@]}"
	for port in "${ports[@]}"; do
		bg $NET connect 203.0.113.1 "$port"
	done
	for port in "${ports[@]}"; do
		await "remote_port=$port" state=ESTABLISHED user=root
	done
}

peace address-added 'a server takes one address more'
run-address-added()
{
	as lab /usr/bin/python3 -c 'import socket, time, os
a = socket.create_server(("127.0.0.1", 8053))
while not os.path.exists("/srv/lab/go"): time.sleep(0.01)
b = socket.create_server(("10.0.0.2", 8053)); time.sleep(60)'
	await local_port=8053 state=LISTEN
	before
	: >$LAB/go
	await local_port=8053 local_addr=10.0.0.2 state=LISTEN
}

peace version-removed 'an upgrade removed the version that runs, low'
run-version-removed()
{
	need nc.openbsd
	FLAG=("${LOW[@]}")
	copy nc.openbsd /opt/app-1.2.3/bin/app
	as nobody /opt/app-1.2.3/bin/app -k -l 8080
	await local_port=8080 state=LISTEN
	rm -r /opt/app-1.2.3
	await local_port=8080 'exe~(deleted)'
}

peace curl-sh 'curl into sh by a job, low (scanned with @audit)'
run-curl-sh()
{
	need curl
	SCAN=(-o +@audit)
	FLAG=("${LOW[@]}")
	hold 443
	as lab sh -c 'curl -s https://203.0.113.1/ | sh | cat'
	await process=curl state=ESTABLISHED
}

peace sessions-audit 'sessions of sshd (scanned with @audit)'
run-sessions-audit()
{
	SCAN=(-o +@audit)
	sshd_here
	await local_port=22 state=LISTEN process=sshd
	peer ssh "${SSH[@]}" -tt lab@203.0.113.2
	await process=sshd state=ESTABLISHED user=lab shells~pty
}

peace editor "an editor's terminal, low (scanned with @audit)"
run-editor()
{
	need node script
	SCAN=(-o +@audit)
	FLAG=("${LOW[@]}")
	hold 443
	mkdir -p /home/lab/.vscode-server/bin
	cat >/home/lab/.vscode-server/bin/server.js <<-'EOF'
		require("child_process").spawn("script",
		    ["-qfc", "bash", "/dev/null"]);
		require("net").connect(443, "203.0.113.1");
	EOF
	as lab node /home/lab/.vscode-server/bin/server.js
	await process=node state=ESTABLISHED shells~pty
}

peace ssh-back-private 'ssh -R to a machine of the same network'
run-ssh-back-private()
{
	there_sshd
	bg ssh -p 2222 "${SSH[@]}" -fNR 8022:127.0.0.1:22 root@10.0.0.1
	await process=ssh state=ESTABLISHED
}

peace two-sides 'a server of IPv4 and IPv6, and a child that has one'
run-two-sides()
{
	need perl
	as www-data perl -MSocket=:all -e '
socket($a, PF_INET, SOCK_STREAM, 6); bind($a, sockaddr_in(8080, INADDR_ANY));
socket($b, PF_INET6, SOCK_STREAM, 6); setsockopt($b, IPPROTO_IPV6, IPV6_V6ONLY, 1);
bind($b, sockaddr_in6(8080, inet_pton(AF_INET6, "::"))); listen($_, 9) for $a, $b;
if (!fork) { close $b; fcntl($a, 2, 0); exec "python3", "-c", "import time; time.sleep(60)" }
sleep 60'
	await local_port=8080 process=perl local_addr=::
	await local_port=8080 local_addr=0.0.0.0 process~python
}

peace inetd-store "a service of inetd's on the port of a store"
run-inetd-store()
{
	need inetd
	service_script
	echo '9200 stream tcp nowait nobody /opt/service service' \
		>$LAB/inetd.conf
	bg inetd -d $LAB/inetd.conf
	await local_port=9200 state=LISTEN
}
