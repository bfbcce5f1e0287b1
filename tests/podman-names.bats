#!/usr/bin/env bats
# Names of containers, from Podman's files, and from podman ps.
# shellcheck disable=SC2154

load helpers
load container-names

# podmans_file NAME: a containers.json.
podmans_file() {
	echo "[{\"id\":\"$id\",\"names\":[\"$1\"]}]"
}

@test "podman: its own file, of each driver" {
	for driver in overlay vfs; do
		rm -rf c
		mkdir -p c/$driver-containers
		podmans_file db >c/$driver-containers/containers.json
		run -0 scan "$libpod" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = podman/db ]
	done
}

@test "podman: what runs with --rm, of each driver, and of a transient store" {
	fake podman <<<"touch '$PWD/log'"
	for driver in overlay vfs; do
		for place in /var/lib /run; do
			rm -rf c
			mkdir -p c/$driver-containers
			echo '[]' >c/$driver-containers/containers.json
			podmans_file db \
			    >c/$driver-containers/volatile-containers.json
			run -0 scan "$libpod" "$PWD/c" \
			    $place/containers/storage
			[ "$output" = podman/db ]
		done
	done
	[ ! -e log ]
}

@test "podman: Quadlet's, root's and a user's" {
	mkdir -p c/overlay-containers
	podmans_file systemd-web >c/overlay-containers/volatile-containers.json
	run -0 scan "/system.slice/web.service/libpod-payload-$id" "$PWD/c" \
	    /var/lib/containers/storage
	[ "$output" = podman/systemd-web ]
	start_user
	podmans_file systemd-web >$files/volatile-containers.json
	chown -R $user home
	rootless=/user.slice/user-$user.slice/user@$user.service/app.slice
	# a user in the container, whose uid outside belongs to nobody
	user=1334567
	listen $user
	place "$listener" "$rootless/web.service/libpod-payload-$id"
	run -0 scan_all -o container,container_id "$port"
	[ "$output" = "podman/systemd-web	$id" ]
}

# start_user [N]: a user of the test's own listens, with N children.
start_user() {
	user=1234567
	listen $user "${1-0}"
	{
		cat /etc/passwd
		echo "prt-t:x:$user:$user::$PWD/home:/bin/sh"
	} >passwd
	show "$PWD/passwd" /etc/passwd
	files=home/.local/share/containers/storage/overlay-containers
	mkdir -p $files
}

@test "podman: a user's own file names the containers of his processes" {
	start_user
	rootless=/user.slice/user-$user.slice/user@$user.service/user.slice
	podmans_file db >$files/containers.json
	chown -R $user home
	place "$listener" "$rootless/libpod-$id.scope"
	run -0 scan_all -o container "$port"
	[ "$output" = podman/db ]
	# he cannot name root's containers, nor can another user name his
	chown 0 $files/containers.json
	run -0 scan_all -o container "$port"
	[ "$output" = "podman/$short" ]
	chown $user $files/containers.json
	listen 0
	place "$listener" "$libpod"
	run -0 scan_all -o container "$port"
	[ "$output" = "podman/$short" ]
}

@test "podman: a user has a file for each of his containers, one beside root" {
	roots=$listener roots_port=$port
	start_user 1
	rootless=/user.slice/user-$user.slice/user@$user.service/user.slice
	podmans_file db >$files/containers.json
	chown -R $user home
	place "${holders[0]}" "$rootless/libpod-$(printf %064d 1).scope"
	place "$roots" "$rootless/libpod-$id.scope"
	place "$listener" "$rootless/libpod-$id.scope"
	run -0 scan_all -o pid,container "$port" "$roots_port"
	[ "$(sort <<<"$output")" = "$(sort <<-END
		${holders[0]}	podman/000000000000
		$listener	podman/db
		$roots	podman/db
	END
	)" ]
}

# Without a limit, this takes a minute.
@test "podman: a user's huge files cost no more than the time there is" {
	start_user 150
	{ printf '['; yes '{"a":[]},' | head -n 800000; echo '{}]'; } \
	    >$files/containers.json
	for driver in vfs btrfs zfs; do
		cp -lr $files "${files%/*}/$driver-containers"
	done
	chown -R $user home
	for pid in "${holders[@]}"; do
		place "$pid" "/machine.slice/libpod-$(printf %064d "$pid").scope"
	done
	SECONDS=0
	run -0 scan_all -o container "$port"
	[ "${#lines[@]}" -eq 151 ]
	[ "$(sort -u <<<"$output")" = podman/000000000000 ]
	[ "$SECONDS" -lt 20 ]
}

@test "podman: a link, a pipe and another's file are not read" {
	file=c/overlay-containers/containers.json
	mkdir -p c/overlay-containers
	podmans_file db >real
	for make in "ln -s $PWD/real" mkfifo "install -o 65534 real"; do
		rm -f $file
		$make $file
		run -0 scan "$libpod" "$PWD/c" \
		    /var/lib/containers/storage
		[ "$output" = "podman/$short" ]
	done
}

# podmans_answer [NAME]: podman ps's output for other containers and this.
podmans_answer() {
	cat <<-END
		[{"Id":"$(printf %064d 7)","Names":["other"],"Pid":1},
		{"AutoRemove":false,"Id":"$id","Names":["${1-db}"],"Pid":2}]
	END
}

@test "podman: asked once, where its files do not have the name" {
	podmans_answer >answer
	fake podman <<-END
		echo "\$*" >>'$PWD/log'
		env | sed '/^PWD=/d; /^_=/d; /^SHLVL=/d; /^OLDPWD=/d' |
		    sort >'$PWD/env'
		readlink /proc/self/fd/0 >'$PWD/input'
		echo 'level=warning' >&2
		cat '$PWD/answer'
	END
	first=$listener
	listen
	place "$first" "/machine.slice/libpod-$(printf %064d 7).scope"
	place "$listener" "$libpod"
	HOME=/nonexistent run -0 --separate-stderr scan_all -U -o pid,container
	[ "$(grep podman/ <<<"$output" | sort)" = "$(sort <<-END
		$first	podman/other
		$listener	podman/db
	END
	)" ]
	[ -z "$stderr" ]
	[ "$(cat log)" = 'ps --format json' ]
	[ "$(cat input)" = /dev/null ]
	grep -qx LC_ALL=C env
	grep -q "^PATH=$BIN:" env
	[ "$(wc -l <"$PWD/env")" -eq 2 ]
}

@test "podman: not asked where a file has the name, nor of others' containers" {
	fake podman <<<"touch '$PWD/log'"
	mkdir -p c/overlay-containers
	podmans_file db >c/overlay-containers/containers.json
	run -0 scan "$libpod" "$PWD/c" /var/lib/containers/storage
	[ "$output" = podman/db ]
	run -0 scan "/docker/$id"
	[ "$output" = "docker/$short" ]
	[ ! -e log ]
	run -0 scan "$libpod"
	[ -e log ]
}

@test "podman: root runs it for no container that a user says to have" {
	podmans_answer >answer
	fake podman <<<"touch '$PWD/log'; cat '$PWD/answer'"
	of=/user.slice/user-1000.slice/user@1000.service/user.slice
	run -0 scan "$of/libpod-$id.scope"
	[ "$output" = "podman/$short" ]
	[ ! -e log ]
	run -0 scan "$libpod"
	[ "$output" = podman/db ]
	[ -e log ]
}

@test "podman: not there, failing, or lying: the id, and no message" {
	podmans_answer >answer
	podmans_answer 'a b' >bad
	head -c 100 /dev/urandom >noise
	head -c 30 answer >short
	{ cat answer; head -c 9000000 /dev/zero | tr '\0' ' '; } >huge
	for script in 'exit 0' "cat '$PWD/answer'; exit 125" \
	    "cat '$PWD/answer'; kill -9 \$\$" "cat '$PWD/bad'" \
	    "cat '$PWD/noise'" "cat '$PWD/short'" "cat '$PWD/huge'" \
	    'echo "[{}]"'; do
		fake podman <<<"$script"
		run -0 --separate-stderr scan "$libpod"
		[ "$output" = "podman/$short" ]
		[ -z "$stderr" ]
	done
	rm "$BIN/podman"
	only=$BIN run -0 --separate-stderr scan "$libpod"
	[ "$output" = "podman/$short" ]
	[ -z "$stderr" ]
}

# left_of GROUP: succeeds if processes of that group are left.
left_of() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '
	{ sub(/.*\) /, "") }
	$1 != "Z" && $3 == group { n++ }
	END { exit !n }'
}

# The sleeps are longer than any scan may take.
@test "podman: silent, endless or undying: two seconds and one message" {
	podmans_answer >answer
	for script in "trap '' TERM HUP INT; sleep 50; sleep 50" \
	    'while :; do echo "[                                        "; done' \
	    "cat '$PWD/answer'; exec >&-; sleep 50" \
	    "cat '$PWD/answer'; sleep 50 & exit 0"; do
		{ echo "echo \$\$ >'$PWD/leader'"; echo "$script"; } | fake podman
		SECONDS=0
		run -0 --separate-stderr scan "$libpod"
		[ "$output" = "podman/$short" ]
		[ "$stderr" = 'prt-scan: podman: no answer in time' ]
		[ "$SECONDS" -lt 20 ]
		leader=$(cat leader)
		while left_of "$leader"; do
			[ "$SECONDS" -lt 30 ]
			sleep 0.1
		done
	done
}

@test "podman: not asked where Docker has used the time up" {
	podmans_answer >answer
	fake podman <<<"touch '$PWD/log'; cat '$PWD/answer'"
	first=$listener
	listen
	place "$first" "/docker/$id"
	place "$listener" "$libpod"
	daemon silent
	run -0 --separate-stderr scan_all -U -o container
	[ "$(grep / <<<"$output" | sort)" = "docker/$short
podman/$short" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[ ! -e log ]
}

@test "podman: root runs none from a folder that others can write" {
	podmans_answer >answer
	fake podman <<<"touch '$PWD/log'; cat '$PWD/answer'"
	run -0 scan "$libpod"
	[ "$output" = podman/db ]
	rm log
	for mode in 777 775; do
		chmod $mode "$BIN"
		run -0 scan "$libpod"
		[ "$output" = "podman/$short" ]
	done
	chmod 755 "$BIN"
	chown 1 "$BIN/podman"
	run -0 scan "$libpod"
	[ "$output" = "podman/$short" ]
	[ ! -e log ]
}
