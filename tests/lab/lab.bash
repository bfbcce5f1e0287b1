# shellcheck shell=bash disable=SC2034 # LAB_SENTENCE is run's
# The parts of scenarios.
#
# A scenario is declared as `attack NAME FLAGS SENTENCE' or `peace NAME
# SENTENCE', and is the function run-NAME.  It starts processes, waits until a
# scan shows them, and returns; then the machine is scanned once, and the flags
# must be exactly FLAGS (with blanks between them).
#
# Each has a machine of its own: network, process table (init is not a shell)
# and the folders that change, so that nothing is left behind.  The machine is
# 10.0.0.2, to the world 203.0.113.2; at the other end of its cable is the peer:
# 10.0.0.1, 203.0.113.1, 198.51.100.1 and 2001:db8::1.
# `lab' is a login account, 1500.

LAB_SCENARIOS=()
declare -A LAB_FLAGS LAB_SENTENCE

attack()
{
	LAB_SCENARIOS+=("$1")
	LAB_FLAGS[$1]=$2
	LAB_SENTENCE[$1]=$3
}

peace()
{
	attack "$1" '' "$2"
}

LAB=/srv/lab
LOG=$LAB/log
NET=$LAB/lib/net.py

# A scenario may change these: how the machine is scanned and judged.
SCAN=() FLAG=()

# need FILE...: skips the scenario if one is missing.
need()
{
	local what

	for what; do
		command -v "$what" >/dev/null || [ -e "$what" ] ||
			lab_skip "needs $what"
	done
}

lab_skip()
{
	echo "skip: $*"
	exit 77
}

lab_fail()
{
	echo "fail: $*"
	{
		prt-scan "${SCAN[@]}" | prt-flag -X "${FLAG[@]}" -F table -w
		tail -n 20 "$LOG"
	} >&2
	exit 1
}

# bg CMD...: runs it in the background, on the machine, as root.
bg()
{
	"$@" </dev/null >>"$LOG" 2>&1 &
}

# as USER CMD...: the same as that user.
as()
{
	bg setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups \
		--reset-env -- "${@:2}"
}

# peer CMD...: runs it at the other end of the cable.
peer()
{
	bg nsenter --net=/run/netns/peer -- "$@"
}

# hold PORT...: the peer accepts connections there.
hold()
{
	peer $NET hold "$@"
	until [ -e $LAB/held ]; do sleep 0.01; done
}

# await CONDITION...: until a scan shows a record that these conditions of
# prt-rules(5) match; the scenario fails if that takes too long.
await()
{
	local end=$((SECONDS + 15)) prt_rule="flag prt-lab-await $*"

	until prt-scan "${SCAN[@]}" |
	    prt-flag -X -H -s -o flags -e "$prt_rule" | grep -q prt-lab-await; do
		[ $SECONDS -lt $end ] || lab_fail "never came: $*"
		sleep 0.02
	done
}

# count N CONDITION...: at least N records match.
count()
{
	local n

	n=$(prt-scan | prt-flag -X -H -s -o flags \
	    -e "flag prt-lab-count ${*:2}" | grep -c prt-lab-count)
	[ "$n" -ge "$1" ] || lab_fail "$n of $1: ${*:2}"
}

# The cgroups that a container with this id may be in; run sets the id.
lab_cgroups()
{
	printf '%s\n' /sys/fs/cgroup/{systemd/,unified/,}"docker-$LAB_ID.scope"
}

# A scenario whose command is missing must not pass as peace.
command_not_found_handle()
{
	echo "$1: not found" | tee -a $LOG >$LAB/broken
	return 127
}

# Sets LAB_CGROUP to a cgroup like docker's.
lab_cgroup()
{
	for LAB_CGROUP in $(lab_cgroups); do
		mkdir "$LAB_CGROUP" 2>/dev/null &&
			[ -e "$LAB_CGROUP/cgroup.procs" ] && return
	done
	lab_skip 'needs a cgroup'
}

# lab_container COMMANDS: bash runs them in a network namespace, 10.1.0.2, and a
# cgroup like docker's; a bridge joins it to the machine.
lab_container()
{
	lab_cgroup
	ip link add docker0 type bridge
	ip addr add 10.1.0.1/24 dev docker0
	ip link set docker0 up
	echo 1 >/proc/sys/net/ipv4/ip_forward
	bg unshare -n bash -c "echo \$\$ >$LAB_CGROUP/cgroup.procs
		: >$LAB/container
		until grep -q eth0 /proc/net/dev; do sleep 0.01; done
		ip link set lo up; ip addr add 10.1.0.2/24 dev eth0
		ip link set eth0 up; ip route add default via 10.1.0.1
		$1"
	until [ -e $LAB/container ]; do sleep 0.01; done
	ip link add veth1 type veth peer name eth0 netns $!
	ip link set veth1 master docker0 up
	ip -n peer route add 10.1.0.0/24 via 10.0.0.2
}

# Its processes may take a moment to end.
lab_cgroups_end()
{
	local dir tries

	for dir in $(lab_cgroups); do
		for ((tries = 0; tries < 100; tries++)); do
			[ -d "$dir" ] && ! rmdir "$dir" 2>/dev/null || break
			sleep 0.02
		done
	done
}

# before: makes the scan with which prt-diff compares.
before()
{
	prt-scan >$LAB/before
}

# copy PROGRAM PATH: the program under another name.
copy()
{
	mkdir -p "$(dirname "$2")"
	cp "$(command -v "$1")" "$2"
}

# script PATH <TEXT
script()
{
	mkdir -p "$(dirname "$1")"
	cat >"$1"
	chmod 755 "$1"
}

# Makes the private folders; the build and this folder stay within reach.
lab_folders()
{
	local here=$1 build=$2 dir

	mount -t tmpfs -o mode=755 lab /run
	mount -t tmpfs -o mode=755 lab /srv
	mkdir -p $LAB/bin $LAB/lib /run/sshd /run/lock
	mount --bind "$build" $LAB/bin
	mount --bind "$here" $LAB/lib
	for dir in /tmp /var/tmp /dev/shm; do
		mount -t tmpfs -o mode=1777 lab $dir
	done
	for dir in /home /opt; do
		mount -t tmpfs -o mode=755 lab $dir
	done
	: >$LOG
	chmod 666 $LOG
	cd /
}

# Only in this mount namespace.
lab_accounts()
{
	local file

	for file in passwd group shadow; do
		grep -v '^lab:' /etc/$file >$LAB/$file
	done
	echo 'lab:x:1500:1500::/home/lab:/bin/bash' >>$LAB/passwd
	echo 'lab:x:1500:' >>$LAB/group
	echo 'lab:*:19000::::::' >>$LAB/shadow
	chmod 600 $LAB/shadow
	for file in passwd group shadow; do
		mount --bind $LAB/$file /etc/$file
	done
	install -d -o 1500 -g 1500 /home/lab
}

lab_cable()
{
	ip link set lo up
	ip netns add peer
	ip link add eth0 type veth peer name eth0 netns peer
	ip addr add 10.0.0.2/24 dev eth0
	ip addr add 203.0.113.2/24 dev eth0
	ip addr add 2001:db8::2/64 dev eth0 nodad
	ip link set eth0 up
	ip route add 198.51.100.0/24 via 203.0.113.1
	ip -n peer -b - <<-'EOF'
		link set lo up
		addr add 10.0.0.1/24 dev eth0
		addr add 203.0.113.1/24 dev eth0
		addr add 198.51.100.1/32 dev lo
		addr add 2001:db8::1/64 dev eth0 nodad
		link set eth0 up
	EOF
}

lab_scan()
{
	if [ -e $LAB/before ]; then
		prt-scan "${SCAN[@]}" | prt-diff -a $LAB/before
	else
		prt-scan "${SCAN[@]}"
	fi
}

# One word for each flag, each once.
lab_flags()
{
	lab_scan | prt-flag -X -s -H -o flags "${FLAG[@]}" | tr , '\n' |
	    sort -u | xargs
}

# lab_inside HERE BUILD NAME: prints one line: the flags; or skip: or fail: and
# the reason.
lab_inside()
{
	set -o pipefail
	lab_folders "$1" "$2" && lab_accounts && lab_cable ||
	    lab_fail 'no machine could be made'
	PATH=$LAB/bin:/usr/sbin:/usr/bin:/sbin:/bin
	"run-$3"
	[ ! -e $LAB/broken ] || lab_fail "$(cat $LAB/broken)"
	lab_flags >$LAB/flags || lab_fail 'a program failed'
	cat $LAB/flags
	if [ "$(cat $LAB/flags)" != "${LAB_FLAGS[$3]}" ]; then
		lab_scan | prt-flag -X "${FLAG[@]}" -F table -w >&2
		exit 1
	fi
}
