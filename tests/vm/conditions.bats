#!/usr/bin/env bats
# prt-scan on kernels and mounts that need a machine of their own: run by `make
# vm-check VM_CONDITIONS=yes', README.md.  Each gets the right answer, or the
# right message.
# shellcheck disable=SC2154

load ../helpers

setup()
{
	[ -e /vm/start ] || skip 'only in the machine of tests/vm/run'
	cd "$BATS_TEST_TMPDIR" || return
}

teardown()
{
	[ -z "${holder-}" ] || kill "$holder" || :
	stop_sockets
}

listener='
import os, socket, sys
if len(sys.argv) > 2:
    open(sys.argv[2] + "/cgroup.procs", "w").write(str(os.getpid()))
for path in sys.argv[3:]:
    open(path + "/cgroup.procs", "w").write(str(os.getpid()))
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1])))
s.listen()
open("ready", "w").close()
sys.stdin.read()
'

# listen PORT [CGROUP...]: a process in those groups listens; $holder is its
# pid.
listen()
{
	mkfifo hold
	python3 -c "$listener" "$@" <hold 3>&- &
	holder=$!
	exec 8>hold
	while [ ! -e ready ]; do
		sleep 0.1
	done
}

# mounted SCRIPT: runs it in a mount namespace of its own.
mounted()
{
	run --separate-stderr unshare -m bash -ec "$@"
	echo "$status: $output$stderr"
}

user='setpriv --reuid=65534 --regid=65534 --clear-groups --'

@test "no BTF: the walk of /proc, and --owners=bpf says why" {
	listen 20601
	mounted '
		[ ! -e /sys/kernel/btf ] || mount -t tmpfs none /sys/kernel/btf
		prt-scan -H --strict -o pid,process 20601'
	[ "$output" = "$holder	python3" ]
	[ -z "$stderr" ]
	mounted '
		[ ! -e /sys/kernel/btf ] || mount -t tmpfs none /sys/kernel/btf
		prt-scan -H --owners=bpf -o pid 20601'
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[ "$stderr" = 'prt-scan: --owners=bpf: /sys/kernel/btf/vmlinux: No such file or directory' ]
}

@test "--owners=bpf: the same owners, or why not" {
	listen 20601
	run --separate-stderr prt-scan -H --owners=bpf -o pid 20601
	echo "$status: $output$stderr"
	case $(uname -r) in
	5.10.*)
		[ "$status" -eq 2 ]
		[ "$stderr" = 'prt-scan: --owners=bpf: Linux before 5.11: Operation not supported' ]
		;;
	*)
		[ "$output" = "$holder" ]
		[ -z "$stderr" ]
		;;
	esac
}

@test "kernel.unprivileged_bpf_disabled is for others than root" {
	listen 20601
	before=$(prt-scan -H --owners=bpf -o pid 20601 2>&1) || :
	sysctl -q -w kernel.unprivileged_bpf_disabled=2
	[ "$(prt-scan -H --owners=bpf -o pid 20601 2>&1 || :)" = "$before" ]
	sysctl -q -w kernel.unprivileged_bpf_disabled=1
	[ "$(prt-scan -H --owners=bpf -o pid 20601 2>&1 || :)" = "$before" ]
	# shellcheck disable=SC2086
	run -2 --separate-stderr $user "$(command -v prt-scan)" --owners=bpf \
		-H -o local_port,pid 20601
	[ -z "$output" ]
	[[ $stderr == *'--owners=bpf'* ]]
}

@test "hidepid=2: root sees all, another what is his, and that more is hidden" {
	listen 20601
	mounted 'mount -t proc -o hidepid=2 proc /proc
		prt-scan -H --strict -o pid 20601'
	[ "$output" = "$holder" ]
	[ -z "$stderr" ]
	mounted "mount -t proc -o hidepid=2 proc /proc
		$user $(command -v prt-scan) -o local_port,pid 20601"
	[ "${lines[2]}" = '20601	-' ]
	[[ ${lines[0]} == *' unowned=1 '* ]]
	mounted "mount -t proc -o hidepid=2 proc /proc
		$user $(command -v prt-scan) --strict -H -o pid 20601"
	[ "$status" -eq 2 ]
	[[ $stderr == 'prt-scan: '*'owner'* ]]
}

# Then the kernel has no files in subfolders of /proc/PID/net, such as those of
# SCTP, and 5.10 has none in net either.
@test "subset=pid: by netlink all is there; by /proc, or it says what is not" {
	local none='No such file or directory'

	listen 20601
	for backend in netlink proc; do
		mounted "mount -t proc -o subset=pid proc /proc
			[ ! -e /proc/sys ]
			prt-scan -H --backend=$backend \
				-o local_addr,local_port,pid,process 20601"
		case $backend$stderr in
		"procprt-scan: /proc/thread-self/net/tcp: $none")
			[ "$status" -eq 2 ]
			[ -z "$output" ]
			continue
			;;
		"procprt-scan: /proc/thread-self/net/sctp/eps: $none") ;;
		*) [ -z "$stderr" ] ;;
		esac
		[ "$output" = "127.0.0.1	20601	$holder	python3" ]
	done
}

@test "ipv6.disable=1: what there is, without a word" {
	[ ! -e /proc/net/tcp6 ] || skip 'needs ipv6.disable=1'
	listen 20601
	for backend in netlink proc; do
		run -0 --separate-stderr prt-scan -H --strict \
			--backend=$backend -o local_addr,pid 20601
		[ "$output" = "127.0.0.1	$holder" ]
		[ -z "$stderr" ]
		run -1 --separate-stderr prt-scan --backend=$backend -q -6 20601
		[ -z "$stderr" ]
	done
	run -0 --separate-stderr prt-scan -q --strict --verify
	[ -z "$stderr" ]
	run -0 --separate-stderr prt-scan -q 127.0.0.1:20601
	run -0 --separate-stderr prt-scan -I
	[ -z "$stderr" ]
}

# The kernel shows a socket's group since Linux 5.9.
@test "cgroups of version 2: the unit, and where the socket was made" {
	web=/sys/fs/cgroup/system.slice/web.service
	mkdir -p $web
	listen 20601 $web
	run -0 --separate-stderr prt-scan -H -o unit,cgroup,sock_cgroup 20601
	[ "$output" = "web.service	${web#/sys/fs/cgroup}	${web#/sys/fs/cgroup}" ]
	[ -z "$stderr" ]
}

@test "cgroups hybrid: the same" {
	umount /sys/fs/cgroup
	mount -t tmpfs tmpfs /sys/fs/cgroup
	mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified
	mount -t cgroup -o none,name=systemd systemd /sys/fs/cgroup/systemd
	mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
	web=system.slice/web.service
	mkdir -p /sys/fs/cgroup/systemd/$web /sys/fs/cgroup/unified/$web
	listen 20601 /sys/fs/cgroup/systemd/$web /sys/fs/cgroup/unified/$web
	run -0 --separate-stderr prt-scan -H -o unit,cgroup,sock_cgroup 20601
	[ "$output" = "web.service	/$web	/$web" ]
	[ -z "$stderr" ]
}

@test "cgroups of version 1: the unit; of the socket nothing is known" {
	umount /sys/fs/cgroup/unified
	web=/sys/fs/cgroup/systemd/system.slice/web.service
	mkdir -p $web
	listen 20601 $web
	run -0 --separate-stderr prt-scan -H -o unit,cgroup,sock_cgroup 20601
	[ "$output" = "web.service	/system.slice/web.service	-" ]
	[ -z "$stderr" ]
}

@test "no cgroups mounted: what a process's file still says" {
	umount /sys/fs/cgroup/systemd /sys/fs/cgroup
	listen 20601
	run -0 --separate-stderr prt-scan -H --strict \
		-o pid,unit,container,sock_cgroup 20601
	[ "$output" = "$holder	-	-	-" ]
	[ -z "$stderr" ]
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

@test "no user namespaces: none is needed" {
	sysctl -q -w user.max_user_namespaces=0
	listen 20601
	run -0 --separate-stderr prt-scan -H --strict -o pid 20601
	[ "$output" = "$holder" ]
	run -0 --separate-stderr prt-scan -N -H -o pid 20601
	[ "$output" = "$holder" ]
	[ -z "$stderr" ]
	sysctl -q -w user.max_user_namespaces=1000
}

# Debian's kernel enables AppArmor; `security=selinux selinux=1' enables
# SELinux, without a policy.
@test "a security module: AppArmor, or SELinux" {
	mount -t securityfs securityfs /sys/kernel/security 2>/dev/null || :
	lsm=$(</sys/kernel/security/lsm) || skip 'no list of them'
	echo "# $lsm" >&3
	[[ $lsm == *apparmor* || $lsm == *selinux* ]] || skip 'has neither'
	listen 20601
	run -0 --separate-stderr prt-scan -H --strict -o pid,exe 20601
	[[ $output == "$holder	/"* ]]
	[ -z "$stderr" ]
}

# missing MODULE: it is not loaded, and cannot be from now on.
missing()
{
	local m

	echo "install $1 /bin/false" >"/etc/modprobe.d/no-$1.conf"
	for m in smc_diag mptcp_diag sctp_diag raw_diag tcp_diag udp_diag \
		inet_diag; do
		rmmod $m 2>/dev/null || :
	done
	[ ! -e "/sys/module/$1" ] || skip "$1 is built in, or in use"
}

same()
{
	awk -F '\t' -v OFS='\t' '
		$2 == "BOUND" { next }
		$4 == 20503 || $6 == 20503 { $7 = "?" }
		{ print }'
}

@test "udp_diag, tcp_diag, inet_diag cannot be loaded: the same records" {
	[ -e /proc/net/tcp6 ] || skip 'the fixture needs IPv6'
	start_sockets
	enter prt-scan -H | same >all
	[ "$(wc -l <all)" -gt 40 ]
	for module in udp_diag tcp_diag inet_diag; do
		missing $module
		run -0 --separate-stderr enter prt-scan -H --strict
		[ -z "$stderr" ]
		same <<<"$output" | diff -u all -
		run -0 --separate-stderr prt-scan -N -H -o netns
		[[ $stderr != *netlink* ]]
		rm /etc/modprobe.d/no-$module.conf
	done
	missing tcp_diag
	run -2 --separate-stderr enter prt-scan --strict -o rx_bytes
	[ "$stderr" = 'prt-scan: netlink: sock_diag: tcp: not in this kernel: some of the fields are not known' ]
	rm /etc/modprobe.d/no-*.conf
}

# It lasts until the machine ends.
@test "lockdown=confidentiality: the same owners, by either way" {
	[ -e /sys/kernel/security/lockdown ] ||
		mount -t securityfs securityfs /sys/kernel/security
	[ -e /sys/kernel/security/lockdown ] || skip 'not in this kernel'
	listen 20601
	before=$(prt-scan -H --owners=bpf -o pid 20601 2>&1) || :
	grep -q '\[confidentiality\]' /sys/kernel/security/lockdown ||
		echo confidentiality >/sys/kernel/security/lockdown
	run -0 --separate-stderr prt-scan -H --strict -o pid 20601
	[ "$output" = "$holder" ]
	[ -z "$stderr" ]
	[ "$(prt-scan -H --owners=bpf -o pid 20601 2>&1 || :)" = "$before" ]
}
