#!/usr/bin/env bats
# The heuristics that examine a record by itself: records that they flag,
# others, and the limits.  flag.bash says how to read the tables.
# shellcheck disable=SC2034

load helpers
load flag

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
}

@test "nonroot-privileged: a login account listens below unpriv" {
	judge nonroot-privileged <<-'END'
		yes uid=1000 local_port=22
		yes uid=1000 local_port=1
		yes uid=1000 local_port=1023
		no  uid=1000 local_port=1024
		no  uid=999 local_port=22
		yes uid=1001 local_port=80
		no  uid=0 local_port=81
		no  uid=65534 local_port=82
		yes uid=65533 local_port=83
		yes uid=65535 local_port=84
		yes uid=100000 local_port=85
		yes uid=4294967295 local_port=86
		no  uid=61184 local_port=87
		no  uid=65519 local_port=88
		yes uid=61183 local_port=89
		yes uid=65520 local_port=90
		no  uid=- local_port=91
		no  uid=1000 local_port=92 state=ESTABLISHED
		no  uid=1000 local_port=93 proto=udp state=UNCONN
		no  uid=1000 local_port=94 netns=docker/web
		yes uid=1000 local_port=95 local_addr=127.0.0.1
		no  uid=1000 local_port=-
	END
}

@test "nonroot-privileged: unpriv is the snapshot's" {
	HEAD=${HEAD/unpriv=1024/unpriv=443}
	judge nonroot-privileged <<-'END'
		yes uid=1000 local_port=442
		no  uid=1000 local_port=443
	END
	HEAD=${HEAD/unpriv=443/unpriv=0}
	judge nonroot-privileged <<-'END'
		no  uid=1000 local_port=1
	END
	HEAD=${HEAD/ unpriv=0/}
	judge nonroot-privileged <<-'END'
		yes uid=1000 local_port=1023
		no  uid=1000 local_port=1024
	END
	HEAD="$HEAD unpriv=-"
	judge nonroot-privileged <<-'END'
		no  uid=1000 local_port=1
	END
	HEAD="${HEAD/unpriv=-/unpriv=65536}"
	judge nonroot-privileged <<-'END'
		yes uid=1000 local_port=65535
	END
}

@test "nonroot-privileged: not where a root process has the socket" {
	judge nonroot-privileged <<-'END'
		# A server and its worker.
		no  uid=0 local_port=80
		no  uid=1000 local_port=80
		# Root elsewhere says nothing.
		no  uid=0 local_port=81 local_addr=127.0.0.1
		yes uid=1000 local_port=81
		no  uid=0 local_port=82 local_addr=::
		yes uid=1000 local_port=82
		no  uid=0 local_port=83 proto=udp state=UNCONN
		yes uid=1000 local_port=83
		no  uid=0 local_port=84 netns=docker/web
		yes uid=1000 local_port=84
		# The worker may come first.
		no  uid=1000 local_port=85
		no  uid=1001 local_port=85
		no  uid=0 local_port=85
		# Several without root.
		yes uid=1000 local_port=86
		yes uid=1001 local_port=86
	END
}

@test "nonroot-privileged: an inode number tells sockets on one port apart" {
	judge nonroot-privileged <<-'END'
		no  uid=0 local_port=80 inode=7
		no  uid=1000 local_port=80 inode=7
		yes uid=1000 local_port=80 inode=8
		no  uid=0 local_port=81
		no  uid=1000 local_port=81
	END
}

@test "script-sensitive: an interpreter listens on 22, 80 or 443" {
	judge script-sensitive <<-'END'
		yes process=python3.11 local_port=22
		yes process=python3 local_port=80
		yes process=python local_port=443
		yes process=perl local_port=80
		yes process=perl5.36.0 local_port=80
		yes process=ruby3.1 local_port=80
		yes process=node local_port=80
		yes process=nodejs local_port=80 exe=/usr/bin/node
		yes process=php8.2 local_port=80
		yes process=lua5.4 local_port=80
		no  process=python3 local_port=21
		no  process=python3 local_port=23
		no  process=python3 local_port=8080
		no  process=python3 local_port=444
		no  process=python3 local_port=80 proto=sctp
		no  process=nginx local_port=80
		# Names that only begin or end so.
		no  process=nodered local_port=80
		no  process=nodered-proxy local_port=80
		no  process=my-node local_port=80
		no  process=php-fpm8.2 local_port=80
		no  process=luakit local_port=80
		no  process=bash local_port=80
		# exe is believed before what the process says.
		no  process=python3 exe=/usr/sbin/nginx local_port=80
		yes process=nginx exe=/usr/bin/python3.11 local_port=80
		yes process=python3 exe=- local_port=80
		yes process=x exe=/usr/bin/python3.11+(deleted) local_port=80
		yes process=x exe=/usr/bin/python3.11+(replaced) local_port=80
		no  process=python3 local_port=80 state=ESTABLISHED remote_addr=10.0.0.9
		yes process=python3 local_port=80 local_addr=127.0.0.1
	END
}

@test "script-sensitive: a container is an excuse, but not one that its user made up" {
	judge script-sensitive <<-'END'
		no  process=python3 local_port=80 container=docker/web
		no  process=python3 local_port=80 container=docker/web netns=docker/web uid=1000
		no  process=python3 local_port=80 container=docker/web uid=33
		yes process=python3 local_port=80 container=podman/x uid=1000
		yes process=python3 local_port=80 container=snap/x
		yes process=python3 local_port=80 container=flatpak/org.x.Y netns=net:[1]
		no  process=python3 local_port=80 container=docker/snap
		yes process=python3 local_port=80 netns=net:[1] uid=1000
	END
}

@test "root-high-port: root connects to a public address, a port without a name" {
	local c='state=ESTABLISHED dir=out local_port=40000'

	judge root-high-port <<-END
		yes $c remote_addr=192.0.2.1 remote_port=4444
		yes $c remote_addr=192.0.2.1 remote_port=1024
		no  $c remote_addr=192.0.2.1 remote_port=1023
		yes $c remote_addr=192.0.2.1 remote_port=65535
		no  $c remote_addr=192.0.2.1 remote_port=-
		no  $c remote_addr=192.0.2.1 remote_port=8443 service=https-alt
		no  $c remote_addr=192.0.2.1 remote_port=4444 uid=1000
		no  $c remote_addr=192.0.2.1 remote_port=4444 uid=-
		no  $c remote_addr=192.0.2.1 remote_port=4444 dir=in
		no  $c remote_addr=192.0.2.1 remote_port=4444 dir=-
		no  $c remote_addr=192.0.2.1 remote_port=4444 state=SYN_SENT
		no  $c remote_addr=192.0.2.1 remote_port=4444 state=CLOSE_WAIT
		yes $c remote_addr=192.0.2.1 remote_port=4444 proto=udp
		# of such a service root is no client
		yes $c remote_addr=192.0.2.1 remote_port=6667 service=ircd
		yes $c remote_addr=192.0.2.1 remote_port=6697 service=ircs-u
		# what goes where it is sent
		no  $c remote_addr=192.0.2.1 remote_port=7999 process=ssh
		no  $c remote_addr=192.0.2.1 remote_port=7999 process=curl
		no  $c remote_addr=192.0.2.1 remote_port=50000 process=lftp
		no  $c remote_addr=192.0.2.1 remote_port=50000 exe=/usr/lib/git-core/git-remote-https
		yes $c remote_addr=192.0.2.1 remote_port=7999 process=curl exe=/srv/curl
		yes $c remote_addr=192.0.2.1 remote_port=7999 process=curl exe=/usr/bin/x
		yes $c remote_addr=192.0.2.1 remote_port=7999 exe=/usr/bin/curl+(elsewhere)
	END
	# from a port that firewalls let pass
	c='state=ESTABLISHED dir=- remote_addr=192.0.2.1'
	judge root-high-port <<-END
		yes $c local_port=443 remote_port=4444
		yes $c local_port=443 remote_port=4444 service=https
		yes $c local_port=1023 remote_port=4444
		no  $c local_port=1024 remote_port=4444
		no  $c local_port=443 remote_port=4444 dir=in
		# an answer of a server that has gone
		no  $c local_port=22 remote_port=50000
		no  $c local_port=22 remote_port=4444 process=sshd
	END
}

@test "public: not loopback, private, shared, link-local, multicast, unspecified" {
	local a='state=ESTABLISHED dir=out remote_port=4444' verdict addr

	{
		while read -r verdict addr; do
			echo "$verdict $a remote_addr=$addr"
		done <<-'END'
			no  127.0.0.1
			no  127.255.255.255
			yes 126.255.255.255
			yes 128.0.0.0
			no  10.0.0.0
			no  10.255.255.255
			yes 9.255.255.255
			yes 11.0.0.0
			no  172.16.0.0
			no  172.31.255.255
			yes 172.15.255.255
			yes 172.32.0.0
			no  192.168.0.0
			no  192.168.255.255
			yes 192.167.255.255
			yes 192.169.0.0
			no  100.64.0.0
			no  100.127.255.255
			yes 100.63.255.255
			yes 100.128.0.0
			no  169.254.0.1
			no  169.254.255.255
			yes 169.253.255.255
			yes 169.255.0.0
			no  0.0.0.0
			no  224.0.0.1
			no  239.255.255.255
			no  255.255.255.255
			yes 223.255.255.255
			yes 192.0.2.1
			yes 198.51.100.7
			yes 203.0.113.9
			yes 8.8.8.8
			no  ::
			no  ::1
			yes ::2
			no  fe80::1
			no  fe80::1%eth0
			no  febf:ffff::1
			no  fc00::1
			no  fdff::1
			yes fbff::1
			no  ff02::1
			yes 2001:db8::1
			yes 2606:4700::1111
			no  ::ffff:127.0.0.1
			no  ::ffff:10.0.0.1
			no  ::ffff:100.64.0.1
			no  ::ffff:0.0.0.0
			no  ::ffff:224.0.0.1
			yes ::ffff:192.0.2.1
			no  -
			no  localhost
		END
	} | judge root-high-port
}

@test "proxy-listener: a proxy's port beyond loopback, or ssh listens" {
	judge proxy-listener <<-'END'
		yes local_port=1080
		yes local_port=1081
		yes local_port=3128
		yes local_port=9050
		yes local_port=9150
		no  local_port=1079
		no  local_port=1082
		no  local_port=9051
		no  local_port=1080 proto=sctp
		no  local_port=1080 local_addr=127.0.0.1
		no  local_port=1080 local_addr=::1
		no  local_port=1080 local_addr=::ffff:127.0.0.1
		yes local_port=1080 local_addr=::
		yes local_port=1080 local_addr=10.0.0.5
		yes local_port=1080 local_addr=192.0.2.5
		no  local_port=1080 state=ESTABLISHED remote_addr=10.0.0.9
		no  local_port=1080 proto=udp state=UNCONN
		yes process=ssh local_port=5000
		no  process=ssh local_port=1080 local_addr=127.0.0.1
		no  process=ssh local_port=5000 local_addr=::1
		# ssh -R, with GatewayPorts
		yes process=sshd cmdline=sshd:+ann@pts/0 uid=1000 local_port=5000
		yes process=sshd cmdline=sshd:+root@notty uid=0 local_port=5000
		yes process=sshd-session cmdline=sshd-session:+ann uid=1000 local_port=5000
		no  process=sshd cmdline=sshd:+ann uid=1000 local_port=5000 local_addr=127.0.0.1
		no  process=sshd cmdline=sshd:+/usr/sbin/sshd+-D+[listener]+0+of+10-100+startups local_port=22
		no  process=sshd cmdline=/usr/sbin/sshd+-D local_port=22
		no  process=sshd local_port=22
		no  process=ssh-agent local_port=22
		no  process=ssh state=ESTABLISHED remote_addr=192.0.2.1
	END
}

@test "own-sshd: not root's, or configured elsewhere" {
	judge own-sshd <<-'END'
		yes process=sshd cmdline=/usr/sbin/sshd+-D+-p+2222 uid=1000
		yes process=sshd cmdline=sshd:+/usr/sbin/sshd+[listener]+0+of+10 uid=33
		yes process=dropbear uid=1000
		yes process=sshd cmdline=sshd:+/usr/sbin/sshd+-f+/tmp/c+[listener]+0+of+10
		yes process=sshd cmdline=/usr/sbin/sshd+-f/dev/shm/c local_addr=127.0.0.1
		yes process=sshd cmdline=/usr/sbin/sshd+-D+-h+/etc/../tmp/k
		yes process=sshd cmdline=/usr/sbin/sshd+-f+c cwd=/var/tmp
		no  process=sshd cmdline=/usr/sbin/sshd+-f+c cwd=/etc/ssh
		no  process=sshd cmdline=/usr/sbin/sshd+-f+/etc/ssh/sshd_config
		no  process=sshd cmdline=/usr/sbin/sshd+-D uid=0
		no  process=sshd cmdline=/usr/sbin/sshd+-D uid=-
		no  process=sshd cmdline=/usr/sbin/sshd+-D uid=1000 container=docker/dev
		no  process=sshd cmdline=sshd:+ann@pts/0 uid=1000
		no  process=ssh uid=1000
		no  process=sshd cmdline=/usr/sbin/sshd+-D uid=1000 state=ESTABLISHED remote_addr=10.0.0.9
	END
}

@test "memfd-exe: the executable is in memory" {
	judge memfd-exe <<-'END'
		yes exe=/memfd:x
		yes exe=/memfd:x+(deleted)
		yes exe=/memfd:+(deleted) state=ESTABLISHED remote_addr=10.0.0.9
		yes exe=/memfd:x proto=udp state=UNCONN
		yes exe=/memfd:x state=-
		no  exe=/usr/bin/memfd:x
		no  exe=/usr/sbin/daemon
		no  exe=-
		# runc's own, and who only says so.
		no  exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0 state=BOUND
		no  exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0 state=ESTABLISHED remote_addr=10.0.0.9
		yes exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0
		yes exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0 proto=udp state=UNCONN
		yes exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0 state=ESTABLISHED remote_addr=192.0.2.1
		no  exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=0 state=ESTABLISHED remote_addr=192.0.2.1 dir=in
		yes exe=/memfd:runc_cloned:/proc/self/exe+(deleted) uid=1000
		yes exe=/memfd:runc_cloned:/proc/self/exe2+(deleted) uid=0 state=BOUND
	END
}

@test "deleted-exe: the executable was deleted, and is no memfd" {
	judge deleted-exe <<-'END'
		yes exe=/usr/bin/x+(deleted)
		yes exe=/usr/bin/x+(deleted) state=ESTABLISHED remote_addr=10.0.0.9
		no  exe=/usr/bin/x+(replaced)
		no  exe=/usr/bin/x
		no  exe=/usr/bin/x(deleted)
		no  exe=/memfd:x+(deleted)
		no  exe=-
	END
}

@test "tmp-exe: a program of a temporary folder serves or talks to the world" {
	local out='state=ESTABLISHED remote_port=443'

	judge tmp-exe <<-END
		yes exe=/tmp/x
		yes exe=/var/tmp/x
		yes exe=/dev/shm/x
		yes exe=/dev/x
		yes exe=/run/user/1000/x
		yes exe=/tmp/x+(deleted)
		no  exe=/tmpx/x
		no  exe=/var/tmpx
		yes exe=/run/users/x
		yes exe=/run/lock/x
		yes exe=/run/.x
		no  exe=/run/current-system/sw/bin/x
		no  exe=/runx/x
		no  exe=/home/tmp/x
		no  exe=/usr/bin/x
		no  exe=-
		yes exe=...
		yes exe=...+(deleted)
		yes exe=/usr/sbin/nginx+(elsewhere) uid=1000
		yes exe=/usr/sbin/nginx+(elsewhere) uid=33
		yes exe=/opt/x+(elsewhere) uid=1000
		yes exe=/lib64/x+(elsewhere) uid=1000
		no  exe=/usr/sbin/nginx+(elsewhere) uid=0
		no  exe=/usr/sbin/nginx+(elsewhere) uid=1000 container=podman/x
		no  exe=/app/bin/x+(elsewhere) uid=1000
		no  exe=/usr/sbin/nginx+(elsewhere)x uid=1000
		yes exe=/tmp/x+(elsewhere) uid=1000 container=podman/x
		yes exe=/tmp/x local_addr=10.0.0.5
		no  exe=/tmp/x local_addr=127.0.0.1
		no  exe=/tmp/x local_addr=::1
		yes exe=/tmp/x proto=udp state=UNCONN
		no  exe=/tmp/x proto=udp state=UNCONN local_port=40000
		no  exe=/tmp/x proto=udp state=UNCONN local_addr=127.0.0.1
		no  exe=/tmp/x proto=udp state=UNCONN uid=1000
		yes exe=/tmp/x proto=udp state=UNCONN uid=33 local_port=40000
		yes exe=/tmp/x $out remote_addr=10.0.0.9 uid=33
		no  exe=/tmp/x $out remote_addr=10.0.0.9 uid=1000
		no  exe=/tmp/x $out remote_addr=127.0.0.1 uid=33
		# the dynamic loader runs what it is given
		yes exe=/usr/lib/ld-linux.so.2 cmdline=ld+--argv0+x+/tmp/x
		no  exe=/usr/lib/ld-linux.so.2 cmdline=ld+/usr/sbin/x+/tmp/x
		yes exe=/tmp/x $out remote_addr=192.0.2.1
		yes exe=/tmp/x $out remote_addr=192.0.2.1 state=SYN_SENT
		no  exe=/tmp/x $out remote_addr=10.0.0.9
		no  exe=/tmp/x $out remote_addr=127.0.0.1
		no  exe=/tmp/x state=TIME_WAIT remote_addr=192.0.2.1
	END
}

@test "tmp-exe: an interpreter's script counts as well" {
	judge tmp-exe <<-'END'
		yes process=python3 cmdline=python3+/tmp/x.py
		yes process=python3 cmdline=python3+-u+/tmp/x.py+80
		yes process=python3 cmdline=python3+-W+ignore+/tmp/x.py
		yes process=perl cmdline=perl+-w+/dev/shm/.x
		yes process=php8.2 cmdline=php+-f+/var/tmp/x.php
		no  process=python3 cmdline=python3+/srv/x.py+/tmp/x.py
		no  process=python3 cmdline=python3+-m+http.server+-d+/tmp/
		no  process=python3 cmdline=python3+-c+/tmp/x
		no  process=python3 cmdline=python3
		no  process=python3 cmdline=-
		no  process=daemon cmdline=daemon+/tmp/x.conf
		yes process=bash cmdline=bash+/tmp/x.sh
		no  process=bash cmdline=bash+-c+/tmp/x.sh
		yes process=bash cmdline=bash+--rcfile+/tmp/rc+-i
		yes process=node cmdline=node+-r+/tmp/x.js+/srv/y.js
		yes process=node cmdline=node+--require=/tmp/x.js+/srv/y.js
		yes process=node cmdline=node+--import+/tmp/x.mjs+/srv/y.js
		no  process=node cmdline=node+-r+dotenv/config+/srv/y.js
		no  process=node cmdline=node+-e+x+/tmp/y.js
		no  process=node cmdline=node+/srv/y.js+/tmp/y.js
		yes process=java cmdline=java+-Xmx2g+-Da=b+-jar+/tmp/x.jar
		yes process=java cmdline=java+-cp+/tmp:/srv+Main
		yes process=java cmdline=java+/tmp/Main.java
		no  process=java cmdline=java+-jar+/srv/x.jar+/tmp/x
		no  process=java cmdline=java+Main+/tmp/x
		yes process=tclsh8.6 cmdline=tclsh+/tmp/x.tcl
		yes process=pypy3 cmdline=pypy3+/tmp/x.py
		yes process=ruby3.1 cmdline=ruby+-rsocket+/dev/shm/x.rb
		yes process=lua5.4 cmdline=lua5.4+/tmp/x.lua
		yes process=gawk cmdline=gawk+-f+/tmp/x.awk
		no  process=gawk cmdline=gawk+BEGIN+/tmp/x
		yes process=perl cmdline=perl+-Mstrict+-w+/tmp/x.pl
		no  process=perl cmdline=perl+-ne+/tmp/x
		no  process=php8.2 cmdline=php+-r+/tmp/x
		yes process=python3 cmdline=python3+--+/tmp/x.py
		yes process=python3 cmdline=python3+/dev/fd/63
		yes process=python3 cmdline=python3+/proc/self/fd/3
	END
	# other paths to the same file
	judge tmp-exe <<-'END'
		yes process=python3 cmdline=python3+../tmp/x.py
		yes process=python3 cmdline=python3+../../var/tmp/x.py
		yes process=perl cmdline=perl+//tmp/x.pl
		yes process=ruby cmdline=ruby+/var/../tmp/x.rb
		yes process=ruby cmdline=ruby+/var/./tmp//x.rb
		yes process=ruby cmdline=ruby+/../../tmp/x.rb
		no  process=python3 cmdline=python3+../srv/x.py
		no  process=python3 cmdline=python3+/tmp/../srv/x.py
		no  process=python3 cmdline=python3+tmp/x.py
	END
	judge tmp-exe <<-'END'
		yes process=python3 cmdline=python3+../tmp/x.py cwd=/opt
		no  process=python3 cmdline=python3+../tmp/x.py cwd=/opt/a
		no  process=python3 cmdline=python3+../srv/x.py cwd=/tmp
		yes process=python3 cmdline=python3+./x.py cwd=/tmp+(deleted)
	END
	judge tmp-exe <<-'END'
		yes process=python3 cmdline=python3+x.py cwd=/tmp
		yes process=python3 cmdline=python3+x.py cwd=/tmp/a
		yes process=python3 cmdline=python3+x.py cwd=/dev/shm
		yes process=python3 cmdline=python3+x.py cwd=...
		yes process=python3 cmdline=python3+x.py cwd=/tmp/a+(elsewhere)
		no  process=python3 cmdline=python3+x.py cwd=/srv
		no  process=python3 cmdline=python3+x.py cwd=-
		no  process=python3 cmdline=python3+/srv/x.py cwd=/tmp
	END
}

@test "tmp-exe: hidden folders, and those of uploads" {
	judge tmp-exe <<-'END'
		yes exe=/opt/.x/y
		yes exe=/usr/lib/.x
		yes exe=/var/lib/.x/y
		yes exe=/etc/a/.x/b/c
		yes exe=/home/.x/y
		no  exe=/home/ann/.x/y
		no  exe=/root/.x/y
		no  exe=/var/lib/jenkins/.x/y
		no  exe=/opt/a.b/c
		no  exe=/opt/app/.venv/bin/x
		no  exe=/srv/app/.next/x
		yes exe=/var/www/html/wp-content/uploads/x
		yes exe=/srv/www/a/upload/b/x
		yes exe=/usr/share/nginx/html/images/x
		no  exe=/var/www/app/bin/x
		no  exe=/var/www/app/uploads
		no  exe=/srv/app/uploads/x
		yes process=php cmdline=php+/var/www/html/uploads/x.php
		yes process=python3 cmdline=python3+/opt/.x/y.py
		no  process=python3 cmdline=python3+/srv/app/.venv/bin/gunicorn
		no  process=python3 cmdline=python3+/home/ann/.x/y.py
	END
}

@test "tmp-exe: what prt-scan says that is run" {
	judge tmp-exe <<-'END'
		yes process=python3 cmdline=python3 script=/tmp/x.py
		yes process=python3 cmdline=python3+/srv/x.py script=/srv/x.py,/dev/shm/y
		yes process=perl cmdline=perl+-I+lib+-Mx script=/var/tmp/lib/x.pm
		no  process=python3 cmdline=python3+/srv/x.py script=/srv/x.py
		no  process=python3 cmdline=python3 script=-
	END
}

@test "fake-kthread: every name" {
	local name

	for name in acpi_thermal_pm ata_sff backlog_napi/0 cpuhp/1 devfreq_wq \
	    ecryptfs-kthrea ext4-rsv-conver idle_inject/0 ipv6_addrconf \
	    irq/24-ahci jbd2/sda1-8 kauditd kblockd kcompactd0 kcryptd/253:0 \
	    kdevtmpfs kdevtmpfsi kdmflush/253:0 khugepaged khungtaskd \
	    kintegrityd kmpath_rdacd ksmd ksoftirqd/0 kswapd0 kthreadd \
	    kthrotld ktimers/0 kworker/0:1-events migration/0 mm_percpu_wq \
	    nfsiod nvme-wq oom_reaper psimon rcu_sched rcuop/0 scsi_eh_0 \
	    scsi_eh_12 scsi_tmf_1 slub_flushwq xfsaild/sda1 zswap-shrink; do
		echo "yes process=$name exe=/usr/bin/x"
		echo "yes process=x cmdline=$name exe=/usr/bin/x"
		echo "yes process=x cmdline=[$name]+-x exe=/usr/bin/x"
	done | judge fake-kthread
	judge fake-kthread <<-'END'
		no  process=ksmtuned exe=/usr/sbin/ksmtuned
		no  process=scsi_eh_x exe=/usr/bin/x
		no  process=irqbalance exe=/usr/sbin/irqbalance
		no  process=psimonitor exe=/usr/bin/x
		no  process=x exe=/usr/bin/x
		no  process=- cmdline=- exe=/usr/bin/x
		# a title
		no  process=x cmdline=[celeryd:+celery@host:ForkPoolWorker-1] exe=/usr/bin/python3
		no  process=x cmdline=[celeryd@host] exe=/usr/bin/python3
		no  process=x cmdline=[app:worker] exe=/usr/bin/python3
		yes process=x cmdline=[kworker/0:1+x] exe=/usr/bin/python3
		yes process=x cmdline=[app-worker] exe=/usr/bin/python3
	END
}

@test "fake-kthread: named like a kernel thread, with an exe" {
	judge fake-kthread <<-'END'
		yes process=kworker/0:1 exe=/usr/bin/x
		yes process=kworker exe=/usr/bin/x
		yes process=[kworker/0:1] exe=/usr/bin/x
		yes process=ksoftirqd/0 exe=/usr/bin/x
		yes process=x cmdline=[kworker/0:1] exe=/usr/bin/x
		yes process=x cmdline=[x] exe=/usr/bin/x
		yes process=x cmdline=[x] exe=/usr/bin/x state=ESTABLISHED remote_addr=10.0.0.9
		yes process=x cmdline=[x] exe=/usr/bin/x ppid=-
		no  process=x cmdline=[x] exe=/usr/bin/x ppid=2 parent=kthreadd
		yes process=x cmdline=[x] exe=/usr/bin/x ppid=2 parent=bash
		yes process=x cmdline=[x] exe=/usr/bin/x ppid=3 parent=kthreadd
		no  process=x cmdline=[x] exe=-
		no  process=kworker/0:1 exe=-
		no  process=x cmdline=[x]+y exe=/usr/bin/x
		yes process=x cmdline=[kworker/0:1]+-l+80 exe=/usr/bin/x
		yes process=x cmdline=[rcu_sched]+y exe=/usr/bin/x
		no  process=x cmdline=[kworker/0:1+y exe=/usr/bin/x
		no  process=x cmdline=[celeryd:+a@b:MainProcess]+-active- exe=/usr/bin/x
		no  process=x cmdline=[] exe=/usr/bin/x
		no  process=worker exe=/usr/bin/x
		no  process=kate exe=/usr/bin/kate
	END
}

@test "nc-listener: nc, ncat, netcat or socat listens beyond loopback" {
	judge nc-listener <<-'END'
		yes process=nc
		yes process=nc.openbsd
		yes process=nc.traditional
		yes process=ncat
		yes process=netcat
		yes process=socat
		yes process=socat1 exe=/usr/bin/socat1
		yes process=nc exe=/bin/busybox cmdline=nc+-l+-p+80
		yes process=busybox exe=/bin/busybox cmdline=busybox+nc+-l
		yes process=busybox exe=/bin/busybox cmdline=/bin/busybox+nc
		yes process=nc exe=-
		no  process=httpd exe=/bin/busybox cmdline=httpd+-f
		no  process=busybox exe=/bin/busybox cmdline=busybox
		no  process=busybox exe=/bin/busybox cmdline=-
		no  process=ncx
		no  process=rnc
		no  process=sync
		no  process=nc local_addr=127.0.0.1
		no  process=nc local_addr=127.255.255.255
		no  process=nc local_addr=::1
		yes process=nc local_addr=::
		yes process=nc local_addr=192.168.1.5
		no  process=nc state=ESTABLISHED remote_addr=192.0.2.1
		yes process=nc proto=udp state=UNCONN local_port=53
		yes process=socat proto=udp state=UNCONN local_port=32767
		no  process=socat proto=udp state=UNCONN local_port=32768
		no  process=nc proto=udp state=UNCONN local_addr=127.0.0.1
	END
}

@test "exposed-store: a store's program, on any port, and what leads to one" {
	local name

	for name in redis-server redis-check-rdb valkey-server memcached mongod \
	    etcd rethinkdb influxd dockerd; do
		echo "yes process=$name local_port=6380"
		echo "no  process=$name local_port=6380 local_addr=127.0.0.1"
	done | judge exposed-store
	judge exposed-store <<-'END'
		yes process=dockerd local_port=2385
		no  process=dockerd local_port=2376
		no  process=dockerd local_port=7946
		no  process=redis-cli local_port=6380
		yes process=docker-proxy local_port=16379 target=172.17.0.2:6379
		yes process=docker-proxy local_port=16379 target=[fd00::2]:6379
		no  process=docker-proxy local_port=16379 target=172.17.0.2:80
		no  process=docker-proxy local_port=16379 target=172.17.0.2:6379 local_addr=127.0.0.1
		no  process=docker-proxy local_port=16379 target=x
		no  process=docker-proxy local_port=16379 target=-
		# what a super-server starts there is none
		no  process=inetd exe=/usr/sbin/inetd local_port=9200
		no  process=xinetd exe=/usr/sbin/xinetd local_port=6379
		yes process=inetd exe=/tmp/inetd local_port=9200
	END
}

@test "exposed-debug: debuggers, consoles, displays" {
	judge exposed-debug <<-'END'
		yes local_port=873
		yes local_port=5005
		yes local_port=5901
		yes local_port=6000
		yes local_port=9222
		yes local_port=9229
		yes local_port=10255
		yes local_port=27042
		no  local_port=5899
		no  local_port=5910
		no  local_port=6010
		no  local_port=8888
		no  local_port=9229 local_addr=127.0.0.1
		no  local_port=9229 netns=docker/x
		no  local_port=9229 proto=sctp
		no  local_port=9229 state=ESTABLISHED remote_addr=192.0.2.1
		yes process=gdbserver
		yes process=Xtigervnc
		yes process=x11vnc
		yes process=Xorg exe=/usr/lib/xorg/Xorg
		yes process=ttyd
		yes process=java cmdline=java+-agentlib:jdwp=transport=dt_socket,address=*:8000+-jar+/srv/x.jar
		yes process=java cmdline=java+-Xrunjdwp:transport=dt_socket+x
		no  process=java cmdline=java+-jar+/srv/x.jar
		yes process=node cmdline=node+--inspect=0.0.0.0:8000+/srv/x.js
		yes process=node cmdline=node+--inspect-brk+/srv/x.js
		yes process=python3 cmdline=python3+/usr/bin/jupyter-notebook+--ip=0.0.0.0
		yes process=python3 cmdline=python3+-m+debugpy+--listen+0.0.0.0:5678+x.py
		yes process=python3 cmdline=python3+-m+flask+--app+x+run+--debug
		no  process=python3 cmdline=python3+-m+flask+--app+x+run
		yes process=chrome cmdline=chrome+--headless+--remote-debugging-port=1
		yes process=python3 cmdline=python3+-m+http.server+-d+/+8000
		yes process=python3 cmdline=python3+-m+http.server+--directory=/
		no  process=python3 cmdline=python3+-m+http.server+-d+/srv
		no  process=python3 cmdline=python3+-m+http.server
		no  exe=- cmdline=-
	END
	judge exposed-debug <<-'END'
		yes process=python3 cmdline=python3+-m+http.server cwd=/
		no  process=python3 cmdline=python3+-m+http.server cwd=/srv
		no  process=python3 cmdline=python3+-m+http.server+-d+/srv cwd=/
	END
}

@test "exposed-store: a store's port beyond loopback" {
	local port

	for port in 2181 2375 2379 2380 5984 6379 8086 8983 9042 9160 9200 \
		9300 11211 27017 27018 27019 28015; do
		echo "yes local_port=$port"
		echo "no  local_port=$port local_addr=127.0.0.1"
	done | judge exposed-store
	judge exposed-store <<-'END'
		no  local_port=6378
		no  local_port=6380
		no  local_port=5432
		yes local_port=6379 local_addr=::
		yes local_port=6379 local_addr=10.0.0.5
		yes local_port=6379 local_addr=192.0.2.5
		no  local_port=6379 local_addr=::1
		no  local_port=6379 local_addr=::ffff:127.0.0.1
		no  local_port=6379 netns=docker/redis
		no  local_port=6379 state=ESTABLISHED remote_addr=192.0.2.1
		yes local_port=11211 proto=udp state=UNCONN
		no  local_port=11211 proto=udp state=UNCONN local_addr=127.0.0.1
		no  local_port=11211 proto=udp state=ESTABLISHED remote_addr=192.0.2.1
		no  local_port=6379 proto=udp state=UNCONN
		no  local_port=6379 proto=sctp
	END
}

@test "a listener bound to the loopback device is not open beyond it" {
	judge exposed-store <<-'END'
		no  local_port=6379 iface=lo
		no  local_port=6379 iface=lo local_addr=::
		yes local_port=6379 iface=eth0
		yes local_port=6379 iface=lo0
		yes local_port=6379 iface=3
		no  local_port=6379 iface=eth0 local_addr=127.0.0.1
	END
	judge nc-listener <<-'END'
		no  process=nc iface=lo
		yes process=nc iface=eth0
	END
	judge proxy-listener <<-'END'
		no  local_port=1080 iface=lo
		yes local_port=1080 iface=eth0
	END
	judge tmp-exe <<-'END'
		no  exe=/tmp/x iface=lo
		yes exe=/tmp/x iface=eth0
	END
	judge nonroot-privileged <<-'END'
		# Root's on another device is another socket.
		no  uid=0 local_port=80 iface=eth0
		yes uid=1000 local_port=80 iface=lo
		no  uid=1000 local_port=80 iface=eth0
	END
}

@test "the seed's two, off by default" {
	judge nonroot-privileged-any <<-'END'
		yes uid=1 local_port=1023
		no  uid=1 local_port=1024
		yes uid=65534 local_port=22 netns=docker/web
		no  uid=0 local_port=22
		no  uid=- local_port=22
		no  uid=1000 local_port=22 state=ESTABLISHED
		no  uid=1000 local_port=22 proto=udp state=UNCONN
	END
	judge root-high-port-any <<-'END'
		yes state=ESTABLISHED remote_addr=10.0.0.9 remote_port=1024 dir=out
		yes state=ESTABLISHED remote_addr=127.0.0.1 remote_port=8080 dir=-
		no  state=ESTABLISHED remote_addr=10.0.0.9 remote_port=1023 dir=out
		no  state=ESTABLISHED remote_addr=10.0.0.9 remote_port=5000 dir=in
		no  state=ESTABLISHED remote_addr=10.0.0.9 remote_port=5000 dir=out uid=1
		no  state=CLOSE_WAIT remote_addr=10.0.0.9 remote_port=5000 dir=out
	END
}

@test "no-owner: a listener that nobody holds, where nothing was hidden" {
	local none='pid=- process=- user=- uid=- fd=- ppid=- parent=- exe=- cmdline=-'

	judge no-owner <<-END
		yes $none local_port=8000
		no  $none local_port=2049 service=nfs
		no  $none local_port=3260
		no  $none local_port=445
		no  $none local_port=40001 service=lockd
		no  $none local_port=8000 state=TIME_WAIT
		no  $none local_port=8000 proto=udp state=UNCONN
		no  local_port=8000
	END
	# what 2.0 calls it; then the port of a service is no excuse
	local kernel='pid=- user=root uid=0 fd=- ppid=- parent=- exe=- cmdline=-'
	HEAD="$HEAD protos=tcp,udp" judge no-owner <<-END
		yes $none local_port=8000
		yes $none local_port=2049 service=nfs
		yes $none local_port=445
		yes $none local_port=40001 service=lockd
		no  $none local_port=7788 service=drbd
		no  $kernel local_port=2049 process=[nfsd]
		no  $kernel local_port=8000 process=[mptcp]
		no  $kernel local_port=8000 process=[tipc/x]
		yes $kernel local_port=8000 process=[tipc/x
		yes $kernel local_port=8000 process=tipc
		# a process by that name is another heuristic's
		no  local_port=8000 process=[tipc/x]
	END
	# a scan with capabilities also sees all
	HEAD=${HEAD/euid=0/euid=1000} judge no-owner <<-END
		yes $none local_port=8000
	END
	HEAD=${HEAD/unowned=0/unowned=1} judge no-owner <<-END
		no  $none local_port=8000
	END
	HEAD=${HEAD/ unowned=0/} judge no-owner <<-END
		no  $none local_port=8000
	END
}

# It neither listens nor is connected: only its process can be wrong.
@test "BOUND: no heuristic takes it for a listener, or for a connection" {
	local b='state=BOUND inode=5 first_seen=2026-11-20T03:10:00.000Z'

	agree "$(cat <<-END
		- $b local_port=80 uid=1000 user=ann
		- $b local_port=22 process=python3
		- $b local_port=1080 process=ssh
		- $b local_port=9050 process=sh fd=0,1,2
		- $b process=nc
		- $b local_port=6379 local_addr=192.0.2.1
		- $b local_port=6379 change=new
		- $b exe=/tmp/x
		- $b pid=- process=- exe=- user=root
		- $b local_port=40000 remote_port=- dir=-
		memfd-exe $b exe=/memfd:x+(deleted)
		deleted-exe $b exe=/opt/x+(deleted)
		fake-kthread $b process=kworker/0:1 exe=/opt/x
		- state=LISTEN local_port=81 uid=0
	END
	)" --enable=all
}

# These sockets have no port.
@test "packet-socket, raw-icmp, vsock-listener: who has sockets without ports" {
	judge packet-socket <<-'END'
		yes proto=packet state=UNCONN process=x local_port=3
		yes proto=packet state=UNCONN process=python3 cmdline=python3+-c+x
		no  proto=packet state=UNCONN process=tcpdump
		no  proto=packet state=UNCONN process=dhclient exe=/sbin/dhclient
		no  proto=packet state=UNCONN exe=/usr/lib/systemd/systemd-networkd
		yes proto=packet state=UNCONN process=tcpdump exe=/tmp/tcpdump
		yes proto=packet state=UNCONN process=tcpdump exe=/usr/sbin/x
		yes proto=packet state=UNCONN exe=/usr/sbin/tcpdump+(deleted)
		no  proto=packet state=UNCONN exe=- pid=-
		no  proto=raw state=UNCONN process=x local_port=3
		no  proto=tcp process=x
	END
	judge raw-icmp <<-'END'
		yes proto=raw state=UNCONN process=x local_port=1
		yes proto=raw state=UNCONN process=x local_port=58
		no  proto=raw state=UNCONN process=x local_port=89
		no  proto=raw state=UNCONN process=ping local_port=1
		no  proto=raw state=UNCONN process=keepalived local_port=1
		no  proto=icmp state=UNCONN process=x local_port=1
		yes proto=raw state=UNCONN process=ping exe=/home/ann/ping local_port=1
	END
	judge vsock-listener <<-'END'
		yes proto=vsock process=socat local_port=22
		no  proto=vsock process=qemu-ga
		no  proto=vsock process=systemd exe=/usr/lib/systemd/systemd
		no  proto=vsock process=x state=ESTABLISHED
		no  proto=tcp process=socat
	END
	# and no other heuristic takes their numbers for a port
	agree "$(cat <<-'END'
		raw-icmp proto=raw state=UNCONN local_port=1 process=socat uid=1000
		- proto=raw state=UNCONN local_port=6 process=ping uid=0
		- proto=raw state=UNCONN local_port=6 process=ping uid=1000 local_addr=127.0.0.1
	END
	)"
}

@test "shell-relay: a shell behind pipes or a terminal" {
	local c='state=ESTABLISHED remote_addr=203.0.113.9 remote_port=4444 dir=out' fed=shells=sh/9/pipe/pipe/pipe
	local pty=shells=bash/9/pty/pty/pty

	judge shell-relay <<-END
		yes process=python3 $c $fed
		yes process=python3 $c $pty
		yes process=x exe=/opt/x $c shells=bash/9/socket/socket/socket
		yes process=nc $c remote_addr=10.0.0.9 $fed
		no  process=nc $c remote_addr=127.0.0.1 $fed
		no  process=nc state=LISTEN $fed
		# a server has no use for one
		yes process=nginx uid=33 $fed
		yes process=php-fpm8.2 uid=33 local_addr=127.0.0.1 $fed
		yes process=postgres uid=105 $pty
		no  process=nginx uid=1000 $fed
		no  process=beam.smp uid=105 $fed
		no  process=nginx uid=33 shells=sh/9/null/file/file
		no  process=nc $c shells=-
		# a shell of its user's, at his terminal
		no  process=python3 $c shells=bash/9/tty/tty/tty
		no  process=python3 $c shells=bash/9/null/file/file
		yes process=python3 $c shells=bash/9/tty/tty/tty,sh/10/pipe/pipe/null
		# a relay may only feed it
		yes process=nc $c shells=sh/9/pipe/tty/tty
		yes process=telnet $c shells=sh/9/pipe/file/file
		no  process=python3 $c shells=sh/9/pipe/tty/tty
		# who has sessions, and installs things
		no  process=sshd exe=/usr/sbin/sshd $c dir=in $pty
		no  process=sshd-session $c dir=in $pty
		no  process=telnetd $c dir=in $pty
		yes process=telnetd exe=/tmp/telnetd $c dir=in $pty
		yes process=socat $c dir=in $fed
		no  process=gitlab-runner $c $fed
		no  process=curl $c stdio=null,pipe,tty $fed
		yes process=curl $c stdio=null,pipe,null $fed
		yes process=curl $c stdio=pipe,pipe,tty $fed
		no  process=ssh $c stdio=tty,pipe,tty $fed
		yes process=ssh $c stdio=pipe,pipe,null $fed
	END
}

@test "shell-relay, renamed-exe: levels" {
	local c='state=ESTABLISHED remote_addr=203.0.113.9 remote_port=4444 dir=out' fed=shells=sh/9/pipe/pipe/pipe
	local pty=shells=bash/9/pty/pty/pty COLUMNS_MORE=stdio LEVELS

	LEVELS=$(cat <<-END
		high process=nc $c $fed
		high process=nginx uid=33 $fed
		low process=curl $c stdio=null,pipe,null $fed
		high exe=/opt/x $c $fed
		high exe=/usr/local/bin/x $c $fed
		medium process=x $c $fed
		high exe=/home/ann/x $c $fed uid=1000
		low exe=/home/ann/x $c $pty uid=1000
		low process=java cmdline=java+-jar+/opt/idea.jar $c $pty uid=1000
		low process=node cmdline=node+/home/ann/server.js $c $pty uid=1000
		high process=node cmdline=node+-e+x $c $pty uid=1000
		high process=node cmdline=node+/home/ann/server.js $c $pty uid=33
		high process=node cmdline=node+/home/ann/server.js $c $fed uid=1000
		high exe=/usr/bin/x+(deleted) $c $pty uid=1000
		low exe=/opt/x exe_like=nc.openbsd cmdline=x
		medium exe=/usr/lib/x exe_like=nc.openbsd cmdline=x
		medium exe=/opt/systemd-x exe_like=bash cmdline=x
	END
	)
	snapshot <<<"$LEVELS" | prt-flag -X -H -o level - --disable=deleted-exe >got
	awk '{ print $1 }' <<<"$LEVELS" | diff -u - got
}

@test "renamed-exe, and what a copy is taken for" {
	local c='state=ESTABLISHED remote_addr=203.0.113.9 remote_port=4444 dir=out'

	judge renamed-exe <<-END
		yes exe=/opt/x exe_like=nc.openbsd
		yes exe=/opt/x exe_like=bash $c
		yes exe=/opt/x exe_like=python3.11 proto=udp state=UNCONN
		yes exe=/opt/x exe_like=busybox cmdline=x
		no  exe=/opt/x exe_like=bash local_addr=127.0.0.1
		no  exe=/opt/x exe_like=-
		no  exe=/opt/app/python3 exe_like=python3.11
		no  exe=/opt/bash exe_like=bash
		no  exe=/usr/lib/ld-linux.so.2 exe_like=bash cmdline=ld+/bin/bash
		no  exe=/opt/busybox-1.36 exe_like=busybox
		no  exe=/opt/x exe_like=openssl
		yes exe=/opt/x exe_like=python3.11 proto=raw state=UNCONN local_port=255
		no  exe=/opt/x exe_like=python3.11 proto=icmp state=UNCONN
		no  exe=/opt/x exe_like=python3.11 state=BOUND
	END
	judge nc-listener <<-'END'
		yes exe=/opt/x exe_like=socat
		no  exe=/opt/x exe_like=-
	END
	judge stdio-socket <<-END
		yes exe=/opt/x exe_like=bash cmdline=x fd=0 $c dir=in
		no  exe=/opt/x exe_like=- cmdline=x fd=0 $c dir=in
	END
	judge nonroot-privileged <<-'END'
		yes uid=1000 local_port=80 caps=net_bind_service
	END
	run -0 prt-flag -X -H -o level <(snapshot \
		<<<'x uid=1000 local_port=80 caps=net_bind_service')
	[ "$output" = low ]
	run -0 prt-flag -X -H -o level <(snapshot \
		<<<'x uid=1000 local_port=80 caps=net_bind_service,sys_admin')
	[ "$output" = medium ]
}

@test "packet-socket: high with a filter, from nowhere" {
	local COLUMNS_MORE=filter LEVELS p='proto=packet state=UNCONN local_port=3'

	LEVELS=$(cat <<-END
		high $p exe=/opt/x filter=30
		high $p exe=/tmp/x filter=0
		high $p exe=/usr/bin/x+(deleted) filter=30
		high $p process=python3 cmdline=python3+/tmp/x filter=30
		medium $p process=python3 cmdline=python3+/srv/x filter=30
		medium $p exe=/opt/x
		medium $p exe=/tmp/x
		low $p exe=/usr/bin/x filter=30
		high proto=raw state=UNCONN local_port=1 exe=/tmp/x
		medium proto=raw state=UNCONN local_port=1 exe=/opt/x
		medium proto=vsock process=socat
		low proto=vsock process=x
	END
	)
	snapshot <<<"$LEVELS" | prt-flag -X -H -o level - --disable=deleted-exe >got
	awk '{ print $1 }' <<<"$LEVELS" | diff -u - got
}

@test "close-wait and long-lived: by the time since first_seen" {
	judge close-wait <<-'END'
		yes state=CLOSE_WAIT first_seen=2026-11-24T02:09:59.000Z
		no  state=CLOSE_WAIT first_seen=2026-11-24T02:10:00.000Z
		no  state=CLOSE_WAIT first_seen=2026-11-24T04:00:00.000Z
		no  state=CLOSE_WAIT first_seen=-
		no  state=CLOSE_WAIT first_seen=yesterday
		no  state=ESTABLISHED first_seen=2026-11-23T02:00:00.000Z
		no  state=LAST_ACK first_seen=2026-11-23T02:00:00.000Z
		# It is in this state only since the last snapshot.
		no  state=CLOSE_WAIT first_seen=2026-11-23T02:00:00.000Z was=state=ESTABLISHED
		yes state=CLOSE_WAIT first_seen=2026-11-23T02:00:00.000Z was=user=bob
	END
	judge long-lived <<-'END'
		yes state=ESTABLISHED first_seen=2026-11-23T03:09:59.000Z
		no  state=ESTABLISHED first_seen=2026-11-23T03:10:00.000Z
		no  state=CLOSE_WAIT first_seen=2026-11-22T03:10:00.000Z
		no  state=LISTEN first_seen=2026-11-22T03:10:00.000Z
	END
	HEAD=${HEAD/time=* host/host} judge long-lived <<-'END'
		no  state=ESTABLISHED first_seen=2026-11-22T03:10:00.000Z
	END
}

# levels HEURISTIC <TABLE: each line's first word is the level.
levels()
{
	local table

	table=$(cat)
	snapshot <<<"$table" | prt-flag -X -H -o level --disable=all \
		--enable="$1" - >got
	awk 'NF { print $1 }' <<<"$table" | diff -u - got
}

@test "nc-listener: high if it runs a shell" {
	levels nc-listener <<-'END'
		medium process=nc cmdline=nc+-l+4444
		high process=nc.traditional cmdline=nc+-l+-p+4444+-e+/bin/sh
		high process=ncat cmdline=ncat+-l+4444+--exec+/bin/bash
		high process=ncat cmdline=ncat+-l+4444+--exec=/bin/bash
		high process=ncat cmdline=ncat+-lk+4444+--sh-exec+sh
		high process=ncat cmdline=ncat+-l+4444+-c+/bin/sh+-i
		medium process=ncat cmdline=ncat+-l+4444+-c+echo+hello
		medium process=ncat cmdline=ncat+-l+4444+-c+sh+-c+date
		medium process=ncat cmdline=ncat+-l+4444+-e+/usr/bin/date
		high process=socat cmdline=socat+TCP-LISTEN:4444,fork+EXEC:/bin/bash,pty
		high process=socat cmdline=socat+TCP-LISTEN:4444+system:sh
		high process=socat cmdline=socat+TCP-LISTEN:4444+EXEC:bash+-li,pty,stderr
		high process=socat cmdline=socat+EXEC:sh,pipes+TCP-LISTEN:4444
		medium process=socat cmdline=socat+TCP-LISTEN:4444+SYSTEM:echo+hello
		medium process=socat cmdline=socat+TCP-LISTEN:4444+EXEC:sh+/opt/x
		medium process=socat cmdline=socat+TCP-LISTEN:4444+EXEC:bash+-c+date
		medium process=socat cmdline=socat+TCP-LISTEN:4444+EXEC:/usr/bin/date
		medium process=socat cmdline=socat+TCP-LISTEN:4444+TCP:10.0.0.9:22
		low process=socat cmdline=socat+x+EXEC:sh ppid=1 sock_cgroup=/system.slice/x.service
	END
}

@test "raw-icmp, packet-socket: high with a shell that waits" {
	local fed=shells=sh/9/pipe/pipe/pipe

	levels raw-icmp <<-END
		high proto=raw state=UNCONN local_port=1 process=python3 $fed
		medium proto=raw state=UNCONN local_port=1 process=python3
	END
	levels packet-socket <<-END
		high proto=packet state=UNCONN process=python3 $fed
		medium proto=packet state=UNCONN process=python3 shells=-
	END
}

@test "tunnel: a way in from a public address" {
	local c='state=ESTABLISHED remote_addr=203.0.113.9 remote_port=22 dir=out'

	judge tunnel <<-END
		yes process=ssh cmdline=ssh+-N+-R+8022:127.0.0.1:22+h $c
		yes process=ssh cmdline=ssh+-fNR+8022:127.0.0.1:22+h $c
		yes process=ssh cmdline=ssh+-p+2222+-R8022:127.0.0.1:22+h $c
		yes process=ssh cmdline=ssh+-w+0:0+h $c
		yes process=ssh cmdline=ssh+-i+/x+-o+A=b+-R+1080+h $c
		no  process=ssh cmdline=ssh+-N+-L+8022:127.0.0.1:22+h $c
		no  process=ssh cmdline=ssh+-D+1080+h $c
		no  process=ssh cmdline=ssh+h+-R $c
		no  process=ssh cmdline=ssh+-l+-R+h $c
		no  process=ssh cmdline=ssh+-oR+h $c
		no  process=ssh cmdline=ssh+--R+h $c
		no  process=ssh cmdline=ssh+- $c
		no  process=ssh cmdline=- $c
		no  process=ssh cmdline=ssh+-R+1+h $c remote_addr=10.0.0.9
		yes process=chisel cmdline=x $c
		yes process=frpc exe=/home/ann/frpc cmdline=x $c
		no  process=chisel cmdline=x $c dir=in
		no  process=chisel cmdline=x
		no  process=app cmdline=app+-R+1+h $c
	END
}

@test "miner: by its name or its pool" {
	local c='state=ESTABLISHED remote_addr=203.0.113.9 remote_port=3333 dir=out'

	judge miner <<-END
		yes process=xmrig cmdline=x $c
		yes process=xmrig cmdline=x $c remote_addr=10.0.0.9
		yes process=lolMiner cmdline=x $c state=SYN_SENT
		yes process=xmrig-notls cmdline=x $c exe=/opt/xmrig
		no  process=app cmdline=app+--stratum=2 $c
		no  process=xmrig cmdline=x
		no  process=xmrig cmdline=x $c remote_addr=127.0.0.1
		no  process=app cmdline=app $c
	END
	# a plus is a blank in the table
	run -0 prt-flag -X -H --disable=root-high-port -o flags <(snapshot \
		<<<"x process=app cmdline=app+-o+stratum:tcp://h:1 $c" |
		sed 's/stratum:/stratum+/')
	[ "$output" = miner ]
	levels miner <<-END
		high process=xmrig cmdline=x $c uid=33
		high process=xmrig cmdline=x $c uid=0
		medium process=xmrig cmdline=x $c uid=1000
	END
}

@test "fake-daemon: a known name that is not the program's" {
	judge fake-daemon <<-'END'
		yes process=perl cmdline=/usr/sbin/apache2+-k+start
		yes exe=/usr/lib/x cmdline=/sbin/udevd+-d
		yes exe=/usr/sbin/sshd2 cmdline=sshd:+root+[priv]
		yes exe=/opt/x cmdline=nginx:+worker+process
		yes exe=/opt/x cmdline=-cron
		yes exe=/opt/x cmdline=cron state=ESTABLISHED remote_addr=203.0.113.9
		yes exe=/opt/x cmdline=systemd-journald proto=packet state=UNCONN
		no  exe=/usr/sbin/nginx cmdline=nginx:+worker+process
		no  exe=/usr/sbin/nginx-debug cmdline=nginx:+master
		no  exe=/usr/bin/cronie-crond cmdline=crond+-n
		yes exe=/usr/bin/xcrond cmdline=crond+-n
		no  exe=/nix/store/x/bin/.nginx-wrapped cmdline=nginx:+master
		no  exe=/usr/sbin/nginx+(deleted) cmdline=nginx:+master
		no  exe=/usr/sbin/nginx+(elsewhere) cmdline=nginx:+master
		no  exe=/usr/sbin/mariadbd cmdline=/usr/sbin/mysqld+--user=mysql
		no  exe=/usr/bin/busybox cmdline=crond
		no  exe=/usr/bin/busybox.static cmdline=httpd+-f
		no  exe=/usr/bin/qemu-aarch64-static cmdline=/usr/sbin/nginx
		no  exe=/usr/lib/ld-linux-x86-64.so.2 cmdline=sshd
		no  exe=/usr/lib/openssh/sshd-session cmdline=sshd-session:+ann@pts/0
		no  exe=/usr/bin/perl cmdline=/opt/munin-node
		no  exe=/usr/bin/python3.11 cmdline=puma:+worker
		no  exe=- cmdline=cron
		no  exe=/opt/x cmdline=-
	END
	levels fake-daemon <<-'END'
		medium exe=/opt/x cmdline=cron
		high exe=/usr/bin/perl cmdline=cron
		high exe=/tmp/x cmdline=cron
	END
}

@test "tmp-exe: not the wrapped programs of a store" {
	judge tmp-exe <<-'END'
		no  exe=/nix/store/1n4xk-hass/bin/.hass-wrapped
		no  exe=/gnu/store/1n4xk-hass/bin/.hass-real
		yes exe=/opt/store/1n4xk-hass/bin/.hass-wrapped
		yes exe=/nix/.store/hass
	END
}
