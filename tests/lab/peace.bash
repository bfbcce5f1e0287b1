# shellcheck shell=bash
# Peace: what ordinary machines do; nothing may be raised.
# shellcheck disable=SC2034 # SCAN and FLAG are lab.bash's

SSH=(-F none -i "$LAB/id" -o StrictHostKeyChecking=no
	-o UserKnownHostsFile=/dev/null -o BatchMode=yes)

sshd_config()
{
	need sshd ssh ssh-keygen
	ssh-keygen -q -t ed25519 -N '' -f $LAB/id
	cp $LAB/id $LAB/hostkey
	chown lab $LAB/id
	cat >$LAB/sshd_config <<-EOF
		HostKey $LAB/hostkey
		AuthorizedKeysFile $LAB/id.pub
		StrictModes no
		UsePAM no
		PermitRootLogin yes
		PidFile none
		Subsystem sftp internal-sftp
	EOF
}

# This machine's server; $SSHD is its pid.
sshd_here()
{
	sshd_config
	bg /usr/sbin/sshd -D -e -f $LAB/sshd_config "$@"
	SSHD=$!
}

sshd_peer()
{
	sshd_config
	peer /usr/sbin/sshd -D -e -f $LAB/sshd_config
	until nsenter --net=/run/netns/peer -- prt-scan -qlt 22; do
		sleep 0.02
	done
}

# sessions [PORT]: root's and a login account's, with and without a terminal.
sessions()
{
	local ssh=(ssh -p "${1-22}" "${SSH[@]}")

	peer "${ssh[@]}" root@203.0.113.2 'sleep 60; :'
	peer "${ssh[@]}" -tt lab@203.0.113.2
	peer "${ssh[@]}" -tt lab@10.0.0.2 'sleep 60; :'
	peer "${ssh[@]}" lab@2001:db8::2 'sleep 60; :'
}

# nginx_on LISTEN [PROGRAM [USER]]: $NGINX is its master's pid.
nginx_on()
{
	cat >$LAB/nginx.conf <<-EOF
		daemon off;
		user ${3-www-data};
		worker_processes 2;
		pid $LAB/nginx.pid;
		error_log $LOG;
		events { }
		http {
			access_log off;
			server { listen $1; root /opt; }
		}
	EOF
	bg "${2-nginx}" -c $LAB/nginx.conf
	NGINX=$!
}

# redis_on ADDR...: $REDIS is its pid.
redis_on()
{
	need redis-server
	as redis redis-server --bind "$@" --protected-mode no --save '' \
		--dir $LAB
	REDIS=$!
	await local_port=6379 state=LISTEN "local_addr=$1"
}

visitors()
{
	peer $NET connect 203.0.113.2 "$1" 5
	peer $NET connect 10.0.0.2 "$1" 5
}

service_script()
{
	script /opt/service <<-'EOF'
		#!/bin/bash
		while read -r line; do echo "$line"; done
	EOF
}

peace idle 'a machine where nothing runs'
run-idle()
{
	:
}

peace ssh-sessions 'sshd with sessions of root and of a user'
run-ssh-sessions()
{
	sshd_here
	await local_port=22 state=LISTEN process=sshd
	sessions
	await process=sshd state=ESTABLISHED user=lab remote_addr=203.0.113.1
	await process=sshd state=ESTABLISHED user=lab remote_addr=10.0.0.1
	await process=sshd state=ESTABLISHED user=lab remote_addr=2001:db8::1
	await process=sshd state=ESTABLISHED user=root dir=in
}

peace ssh-no-listener 'the sessions go on, sshd itself was stopped'
run-ssh-no-listener()
{
	run-ssh-sessions
	kill "$SSHD"
	wait "$SSHD"
	prt-scan -ql 22 && lab_fail 'sshd still listens'
	await process=sshd state=ESTABLISHED user=lab
}

peace ssh-high-port 'the same, where sshd had port 2222'
run-ssh-high-port()
{
	sshd_here -p 2222
	await local_port=2222 state=LISTEN process=sshd
	sessions 2222
	await process=sshd state=ESTABLISHED user=lab remote_addr=203.0.113.1
	await process=sshd state=ESTABLISHED user=root remote_addr=203.0.113.1
	kill "$SSHD"
	wait "$SSHD"
	await process=sshd state=ESTABLISHED user=root
}

peace ssh-socket 'sshd -i behind a socket of systemd'
run-ssh-socket()
{
	need systemd-socket-activate
	sshd_config
	bg systemd-socket-activate -a --inetd -l 22 \
		/usr/sbin/sshd -i -f $LAB/sshd_config
	await local_port=22 state=LISTEN
	sessions
	await process=sshd state=ESTABLISHED user=lab
}

peace ssh-out 'root and a user have ssh open to a public host'
run-ssh-out()
{
	sshd_peer
	bg ssh "${SSH[@]}" root@203.0.113.1 'sleep 60; :'
	as lab ssh "${SSH[@]}" lab@203.0.113.1 'sleep 60; :'
	await process=ssh state=ESTABLISHED user=root
	await process=ssh state=ESTABLISHED user=lab
}

peace ssh-agent-curl "a user's shell in a session runs curl"
run-ssh-agent-curl()
{
	need curl
	hold 443
	sshd_here
	await local_port=22 state=LISTEN
	peer ssh "${SSH[@]}" -tt lab@203.0.113.2 \
		'curl -s https://198.51.100.1/ | sh; :'
	await process=curl state=ESTABLISHED user=lab
}

peace nginx 'nginx on 80, master of root, workers of www-data'
run-nginx()
{
	nginx_real 80
}

nginx_real()
{
	need nginx
	nginx_on "$1" nginx
	await process=nginx state=LISTEN user=root
	await process=nginx state=LISTEN user=www-data
	visitors "$1"
	await process=nginx state=ESTABLISHED remote_addr=203.0.113.1
}

peace nginx-login 'nginx on 80 with workers of a login account'
run-nginx-login()
{
	need nginx
	nginx_on 80 nginx lab
	await process=nginx state=LISTEN user=lab
	visitors 80
	await process=nginx state=ESTABLISHED user=lab
}

# may_bind UID CMD...: runs it as that user, who may bind any port.
may_bind()
{
	bg setpriv --reuid="$1" --regid="$1" --clear-groups \
		--inh-caps=+net_bind_service --ambient-caps=+net_bind_service \
		-- "${@:2}"
}

peace service-port 'services of www-data and of DynamicUser= on 80 and 443'
run-service-port()
{
	need nc.openbsd
	copy nc.openbsd /opt/web/webd
	may_bind 33 /opt/web/webd -k -l 80
	may_bind 61234 /opt/web/webd -k -l 443
	await local_port=80 state=LISTEN user=www-data
	await local_port=443 state=LISTEN uid=61234
}

peace unprivileged-port "a user's server on 80, where users may"
run-unprivileged-port()
{
	need nc.openbsd
	echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start
	copy nc.openbsd /opt/web/webd
	as lab /opt/web/webd -k -l 80
	await local_port=80 state=LISTEN user=lab
}

peace apache 'apache on 80, master of root, workers of www-data'
run-apache()
{
	need apache2
	cat >$LAB/apache.conf <<-EOF
		ServerName lab
		ServerRoot $LAB
		DefaultRuntimeDir $LAB
		PidFile $LAB/apache.pid
		ErrorLog $LOG
		LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
		LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
		User www-data
		Group www-data
		Listen 80
		AcceptFilter http none
		DocumentRoot /opt
	EOF
	bg apache2 -f $LAB/apache.conf -DFOREGROUND
	await process=apache2 state=LISTEN user=www-data
	visitors 80
	await process=apache2 state=ESTABLISHED remote_addr=203.0.113.1
}

peace postgres 'postgres on loopback, with a session'
run-postgres()
{
	local bin

	bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	need "$bin/initdb"
	install -d -o postgres $LAB/pg
	as postgres "$bin/initdb" -D $LAB/pg -A trust -N --no-instructions
	wait $! || lab_fail initdb
	as postgres "$bin/postgres" -D $LAB/pg -k $LAB/pg -F
	await local_port=5432 state=LISTEN process=postgres
	as lab "$bin/psql" -h 127.0.0.1 -U postgres -c 'select pg_sleep(60)'
	await process=postgres state=ESTABLISHED
}

peace redis-loopback 'redis on loopback, with a client'
run-redis-loopback()
{
	redis_on 127.0.0.1 ::1
	as lab $NET connect 127.0.0.1 6379
	await local_port=6379 state=ESTABLISHED
}

peace memcached-loopback 'memcached on loopback'
run-memcached-loopback()
{
	need memcached
	as nobody memcached -l 127.0.0.1 -p 11211 -U 11211
	await local_port=11211 state=LISTEN
	await local_port=11211 state=UNCONN
}

peace dnsmasq 'dnsmasq as nobody on 53'
run-dnsmasq()
{
	need dnsmasq
	bg dnsmasq -k -C /dev/null --user=nobody --pid-file= \
		--no-resolv --server=203.0.113.1
	await process=dnsmasq local_port=53 state=LISTEN user=nobody
	bg $NET ask 127.0.0.1 53 20
	await process=dnsmasq proto=udp local_port!=53
}

peace resolver "unbound and its questions' random ports"
run-resolver()
{
	need unbound
	cat >$LAB/unbound.conf <<-EOF
		server:
			username: unbound
			chroot: ""
			directory: "$LAB"
			pidfile: ""
			use-syslog: no
			interface: 127.0.0.1
			udp-connect: no
			do-daemonize: no
		forward-zone:
			name: "."
			forward-addr: 203.0.113.1
	EOF
	bg unbound -d -c $LAB/unbound.conf
	await process=unbound local_port=53 state=LISTEN
	bg $NET ask 127.0.0.1 53 50
	await process=unbound proto=udp 'local_port>1024'
}

peace node-user "a user's node on 3000"
run-node-user()
{
	need node
	as lab node -e 'require("http").createServer().listen(3000)'
	await local_port=3000 state=LISTEN
	visitors 3000
	await local_port=3000 state=ESTABLISHED
}

peace python-user "a user's python -m http.server on 8000"
run-python-user()
{
	as lab /usr/bin/python3 -m http.server 8000
	await local_port=8000 state=LISTEN
	visitors 8000
	await local_port=8000 state=ESTABLISHED
}

peace php-user "a user's php -S on loopback"
run-php-user()
{
	need php
	as lab php -S 127.0.0.1:8080
	await local_port=8080 state=LISTEN
	as lab $NET connect 127.0.0.1 8080 3
	await local_port=8080 state=ESTABLISHED
}

peace go-run 'a program as of go run, in /tmp, on loopback'
run-go-run()
{
	need nc.openbsd
	copy nc.openbsd /tmp/go-build123456/b001/exe/main
	as lab /tmp/go-build123456/b001/exe/main -k -l 127.0.0.1 8080
	await local_port=8080 state=LISTEN
}

peace appimage 'a program as of an AppImage, in /tmp, on loopback'
run-appimage()
{
	need nc.openbsd
	copy nc.openbsd /tmp/.mount_AppXYZ/usr/bin/app
	as lab /tmp/.mount_AppXYZ/usr/bin/app -k -l 127.0.0.1 39001
	as lab /tmp/.mount_AppXYZ/usr/bin/app -k -l ::1 39002
	await local_port=39001 state=LISTEN
	await local_port=39002 state=LISTEN
}

peace test-server 'a test in /tmp that listens on loopback, and its clients'
run-test-server()
{
	cp $LAB/lib/net.py /tmp/test.py
	as lab /usr/bin/python3 /tmp/test.py listen 127.0.0.1 40001
	await local_port=40001 state=LISTEN
	as lab /usr/bin/python3 /tmp/test.py connect 127.0.0.1 40001 3
	await local_port=40001 state=ESTABLISHED
}

peace nc-loopback 'nc -l on loopback'
run-nc-loopback()
{
	need nc.openbsd
	as lab nc.openbsd -k -l 127.0.0.1 4444
	await local_port=4444 state=LISTEN
}

peace curl 'curl of root and of a user, to 443'
run-curl()
{
	need curl
	hold 443
	bg curl -s https://203.0.113.1/
	as lab curl -s https://198.51.100.1/
	await process=curl state=ESTABLISHED user=root
	await process=curl state=ESTABLISHED user=lab
}

peace script-curl 'a script of sh pipes curl into another command'
run-script-curl()
{
	need curl
	hold 443
	script /opt/job <<-'EOF'
		#!/bin/sh
		curl -s https://203.0.113.1/feed | sort >/dev/null
	EOF
	as nobody /opt/job
	await process=curl state=ESTABLISHED
}

peace shell-loopback 'a script of bash asks loopback by /dev/tcp'
run-shell-loopback()
{
	nginx_real 8080
	bg bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; sleep 60; :'
	await process=bash state=ESTABLISHED
}

peace browser '200 connections of a browser'
run-browser()
{
	hold 443
	as lab bash -c "exec -a firefox $NET \
		connect 203.0.113.1 443 200"
	await remote_port=443 state=ESTABLISHED 'connections>199'
	count 200 remote_port=443 state=ESTABLISHED user=lab
}

peace agent "root's agent to a private address's 4505"
run-agent()
{
	hold 4505 4506
	bg $NET connect 10.0.0.1 4505
	bg $NET connect 10.0.0.1 4506
	await remote_port=4505 state=ESTABLISHED user=root
	await remote_port=4506 state=ESTABLISHED user=root
}

peace root-services "root to known services' ports at public addresses"
run-root-services()
{
	local port ports=(3306 5432 6443 8080 8443 9418 11371)

	hold "${ports[@]}"
	for port in "${ports[@]}"; do
		bg $NET connect 203.0.113.1 "$port"
	done
	for port in "${ports[@]}"; do
		await "remote_port=$port" state=ESTABLISHED user=root
	done
}

peace root-datagrams "root's NTP and VPN to public addresses"
run-root-datagrams()
{
	bg $NET talk 203.0.113.1 123
	bg $NET talk 198.51.100.1 1194
	bg $NET talk 2001:db8::1 51820
	await remote_port=123 proto=udp state=ESTABLISHED user=root
	await remote_port=1194 proto=udp state=ESTABLISHED user=root
	await remote_port=51820 proto=udp state=ESTABLISHED user=root
}

peace inetd 'inetd, and a service of bash'
run-inetd()
{
	need inetd
	service_script
	echo '7777 stream tcp nowait nobody /opt/service service' \
		>$LAB/inetd.conf
	bg inetd -d $LAB/inetd.conf
	await process=inetd local_port=7777 state=LISTEN
	visitors 7777
	await process=service local_port=7777 state=ESTABLISHED user=nobody
}

peace inetd-python 'inetd, and a service of python'
run-inetd-python()
{
	need inetd
	script /opt/service <<-'EOF'
		#!/usr/bin/python3
		import sys
		for line in sys.stdin: print(line)
	EOF
	echo '7777 stream tcp nowait nobody /opt/service service' \
		>$LAB/inetd.conf
	bg inetd -d $LAB/inetd.conf
	await process=inetd local_port=7777 state=LISTEN
	visitors 7777
	await process=service local_port=7777 state=ESTABLISHED user=nobody
}

peace socket-activated 'a service of bash behind a socket of systemd'
run-socket-activated()
{
	need systemd-socket-activate
	service_script
	bg systemd-socket-activate -a --inetd -l 7000 /opt/service
	await local_port=7000 state=LISTEN
	visitors 7000
	await process=service local_port=7000 state=ESTABLISHED
}

peace busybox-httpd 'busybox httpd on 80'
run-busybox-httpd()
{
	need busybox
	bg busybox httpd -f -p 80 -h /opt
	await local_port=80 state=LISTEN
	visitors 80
	await local_port=80 state=ESTABLISHED
}

peace containers 'stores and scripts in containers, all namespaces scanned'
run-containers()
{
	need redis-server
	SCAN=(-N)
	lab_container "redis-server --bind 0.0.0.0 --protected-mode no \
		--save '' --dir $LAB & $NET listen 0.0.0.0 80"
	await local_port=6379 state=LISTEN netns~docker/
	await local_port=80 state=LISTEN container~docker/
}

peace upgraded 'a daemon whose program was upgraded in place'
run-upgraded()
{
	need nginx
	copy nginx /opt/sbin/nginx
	nginx_on 80 /opt/sbin/nginx
	await process=nginx state=LISTEN user=www-data
	before
	copy nginx /opt/sbin/nginx.dpkg-new
	mv /opt/sbin/nginx.dpkg-new /opt/sbin/nginx
	await process=nginx state=LISTEN 'exe~(replaced)'
}

peace restarted 'a daemon that was restarted between two scans'
run-restarted()
{
	nginx_real 80
	before
	kill "$NGINX"
	wait "$NGINX"
	nginx_real 80
}

peace kernel 'a kernel socket: VXLAN'
run-kernel()
{
	ip link add vxlan0 type vxlan id 1 dev eth0 dstport 4789 2>/dev/null ||
		lab_skip 'needs vxlan in the kernel'
	ip link set vxlan0 up
	await proto=udp local_port=4789 pid=-
}
