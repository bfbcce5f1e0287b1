# shellcheck shell=bash
# Attacks, by ports: open to everybody, forwarded, or taken from another.
# shellcheck disable=SC2034 # SCAN and FLAG are lab.bash's

attack redis-other-port exposed-store 'redis-server on another port'
run-redis-other-port()
{
	need redis-server
	as redis redis-server --port 6380 --bind 0.0.0.0 --protected-mode no \
		--save '' --dir $LAB
	await local_port=6380 state=LISTEN
}

attack node-inspect exposed-debug 'node --inspect on any address'
run-node-inspect()
{
	need node
	as lab node --inspect=0.0.0.0:9230 -e 'setTimeout(() => {}, 60000)'
	await local_port=9230 state=LISTEN
}

attack jdwp exposed-debug 'java with JDWP'
run-jdwp()
{
	need java
	echo 'class X { public static void main(String[] a) { } }' \
		>/opt/X.java
	as lab java \
	    '-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=*:8453' \
		/opt/X.java
	await local_port=8453 state=LISTEN
}

attack http-root exposed-debug 'python -m http.server of /'
run-http-root()
{
	as lab /usr/bin/python3 -m http.server -d / 8000
	await local_port=8000 state=LISTEN
}

attack http-cwd exposed-debug 'the same, started there (scanned with cwd)'
run-http-cwd()
{
	SCAN=(-o +cwd)
	as lab /usr/bin/python3 -m http.server 8000
	await local_port=8000 state=LISTEN
}

attack vnc-port exposed-debug "VNC's port"
run-vnc-port()
{
	copy nc.openbsd /opt/screen/screend
	as lab /opt/screen/screend -k -l 5901
	await local_port=5901 state=LISTEN
}

attack ssh-remote proxy-listener 'ssh -R to this machine, with GatewayPorts'
run-ssh-remote()
{
	sshd_here -o GatewayPorts=yes
	await local_port=22 state=LISTEN
	peer ssh "${SSH[@]}" -N -R 8022:127.0.0.1:22 lab@203.0.113.2
	await local_port=8022 state=LISTEN
}

attack own-sshd own-sshd "a user's own sshd"
run-own-sshd()
{
	sshd_config
	chown lab $LAB/hostkey
	as lab /usr/sbin/sshd -D -e -f $LAB/sshd_config -p 2222
	await local_port=2222 state=LISTEN process=sshd
}

attack sshd-tmp own-sshd "root's sshd, configured in /tmp"
run-sshd-tmp()
{
	sshd_config
	cp $LAB/sshd_config /tmp/c
	bg /usr/sbin/sshd -D -e -f /tmp/c -p 2222
	await local_port=2222 state=LISTEN process=sshd
}

# as_server ADDR PORT [V6ONLY]: a login account's program, not one of a tool's,
# listens there.
as_server()
{
	as lab /usr/bin/python3 -c 'import socket, sys, time
addr, port, only = sys.argv[1:]
s = socket.socket(socket.AF_INET6 if ":" in addr else socket.AF_INET)
if ":" in addr: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(only))
s.bind((addr, int(port))); s.listen(); time.sleep(60)' "$1" "$2" "${3-1}"
}

attack shadow-v6 port-shadow "another user's program on a service's IPv6 side"
run-shadow-v6()
{
	need nginx
	nginx_on 0.0.0.0:8080
	await local_port=8080 state=LISTEN
	as_server :: 8080
	await local_port=8080 local_addr=:: state=LISTEN
}

attack shadow-loopback port-shadow "the same, on loopback beside a service"
run-shadow-loopback()
{
	need nginx
	nginx_on 10.0.0.2:8080
	await local_port=8080 state=LISTEN
	as_server 127.0.0.1 8080
	await local_port=8080 local_addr=127.0.0.1 state=LISTEN
}

attack irc root-high-port "root at an IRC server"
run-irc()
{
	hold 6667
	bg $NET connect 203.0.113.1 6667
	await remote_port=6667 state=ESTABLISHED
}

attack low-source root-high-port 'root calls from port 443'
run-low-source()
{
	hold 4444
	bg /usr/bin/python3 -c 'import socket, time
s = socket.create_connection(("203.0.113.1", 4444), None, ("", 443))
time.sleep(60)'
	await local_port=443 state=ESTABLISHED
}

attack nc-udp nc-listener 'nc -u -l on a port of a service'
run-nc-udp()
{
	need nc.openbsd
	as lab nc.openbsd -u -l 5300
	await local_port=5300 state=UNCONN
}
