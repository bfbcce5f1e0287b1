#!/usr/bin/env bats
# The process that answers on a published port: real Docker and real Podman.
# shellcheck disable=SC2016,SC2154

load helpers

setup()
{
	requires linux root netns mounts ip setpriv
	cd "$BATS_TEST_TMPDIR" || return
}

# machine: runs the script on standard input on a machine of its own, which ends
# with the test, even if that is killed, and after two minutes.
machine()
{
	local status=0

	{
		echo ". '${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/machine.bash'"
		cat
	} >script
	setpriv --pdeathsig KILL timeout -s KILL 120 setpriv --pdeathsig KILL \
		unshare -mnpf --mount-proc --kill-child "$BASH" -e script \
		</dev/null 3>&- || status=$?
	[ $status -ne 77 ] || skip "$(cat skip)"
	[ $status -eq 0 ]
}

@test "docker-proxy: by its own arguments, and which container Docker says" {
	requires dockerd docker docker-proxy busybox setpriv
	open_folders "$PWD"
	machine <<'END'
start_docker
run_docker web -p 8080:80 -p 127.0.0.1:5353:53/udp
prt-scan -H -o $cols | expect "\
tcp	LISTEN	0.0.0.0	8080	docker-proxy	-	10.97.0.2:80	docker/web
tcp	LISTEN	::	8080	docker-proxy	-	10.97.0.2:80	docker/web
udp	UNCONN	127.0.0.1	5353	docker-proxy	-	10.97.0.2:53	docker/web"
# what passes on to a container is of it, too
prt-scan -H -o local_port,process --container=web 8080-9000 | expect "\
8080	docker-proxy
8080	docker-proxy"
prt-scan -H -o local_port --container='docker/w*' | expect "\
8080
8080
5353"
prt-scan -H -o local_port --container=docker | expect ""
# from the daemon, where its files are elsewhere
mv /var/lib/docker/containers /var/lib/docker/else
prt-scan -H -o target_container 8080 | expect "\
docker/web
docker/web"
DOCKER_HOST=unix:///nonexistent prt-scan -H -o target,target_container 5353 |
	expect "10.97.0.2:53	-"
mv /var/lib/docker/else /var/lib/docker/containers
# for a user who may ask the daemon, and not look at root's processes
chmod 666 /run/docker.sock
as_user() { setpriv --reuid=1234 --regid=1234 --clear-groups /proc/self/fd/9 \
	"$@" 9<"$(command -v prt-scan)"; }
as_user -H -o process,target,target_container 5353 | expect \
	"-	10.97.0.2:53	docker/web"
chmod 600 /run/docker.sock
as_user -H -o process,target,target_container 5353 | expect "-	-	-"
as_user --published 2>&1 >out | expect \
	'prt-scan: published ports: not all could be read'
is_not grep published= out
is_not as_user --published --strict >out 2>&1
prt-scan --published --strict >/dev/null
# from its files, without the daemon
kill -STOP $dockerd
DOCKER_HOST= prt-scan -H -o target_container 5353 2>&1 |
	grep -qx "docker/\(web\|${container:0:12}\)"
kill -CONT $dockerd
END
}

@test "dockerd without a proxy: the ports that it says" {
	requires dockerd docker busybox
	machine <<'END'
start_docker --userland-proxy=false
run_docker web -p 8080-8081:80-81 -p 127.0.0.1:5353:53/udp
prt-scan -H -o $cols 8081 5353 | expect "\
tcp	LISTEN	0.0.0.0	8081	dockerd	-	10.97.0.2:81	docker/web
udp	UNCONN	127.0.0.1	5353	dockerd	-	10.97.0.2:53	docker/web"
prt-scan -H -o state --published | sort | uniq -c | awk '{ print $1, $2 }' |
	expect "\
2 LISTEN
1 UNCONN"
END
}

@test "docker: two networks: the port, not an address that may be another's" {
	requires dockerd docker busybox
	machine <<'END'
start_docker --userland-proxy=false
docker network create --subnet 10.98.0.0/24 second >/dev/null
docker create --name web -p 8080:80 "${limits[@]:0:2}" bb:1 /bin/busybox \
	sleep 60 >/dev/null
docker network connect second web
docker start web >/dev/null
trap 'docker rm -f web >/dev/null' EXIT
prt-scan -H -o target,target_container 8080 | expect ":80	docker/web"
END
}

@test "NAT: a published port without a socket, where it is asked for" {
	requires dockerd docker docker-proxy busybox
	machine <<'END'
start_docker
run_docker web -p 8080:80 -p 8081:81
prt-scan >before
prt-scan --published >before-all
run() { prt-scan -H -o $cols "$@"; }
pid=$(prt-scan -H -o pid,local_addr 8080 | awk '$2 == "0.0.0.0" { print $1 }')
kill $pid $(prt-scan -H -o pid '[::]:8080')
await is_not prt-scan -q --state=LISTEN 8080
nat="tcp	NAT	0.0.0.0	8080	-	docker/web	10.97.0.2:80	docker/web"
run 8080 | expect "$nat"
run -l 8080 | expect "$nat"
run -b 8080 | expect "$nat"
run 127.0.0.1:8080 | expect "$nat"
run 8079-8080 | expect "$nat"
run --published -l 8080-8081 | grep -c LISTEN | expect 2
run --state=NAT | expect "$nat"
run --backend=proc 8080 | expect "$nat"
prt-scan -H -o container,service,uid,inode,rx_queue,v6only 8080 |
	expect "docker/web	http-alt	-	-	-	-"
# only where nothing is found at that port, and nobody's own
prt-scan | is_not grep -q NAT
run 1-65535 | is_not grep -q NAT
run --state=LISTEN 8080 | is_not grep .
run -u 8080 | is_not grep .
run --pid=1 8080 | is_not grep .
run -4 8080 | is_not grep .
run -4 --published 8080 | expect "$nat"
run -6 --published 8080 | is_not grep .
# certainly free is what nothing is known to keep from being reached
prt-scan -q -b 8080
is_not prt-scan -q -b 8082
# another network namespace has others
is_not unshare -n prt-scan -q 8080
prt-scan -H -N -o netns,state 8080 | expect "-	NAT"
# what one of two scans did not look for is no news
prt-scan >after
prt-diff before after -o change,state | grep -v '^#' | sort | uniq -c |
	awk '{ print $1, $2, $3 }' | expect "2 gone LISTEN"
prt-scan --published >after-all
prt-diff before-all after-all -H -o change,state | sort | expect "\
changed	NAT
gone	LISTEN"
prt-diff before after-all -H -o change,state | sort -u | expect "gone	LISTEN"
prt-scan | prt-diff after-all - >out
is_not grep -v '^#' out
grep -c '^##prt .* published=all ' after-all | expect 1
is_not grep '^##prt .* published=' after
# what a daemon that was killed has left is not believed
docker kill web >/dev/null
kill -9 $dockerd
wait $dockerd || :
trap - EXIT
file=/var/lib/docker/containers/$container/config.v2.json
sed -i 's/"Running":false/"Running":true/; s/"Pid":0/"Pid":1/' $file
grep -q '"Running":true,.*"Pid":1,' $file
is_not prt-scan -q 8080
END
}

@test "conmon: Podman's of root, and what CNI was asked for" {
	requires podman runc conmon busybox
	machine <<'END'
run_podman web -p 8080:80 -p 127.0.0.1:5353:53/udp
prt-scan -H -o $cols | expect "\
tcp	LISTEN	0.0.0.0	8080	conmon	-	10.88.0.2:80	podman/web
udp	UNCONN	127.0.0.1	5353	conmon	-	10.88.0.2:53	podman/web"
# a map of which nothing is left that runs, as after a boot
own=/run/containers/storage/vfs-containers/$container
mv $own /run/else
prt-scan -H -o target_container 8080 | expect podman/web
kill -9 $(prt-scan -H -o pid 8080)
await is_not prt-scan -q --state=LISTEN 8080
is_not prt-scan -q 8080
mv /run/else $own
prt-scan -H -o $cols 8080 | expect "\
tcp	NAT	0.0.0.0	8080	-	podman/web	10.88.0.2:80	podman/web"
END
}

@test "conmon: of a pod that of its infra container" {
	requires podman runc conmon busybox catatonit
	machine <<'END'
run_podman web
podman_do pod create --name shop -p 9090:90 >/dev/null ||
	leave 'podman makes no pods here'
trap 'podman_do rm -f -t 0 web >/dev/null
	podman_do pod rm -f -t 0 shop >/dev/null' EXIT
podman_do run -d --pod shop --name db "${limits[@]}" --rootfs "$PWD/rootfs" \
	/bin/busybox sleep 60 >/dev/null
infra=$(podman_do pod inspect -f '{{.InfraContainerID}}' shop)
prt-scan -H -o process,target_container 9090 |
	expect "conmon	podman/$(podman_do inspect -f '{{.Name}}' $infra)"
prt-scan -H -o target 9090 | grep -x '10[.]88[.]0[.][0-9]*:90'
END
}

@test "docker, rootless: rootlesskit, and docker-proxy inside" {
	requires dockerd docker rootlesskit slirp4netns newuidmap busybox strace
	open_folders "$PWD"
	machine <<'END'
script=$(find /usr/share/docker.io /usr/bin -name dockerd-rootless.sh | head -n 1)
[ -n "$script" ] || leave 'needs dockerd-rootless.sh'
install -m 755 "$script" rootless
make_rootfs
user=1234567
install -d -o $user home
{ cat /etc/passwd; echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"; } >passwd
echo prt-t:2000000:65536 >subuid
touch /etc/subuid /etc/subgid
mount --bind passwd /etc/passwd
mount --bind subuid /etc/subuid
mount --bind subuid /etc/subgid
mknod -m 666 tun c 10 200 || leave 'needs mknod'
mount --bind tun /dev/net/tun || leave 'needs tun(4)'
install -d -m 700 -o $user /run/user /run/user/$user
chmod 755 /run/user
as_user() {
	setpriv --reuid=$user --regid=$user --clear-groups env -i \
	    "HOME=$PWD/home" "XDG_RUNTIME_DIR=/run/user/$user" \
	    "DOCKER_HOST=unix:///run/user/$user/docker.sock" \
	    PATH=/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin "$@"
}
as_user ./rootless --iptables=false --storage-driver=vfs >log 2>&1 &
for _ in {1..100}; do
	as_user docker info >/dev/null 2>&1 && break
	sleep 0.1
done
tar -C rootfs -c . | as_user docker import - bb:1 >/dev/null ||
	leave 'rootless Docker does not run here'
as_user docker run -d --name web -p 8080:80 -p 127.0.0.1:8081:81 \
	"${limits[@]:0:2}" bb:1 /bin/busybox sleep 60 >/dev/null
prt-scan -H -o local_addr,local_port,process,target,target_container \
	8080-8081 | expect "\
0.0.0.0	8080	rootlesskit	172.17.0.2:80	docker/web
::	8080	rootlesskit	172.17.0.2:80	docker/web
127.0.0.1	8081	rootlesskit	172.17.0.2:81	docker/web"
prt-scan -N -H -o process,target,target_container 127.0.0.1:8081 | sort -u |
	grep -v rootlesskit | expect "docker-proxy	172.17.0.2:81	docker/web"
# the same for the user himself; root's files are not his to write
as_user /proc/self/fd/9 -H -o target_container 8081 9<"$(command -v prt-scan)" |
	expect docker/web
# where they have no name, root asks nobody for it
file=$(echo home/.local/share/docker/containers/*/config.v2.json)
id=${file%/*}
id=${id##*/}
as_user sed -i 's|"Name":"/web"|"Name":"/a b"|' "$file"
strace -f -qq -o trace -e trace=%file,connect prt-scan -H \
	-o target,target_container 8081 | expect "172.17.0.2:81	docker/${id:0:12}"
grep -q config[.]v2[.]json trace
is_not grep -F docker.sock trace
chown 0 home/.local/share/docker/containers/*/config.v2.json
prt-scan -H -o target,target_container 8081 | expect "-	-"
END
}

# Programs that are not installed are played by a copy of Python that has the
# program's name, in a folder, and opens the ports.
machine_of_fakes()
{
	{
		cat <<'END'
# is_apart PID: it has a network namespace of its own by now.
is_apart() {
	[ "$(readlink /proc/$1/ns/net)" != "$(readlink /proc/self/ns/net)" ]
}
# container CGROUP: sets $pid, a process with a network namespace of its own that
# is in that control group.
container() {
	unshare -n sleep 60 &
	pid=$!
	await is_apart $pid
	echo "0::$1" >"cgroup.$pid"
	mount --bind "cgroup.$pid" "/proc/$pid/cgroup"
}
# plant FILE: makes that program.
plant() {
	mkdir -p "${1%/*}"
	cp "$python" "$1"
}
cat >listen.py <<'PY'
import ctypes, os, socket, sys, time
libc = ctypes.CDLL(None)
s = []
for end in os.environ["LISTEN"].split():
    proto, addr, port = end.split("/")
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    s.append(socket.socket(family, socket.SOCK_STREAM if proto == "tcp" else
        socket.SOCK_DGRAM))
    s[-1].bind((addr, int(port)))
    if proto == "tcp":
        s[-1].listen()
name = os.path.basename(os.readlink("/proc/self/exe"))
libc.prctl(15, os.environ.get("COMM", name).encode(), 0, 0, 0)
if "FORK" in os.environ:
    os.fork()
if "SETUID" in os.environ:
    os.setuid(int(os.environ["SETUID"]))
if "NETNS" in os.environ:
    libc.setns(os.open("/proc/%s/ns/net" % os.environ["NETNS"], os.O_RDONLY),
        0x40000000)
open("ready/%d" % os.getpid(), "w")
time.sleep(60)
PY
cp listen.py forkproxy
mkdir -m 777 ready
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
PYTHONHOME=$(python3 -c 'import sys; print(sys.prefix)')
export PYTHONHOME python
# play NAME PROGRAM ARG...
play() {
	local -a name=(-a "$1")
	(exec "${name[@]}" "${@:2}") &
	await is_ready $!
}
# is_ready PID: its ports are open; if it has ended, nobody waits.
is_ready() {
	kill -0 $1 || exit 1
	[ -e "ready/$1" ]
}
END
		cat
	} | machine
}

@test "forkproxy: Incus's and LXD's, in the container's namespace" {
	requires python3
	machine_of_fakes <<'END'
plant /run/bin/incusd
plant /run/bin/lxd
container /lxc.payload.c1
export NETNS=$pid
LISTEN='tcp/0.0.0.0/8080 tcp/0.0.0.0/8082' play incusd /run/bin/incusd \
	forkproxy -- 1 3 tcp:0.0.0.0:8080,8082 $pid 4 tcp:127.0.0.1:80-81 log pid
LISTEN='udp/::/53' play incusd /run/bin/incusd \
	forkproxy 1 3 udp:[::]:53 $pid 4 'udp:[fd00::2]:5353' log pid
LISTEN='tcp/0.0.0.0/9000 tcp/0.0.0.0/9001' play lxd /run/bin/lxd \
	forkproxy -- 1 3 tcp:0.0.0.0:9000-9001 $pid 4 tcp:127.0.0.1:90 log pid
# one that is bound in the container, for the host
unset NETNS
LISTEN='tcp/0.0.0.0/9003' play incusd /run/bin/incusd \
	forkproxy -- 1 3 tcp:0.0.0.0:9003 $pid 4 unix:/run/x log pid
prt-scan -H -o local_port,process,target,target_container | expect "\
8080	incusd	127.0.0.1:80	lxc/c1
8082	incusd	127.0.0.1:81	lxc/c1
9000	lxd	127.0.0.1:90	lxc/c1
9001	lxd	127.0.0.1:90	lxc/c1
9003	incusd	-	-
53	incusd	[fd00::2]:5353	lxc/c1"
END
}

@test "a process is what it says only if it runs root's program" {
	requires python3
	open_folders "$PWD"
	machine_of_fakes <<'END'
args=(listen.py -proto tcp -host-ip 0.0.0.0 -container-ip 10.0.0.2
	-container-port 80 -host-port)
port=8080
# try: another port, by a process as it is set up.
try() {
	port=$((port + 1))
	LISTEN=tcp/0.0.0.0/$port play docker-proxy "${1-$program}" \
		"${args[@]}" $port
}
program=/run/bin/docker-proxy
plant $program
try
# another program that calls itself so; one that others can write; one of a user
# whose arguments name a container; one in other mounts
COMM=docker-proxy try "$python"
plant "$PWD/open/docker-proxy"
chmod 777 open
try "$PWD/open/docker-proxy"
plant "$PWD/his/docker-proxy"
chown 1234 his
try "$PWD/his/docker-proxy"
SETUID=1234 try
export program args port
unshare -m bash -ec "$(declare -f play is_ready await)
	mount -t tmpfs tmpfs /run
	mkdir /run/bin
	cp $python /run/bin/docker-proxy
	LISTEN=tcp/0.0.0.0/9000 play docker-proxy /run/bin/docker-proxy \
		${args[*]} 9000
	sleep 60" &
is_playing() {
	[ "$(prt-scan -H -o process 9000)" = docker-proxy ]
}
await is_playing
prt-scan -H -o local_port,process,target | expect "\
8081	docker-proxy	10.0.0.2:80
8082	docker-proxy	-
8083	docker-proxy	-
8084	docker-proxy	-
8085	docker-proxy	-
9000	docker-proxy	-"
# it was replaced since
rm /run/bin/docker-proxy
plant /run/bin/docker-proxy
prt-scan -H -o exe,target 8081 | expect \
	'/run/bin/docker-proxy (replaced)	10.0.0.2:80'
END
}

@test "NAT: CNI's results: nerdctl, Kubernetes by containerd and by cri-o" {
	machine <<'END'
cni 1 '{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":""}' \
	'{"address":"10.4.0.7/24","gateway":"10.4.0.1"},{"address":"fd00::7/64"}'
fixture $tasks/default/$(id 1)/config.json <<<'{"annotations":{"nerdctl/name":"web"}}'
cni 2 '{"hostPort":53,"containerPort":5353,"protocol":"UDP","hostIP":"192.0.2.1"}' \
	'{"address":"10.4.0.8/24"}'
fixture $tasks/k8s.io/$(id 2)/config.json <<<'{"annotations":{
	"io.kubernetes.cri.sandbox-name":"dns-0",
	"io.kubernetes.cri.sandbox-namespace":"kube-system"}}'
cni 3 '{"hostPort":9000,"containerPort":9001,"protocol":"sctp","hostIP":"::"}' \
	'{"address":"fd00::9/64"}'
fixture /run/containers/storage/overlay-containers/$(id 3)/userdata/config.json \
	<<<'{"annotations":{"io.container.manager":"cri-o",
	"io.kubernetes.pod.name":"web-0","io.kubernetes.pod.namespace":"shop"}}'
# of no runtime, or none that runs
cni 4 '{"hostPort":9004,"containerPort":80,"protocol":"tcp"}' \
	'{"address":"10.4.0.9/24"}'
all | expect "\
tcp	NAT	0.0.0.0	8080	-	containerd/web	10.4.0.7:80	containerd/web
tcp	NAT	::	8080	-	containerd/web	[fd00::7]:80	containerd/web
udp	NAT	192.0.2.1	53	-	cri/kube-system/dns-0	10.4.0.8:5353	cri/kube-system/dns-0
sctp	NAT	::	9000	-	cri/shop/web-0	[fd00::9]:9001	cri/shop/web-0"
all -4 | grep -c . | expect 2
all -t '[::]:8080' | expect "\
tcp	NAT	::	8080	-	containerd/web	[fd00::7]:80	containerd/web"
prt-scan -H -o state,local_addr 53 | expect "NAT	192.0.2.1"
# another user's file is not read
chown 1 /var/lib/cni/results/net-$(id 1)-eth0
all | grep -c . | expect 2
END
}

@test "NAT: Docker's files, also of a snap" {
	requires python3
	machine_of_fakes <<'END'
container /system.slice/docker-$(id 6).scope
# config FOLDER PID: says that it runs, as that process.
config() {
	fixture $1/containers/$(id 6)/config.v2.json <<<'{"ID":"'$(id 6)'",
	"Name":"/web","State":{"Running":true,"Pid":'$2'},"NetworkSettings":{
	"Ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}],"81/tcp":null},
	"Networks":{"bridge":{"IPAddress":"172.17.0.2"}}}}'
}
for folder in /var/lib/docker /var/snap/docker/common/var-lib-docker; do
	config $folder $pid
	all | expect "\
tcp	NAT	0.0.0.0	8080	-	docker/web	172.17.0.2:80	docker/web"
	prt-scan -H -o container_id,pod 8080 | expect "$(id 6)	-"
	# a process that is not in it
	config $folder $$
	all | expect ''
	rm -r $folder/containers
done
END
}

@test "NAT: netavark's state, ranges too" {
	machine <<'END'
dir=/run/containers/networks/firewall
fixture $dir/firewall-driver <<<nftables
fixture $dir/ports/net_$(id 5) <<<'{"container_id":"'$(id 5)'","port_mappings":[
	{"container_port":80,"host_ip":"","host_port":8080,"protocol":"tcp","range":3},
	{"container_port":53,"host_ip":"127.0.0.1","host_port":53,"protocol":"udp",
	"range":1}],"network_name":"podman","network_hash_name":"1d8721804f16f",
	"container_ip_v4":"10.88.0.5","subnet_v4":"10.88.0.0/16",
	"container_ip_v6":null,"subnet_v6":null,"dns_port":53,"dns_server_ips":[]}'
fixture /var/lib/containers/storage/overlay-containers/containers.json \
	<<<'[{"id":"'$(id 5)'","names":["web"]}]'
all | expect "\
tcp	NAT	0.0.0.0	8080	-	podman/web	10.88.0.5:80	podman/web
tcp	NAT	0.0.0.0	8081	-	podman/web	10.88.0.5:81	podman/web
tcp	NAT	0.0.0.0	8082	-	podman/web	10.88.0.5:82	podman/web
udp	NAT	127.0.0.1	53	-	podman/web	10.88.0.5:53	podman/web"
END
}

@test "NAT: hostile files: no crash, no byte raw, no more than two seconds" {
	requires python3
	machine <<'END'
dir=/run/containers/networks/firewall/ports
mkdir -p $dir
SECONDS=0
map='"host_ip":"","host_port":8080,"container_port":80,"protocol":"tcp"'
n=0
for text in '' '{' '[]' null '{"container_id":"a"}' \
    "{\"container_id\":\"../x\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{$map}]}" \
    "{\"container_id\":\"a/b\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{$map}]}" \
    "{\"container_id\":\"\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{$map}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.999\",\"port_mappings\":[{$map}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":{$map}}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{${map/8080/80800}}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{${map/8080/-1}}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{${map/:80,/:0,}}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{${map/tcp/icmp}}]}" \
    "{\"container_id\":\"a\",\"container_ip_v4\":\"10.0.0.1\",\"port_mappings\":[{${map/\"\"/\"x\"}}]}"
do
	echo "$text" >$dir/$((n += 1))
done
mkfifo $dir/fifo
mkdir $dir/folder
ln -s /etc/passwd $dir/link
all | expect ''
{
	printf '{"container_id":"a\e[2J\tb","container_ip_v4":"10.0.0.1","port_mappings":'
	printf '[{"host_ip":"","host_port":65534,"container_port":65533,'
	printf '"protocol":"tcp","range":65535}]}'
} >$dir/range
all | cat -A | expect "\
tcp^INAT^I0.0.0.0^I65534^I-^Ipodman/a\\x1b[2J\\tb^I10.0.0.1:65533^Ipodman/a\\x1b[2J\\tb\$
tcp^INAT^I0.0.0.0^I65535^I-^Ipodman/a\\x1b[2J\\tb^I10.0.0.1:65534^Ipodman/a\\x1b[2J\\tb\$"
# as many as there can be
python3 - $dir <<'PY'
import sys
for n in range(40):
    with open("%s/many%d" % (sys.argv[1], n), "w") as f:
        f.write('{"container_id":"%064d","container_ip_v4":"10.0.0.1",'
            '"port_mappings":[%s]}' % (n, ",".join(['{"host_ip":"","host_port":1,'
            '"container_port":1,"protocol":"tcp","range":65535}'] * 4)))
PY
[ $SECONDS -lt 20 ]
timeout 30 prt-scan -H --published -o local_port 9000 | sort -u | expect 9000
END
}

@test "nothing is read of runtimes that no column, option or operand needs" {
	requires python3 strace
	machine_of_fakes <<'END'
LISTEN='tcp/0.0.0.0/8080 udp/127.0.0.1/53' play listen "$python" listen.py
mkdir -p /var/lib/docker/containers /var/lib/cni/results
# one record a socket, as without it, if no field of the process is asked for
FORK=1 LISTEN=tcp/0.0.0.0/8081 play listen "$python" listen.py
prt-scan -H --published -o local_port 8081 | expect 8081
prt-scan -H --published -o local_port,process 8081 | grep -c . | expect 2
# asks ARG...: how many of the runtimes' files and sockets that opens.
asks() {
	strace -f -qq -o trace -e trace=%file,connect prt-scan "$@" >/dev/null ||
		:
	grep -cE '/var/lib/|/run/|docker[.]sock' trace || :
}
asks | expect 0
asks 8080 | expect 0
asks -q -b 53 8080 | expect 0
asks -o +target,target_container | expect 0
asks --pid=$! 9000 | expect 0
asks -t --state=LISTEN 9000 | expect 0
asks 127.0.0.1 | expect 0
asks 9000 | grep -c '^[1-9]' | expect 1
asks --published | grep -c '^[1-9]' | expect 1
# nothing is run, and no daemon is asked whose files are there
is_not grep -E 'docker[.]sock|execve.*podman' trace
# of root's runtimes nothing for a user, whatever program of root's he runs
plant /run/bin/docker-proxy
SETUID=1234 LISTEN=tcp/0.0.0.0/8082 play docker-proxy /run/bin/docker-proxy \
	listen.py -host-port 8082 -container-ip 10.0.0.2 -container-port 80
asks -o +target >/dev/null
is_not grep /var/lib/docker/containers trace
LISTEN=tcp/0.0.0.0/8083 play docker-proxy /run/bin/docker-proxy \
	listen.py -host-port 8083 -container-ip 10.0.0.2 -container-port 80
asks -o +target >/dev/null
grep -q /var/lib/docker/containers trace
END
}

@test "--published: what it does not go with" {
	run -2 prt-scan --published --proc=/proc
	[ "$output" = 'prt-scan: --proc: --published does not go with it' ]
	run -2 prt-scan --published --backend=lsof
	[ "$output" = 'prt-scan: --published: the backend lsof cannot tell that' ]
	run -2 prt-scan --published --from=lsof
	run -2 prt-scan --published -I
}
