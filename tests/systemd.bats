#!/usr/bin/env bats
# A systemd as pid 1, in namespaces of the test's own: the names of its units,
# and that a scan starts nothing.
# shellcheck disable=SC2154

load helpers

setup() {
	requires linux root python3 no-valgrind
	systemd=$(command -v /lib/systemd/systemd /usr/lib/systemd/systemd |
	    head -n 1)
	[ -n "$systemd" ] || skip 'needs systemd'
	cd "$BATS_TEST_TMPDIR" || return
	open_folders "$PWD"
	mkdir units
}

teardown() {
	[ -z "${init-}" ] || kill -9 "$init" 2>/dev/null || true
	[ -z "${boot-}" ] || wait "$boot" 2>/dev/null || true
	for _ in {1..50}; do
		[ -d "${group:-/nonexistent}" ] || break
		find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null ||
			true
		sleep 0.1
	done
}

# unit NAME LINE...: a unit without dependencies.
unit() {
	{
		printf '[Unit]\nDefaultDependencies=no\n'
		printf '%s\n' "${@:2}"
	} >"units/$1"
}

# boot UNIT...: returns when these are up; sets $init, its pid; `inside' runs a
# command on that machine, in which it is pid 1.
boot() {
	local mount

	mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	[ -n "$mount" ] || skip 'needs control groups of version 2'
	group=$mount/prt-t-$$
	mkdir "$group" || skip 'needs control groups that can be made'
	unit prt-t.target "Requires=$*" "After=$*"
	# shellcheck disable=SC2016 # for bash
	(
		echo "$BASHPID" >"$group/cgroup.procs"
		exec unshare -mpfCn bash -ec '
		mount --make-rprivate /
		mount -t proc proc /proc
		umount -R /sys/fs/cgroup
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mount -t tmpfs -o mode=755 tmpfs /run
		mkdir /run/lock
		mount --bind "$1/units" /etc/systemd/system
		[ ! -s "$1/passwd" ] || mount --bind "$1/passwd" /etc/passwd
		for folder in {/usr,}/lib/systemd/system-generators; do
			[ ! -d $folder ] || mount -t tmpfs tmpfs $folder
		done
		ip link set lo up
		exec env -i container=prt-t PATH="$PATH" "$2" --system \
		    --unit=prt-t.target --log-target=console \
		    --show-status=no' bash "$PWD" "$systemd"
	) >log 2>&1 3>&- &
	boot=$!
	for _ in {1..100}; do
		init=$(pgrep -P "$boot" -f -- --unit=prt-t.target || true)
		if [ -n "$init" ] && inside systemctl is-active -q prt-t.target; then
			return 0
		fi
		kill -0 "$boot" 2>/dev/null || break
		sleep 0.1
	done 2>/dev/null
	skip 'systemd does not start here'
}

inside() {
	nsenter -t "$init" -m -p -n -C -- "$@"
}

scan() {
	inside "$(command -v prt-scan)" -H "$@"
}

# scan_as_user ARG...: by a descriptor: the user may not reach prt-scan's path.
scan_as_user() {
	inside setpriv --reuid=65534 --regid=65534 --clear-groups \
	    /proc/self/fd/9 -H "$@" 9<"$(command -v prt-scan)"
}

# keeper NAME LINE...: a service that keeps the sockets it is given.
keeper() {
	unit "$1" '[Service]' 'ExecStart=/bin/sleep 1000' "${@:2}"
}

# listener PORT: a script that listens on PORT.
listener() {
	cat >listen.py <<-'END'
		import socket, sys, time
		s = socket.socket()
		s.bind(("127.0.0.1", int(sys.argv[1])))
		s.listen()
		time.sleep(1000)
	END
	echo "ExecStart=/usr/bin/python3 $PWD/listen.py $1"
}

# held PORT WANT: unit and process of each holder are WANT.
held() {
	for _ in {1..50}; do
		run -0 scan -o unit,process "$1"
		[ "$output" != "$2" ] || return 0
		sleep 0.1
	done
	assert_output_is "$2"
}

@test "systemd: the unit of what it holds, and of what has taken it" {
	unit a.socket '[Socket]' ListenStream=127.0.0.1:20731 \
	    ListenDatagram=127.0.0.1:20731
	keeper a.service
	unit b.socket '[Socket]' ListenStream=127.0.0.1:20732 Accept=yes
	keeper b@.service StandardInput=socket
	unit c.service '[Service]' "$(listener 20733)"
	boot a.socket b.socket c.service
	held 20731 "a.socket	systemd
a.socket	systemd"
	held 20732 "b.socket	systemd"
	held 20733 "c.service	python3"
	# a user who may not read other processes knows as much
	run -0 scan_as_user -o unit,local_port,pid 20731-20733
	assert_output_is "a.socket	20731	-
b.socket	20732	-
c.service	20733	-
a.socket	20731	-"
	inside systemctl daemon-reexec
	held 20731 "a.socket	systemd
a.socket	systemd"
	inside systemctl start a.service
	held 20731 "a.socket	systemd
a.service	sleep
a.socket	systemd
a.service	sleep"
	# a connection that systemd has accepted for a service
	inside python3 -c '
import socket, time
s = socket.create_connection(("127.0.0.1", 20732))
time.sleep(60)' 3>&- &
	for _ in {1..50}; do
		run -0 scan -o unit,process,sock_cgroup \
		    --state=ESTABLISHED ':20732'
		[[ $output != *sleep* ]] || break
		sleep 0.1
	done
	kill $!
	[[ $output == *'b@'*'.service	sleep	/system.slice/b.socket'* ]]
}

@test "systemd: of a user's manager" {
	grep '^nobody:' /etc/passwd | sed "s,:[^:]*:[^:]*$,:$PWD/home:/bin/sh," \
	    >passwd
	grep -v '^nobody:' /etc/passwd >>passwd
	mkdir -p home/.config/systemd/user
	chown -R 65534:65534 home
	unit user@.service '[Service]' User=%i Slice=user-%i.slice \
	    Delegate=yes KillMode=mixed Type=notify \
	    "ExecStart=$systemd --user" RuntimeDirectory=user/%i \
	    Environment=XDG_RUNTIME_DIR=/run/user/%i "Environment=HOME=$PWD/home"
	mv units home/.config/systemd/kept
	mkdir units
	unit x.socket '[Socket]' ListenStream=127.0.0.1:20734
	keeper x.service
	unit y.service '[Service]' "$(listener 20735)"
	unit default.target '[Unit]' 'Requires=x.socket y.service'
	unit basic.target
	mv units/* home/.config/systemd/user
	rmdir units
	mv home/.config/systemd/kept units
	boot user@65534.service
	held 20735 "y.service	python3"
	# it makes sockets in its own group: an ordinary user's systemd does not
	# fork for that, socket_address_listen_in_cgroup in systemd's socket.c
	held 20734 "user@65534.service	systemd"
	inside setpriv --reuid=65534 --regid=65534 --clear-groups \
	    env XDG_RUNTIME_DIR=/run/user/65534 systemctl --user start x.service
	held 20734 "user@65534.service	systemd
x.service	sleep"
	# another user
	run -0 inside setpriv --reuid=65533 --regid=65533 --clear-groups \
	    /proc/self/fd/9 -H -o unit,pid 20734 20735 \
	    9<"$(command -v prt-scan)"
	assert_output_is "user@65534.service	-
y.service	-"
}

@test "systemd: a scan starts no daemon" {
	local id
	id=$(printf %064d 7)
	unit docker.socket '[Socket]' ListenStream=/run/docker.sock
	cat >docker.py <<-END
		import socket
		open("/run/started", "w").close()
		l = socket.socket(fileno=3)
		while True:
		    c, _ = l.accept()
		    try:
		        c.recv(4096)
		        c.sendall(b'HTTP/1.0 200 OK\r\n\r\n'
		            b'[{"Id":"$id","Names":["/web-1"]}]')
		    except OSError:
		        pass
		    c.close()
	END
	unit docker.service '[Service]' "ExecStart=/usr/bin/python3 $PWD/docker.py"
	unit c.service '[Service]' "$(listener 20736)"
	boot docker.socket c.service
	held 20736 "c.service	python3"
	pid=$(inside pgrep -f listen.py)
	# shellcheck disable=SC2016 # for sh
	inside sh -c 'mkdir -p "/sys/fs/cgroup/docker/$1"
	    echo "$2" >"/sys/fs/cgroup/docker/$1/cgroup.procs"' sh "$id" "$pid"
	unset DOCKER_HOST
	run -0 --separate-stderr scan -l -o container 20736
	[ "$output$stderr" = "docker/${id:0:12}" ]
	inside systemctl is-active docker.socket
	run ! inside systemctl is-active docker.service
	run ! inside test -e /run/started
	# a connection starts it
	inside python3 -c 'import socket
socket.socket(socket.AF_UNIX).connect("/run/docker.sock")'
	for _ in {1..50}; do
		! inside test -e /run/started || break
		sleep 0.1
	done
	inside systemctl is-active docker.service
	run -0 --separate-stderr scan -l -o container 20736
	[ "$output$stderr" = docker/web-1 ]
}
