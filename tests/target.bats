#!/usr/bin/env bats
# Who answers on a published port: real Docker and real Podman.
# shellcheck disable=SC2016,SC2154

load helpers

setup()
{
	requires linux root netns mounts ip
	cd "$BATS_TEST_TMPDIR" || return
}

# machine: runs the script on standard input in a machine of its own.
machine()
{
	local status=0

	{
		echo ". '${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}/tests/machine.bash'"
		cat
	} >script
	unshare -mnpf --mount-proc --kill-child "$BASH" -e script \
		</dev/null 3>&- || status=$?
	[ $status -ne 77 ] || skip "$(cat skip)"
	[ $status -eq 0 ]
}

@test "docker-proxy: by its own arguments, and which container Docker says" {
	requires dockerd docker docker-proxy busybox
	machine <<'END'
start_docker
run_docker web -p 8080:80 -p 127.0.0.1:5353:53/udp
prt-scan -H -o $cols | expect "\
tcp	LISTEN	0.0.0.0	8080	docker-proxy	-	10.97.0.2:80	docker/web
tcp	LISTEN	::	8080	docker-proxy	-	10.97.0.2:80	docker/web
udp	UNCONN	127.0.0.1	5353	docker-proxy	-	10.97.0.2:53	docker/web"
# from the daemon, where its files are elsewhere
mv /var/lib/docker/containers /var/lib/docker/else
prt-scan -H -o target_container 8080 | expect "\
docker/web
docker/web"
DOCKER_HOST=unix:///nonexistent prt-scan -H -o target,target_container 5353 |
	expect "10.97.0.2:53	-"
mv /var/lib/docker/else /var/lib/docker/containers
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
while prt-scan -q --state=LISTEN 8080; do sleep 0.1; done
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
! prt-scan | grep -q NAT
! run 1-65535 | grep -q NAT
! run --state=LISTEN 8080 | grep .
! run -u 8080 | grep .
! run --pid=1 8080 | grep .
! run -4 8080 | grep .
run -4 --published 8080 | expect "$nat"
! run -6 --published 8080 | grep .
# certainly free is what nothing is known to keep from being reached
prt-scan -q -b 8080
! prt-scan -q -b 8082
# another network namespace has others
! unshare -n prt-scan -q 8080
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
! grep -v '^#' out
grep -c '^##prt .* published=all ' after-all | expect 1
! grep '^##prt .* published=' after
# what a daemon that was killed has left is not believed
docker kill web >/dev/null
kill -9 $dockerd
wait $dockerd || :
trap - EXIT
file=/var/lib/docker/containers/$container/config.v2.json
sed -i 's/"Running":false/"Running":true/; s/"Pid":0/"Pid":1/' $file
grep -q '"Running":true,.*"Pid":1,' $file
! prt-scan -q 8080
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
while prt-scan -q --state=LISTEN 8080; do sleep 0.1; done
! prt-scan -q 8080
mv /run/else $own
prt-scan -H -o $cols 8080 | expect "\
tcp	NAT	0.0.0.0	8080	-	podman/web	10.88.0.2:80	podman/web"
END
}
