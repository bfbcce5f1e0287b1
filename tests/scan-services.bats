#!/usr/bin/env bats
# Names of ports: the user's file, the built-in table, /etc/services.

# shellcheck disable=SC2154,SC2016
load helpers
load proc-tree

setup()
{
	tree_make
	tree_socket 22 1
	tree_socket 20001 2
	file=$BATS_TEST_TMPDIR/services
}

# names ARG...: the ports and their names.
names()
{
	run -0 scan_tree local_port,service "$@"
}

@test "the built-in table" {
	names
	assert_output_is "22	ssh
20001	-"
}

@test "--services: the file comes first" {
	printf '%s\n' '# mine' 'shell 22/tcp login' '' 'app 20001/tcp # x' \
		'app 20001/udp' >"$file"
	names --services="$file"
	assert_output_is "22	shell
20001	app"
}

@test "the user's own file, below XDG_CONFIG_HOME or HOME/.config" {
	mkdir -p "$XDG_CONFIG_HOME/prt" "$HOME/.config/prt"
	echo 'app 20001/tcp' >"$XDG_CONFIG_HOME/prt/services"
	echo 'home 20001/tcp' >"$HOME/.config/prt/services"
	names
	assert_output_is "22	ssh
20001	app"
	unset XDG_CONFIG_HOME
	names
	assert_output_is "22	ssh
20001	home"
	unset HOME
	names
	assert_output_is "22	ssh
20001	-"
}

@test "/etc/services: what the table does not have" {
	requires root
	in_etc() {
		unshare -m bash -c 'mount --bind "$1" /etc/services || exit 77
			prt-scan --proc="$2" -H -o local_port,service "${@:3}"' \
			bash "$file" "$tree" "$@"
	}
	printf '%s\n' 'etc-ssh 22/tcp' 'etc-app 20001/tcp' >"$file"
	[ -e /etc/services ] || skip 'needs an /etc/services to mount over'
	run -0 in_etc
	assert_output_is "22	ssh
20001	etc-app"
	# both names find the port
	run -0 in_etc etc-ssh
	assert_output_is "22	ssh"
	run -0 in_etc ssh
	assert_output_is "22	ssh"
}

@test "a name as operand, its aliases too" {
	echo 'app 20001/tcp alias' >"$file"
	names --services="$file" app
	assert_output_is "20001	app"
	names --services="$file" alias
	assert_output_is "20001	app"
	run -2 scan_tree local_port app
}

@test "the name of a port goes by the protocol" {
	printf '%s\n' 'app 20001/udp' >"$file"
	names --services="$file"
	assert_output_is "22	ssh
20001	-"
}

@test "a hostile file: lines that are none are passed over" {
	printf 'a\0b 22/tcp\nx\e[2J 20001/tcp\nq 99999/tcp\nr 1/sctp\n\n\tz\n%s' \
		'cut 20001/t' >"$file"
	names --services="$file"
	assert_output_is '22	a\x00b
20001	x\x1b[2J'
}

@test "a file that cannot be read is trouble, if it was named" {
	run -2 prt-scan --services=/nonexistent
	[ "$output" = "prt-scan: /nonexistent: No such file or directory" ]
	run -2 prt-scan --services="$BATS_TEST_TMPDIR"
	[ "$output" = "prt-scan: $BATS_TEST_TMPDIR: Is a directory" ]
}
