#!/usr/bin/env bats
# As root: nothing that another user could have planted is read, run or
# contacted, whatever path leads to it.
# shellcheck disable=SC2154

load helpers

setup()
{
	requires root
	cd "$BATS_TEST_TMPDIR" || return
	PRT=$(command -v prt-scan)
	mkdir -p his roots/prt roots/bin
	chown 1234 his
	echo 'planted 1/tcp' >roots/prt/services
	echo 'flag planted local_port=1' >roots/prt/rules
	printf '#!/bin/sh\necho planted >&2\n' >roots/bin/lsof
	chmod 755 roots/bin/lsof
	record='#proto	state	local_addr	local_port
tcp	LISTEN	127.0.0.1	1'
}

# plant: the same files, owned by root, in a folder that another user owns.
plant()
{
	cp -a roots/* his
}

# no CMD...: it fails; its messages stay in stderr.
no()
{
	if "$@"; then
		return 1
	fi
}

# service DIR, rule DIR, program FOLDER: succeed if the planted file is used.
service()
{
	run --separate-stderr env XDG_CONFIG_HOME="$PWD/$1" \
		prt-scan -q planted
	[[ $stderr != *"'planted'"* ]]
}

rule()
{
	run --separate-stderr env XDG_CONFIG_HOME="$PWD/$1" \
		prt-flag -H -o flags <<<"$record"
	[ "$output" = planted ]
}

program()
{
	run --separate-stderr env PATH="$PWD/$1" "$PRT" --backend=lsof
	[[ $stderr == *planted* ]]
}

state()
{
	run --separate-stderr prt-diff --init -S "$1/state" <<<"$record"
	[ "$status" -eq 0 ]
}

@test "root's own files count" {
	service roots
	rule roots
	requires linux
	program roots/bin
	state roots
}

@test "root's files in another user's folder do not, and it is said" {
	plant
	no service his
	[[ $stderr == *"$PWD/his/prt/services: not read: another user "* ]]
	no rule his
	[ "$status" -eq 2 ]
	[[ $stderr == *"$PWD/his/prt/rules: rules: another user "* ]]
	no program his/bin
	no state his
	[[ $stderr == *'his/state: another user '* ]]
	[ ! -e his/state ]
}

@test "nor where his link leads to root's: it may lead elsewhere in a moment" {
	ln -s "$PWD/roots" his/link
	chown -h 1234 his/link
	no service his/link
	no rule his/link
	no program his/link/bin
	no state his/link
	# back up, out of his folder
	no service his/../his/link/../roots
}

@test "root's own links count" {
	ln -s roots link
	ln -s ../link/bin roots/again
	service link
	rule link/../link
	state link
	requires linux
	program link/again
}

@test "a file in root's folder that another user has, or can write" {
	for file in services rules; do
		chown 1234 roots/prt/$file
	done
	no service roots
	no rule roots
	chown 0 roots/prt/*
	service roots
	for mode in 664 646; do
		chmod $mode roots/prt/*
		no service roots
		no rule roots
	done
	requires linux
	chown 1234 roots/bin/lsof
	no program roots/bin
	chown 0 roots/bin/lsof
	chmod 775 roots/bin/lsof
	no program roots/bin
}

@test "a folder that a group can write" {
	mkdir team
	cp -a roots/* team
	chgrp 1234 team
	chmod 775 team
	no service team
	no rule team
	no program team/bin
	no state team
}

@test "HOME, where XDG_CONFIG_HOME is not set" {
	mkdir roots/.config his/.config
	cp -a roots/prt roots/.config
	cp -a roots/prt his/.config
	unset XDG_CONFIG_HOME
	for home in roots his; do
		run --separate-stderr env HOME="$PWD/$home" prt-scan -q planted
		said=$stderr
		run --separate-stderr env HOME="$PWD/$home" \
			prt-flag -H -o flags <<<"$record"
		if [ $home = roots ]; then
			[[ $said != *"'planted'"* ]]
			[ "$output" = planted ]
		else
			[[ $said == *"$PWD/his/.config/prt/services: not read"* ]]
			[ "$status" -eq 2 ]
			[[ $stderr == *"$PWD/his/.config/prt/rules: rules: "* ]]
		fi
	done
}

@test "a sticky folder keeps a state and root's folders, but no file" {
	mkdir -m 1777 tmp
	state tmp
	cp -a roots/prt tmp
	service tmp
	chmod 1777 tmp/prt
	no service tmp
	chmod 777 tmp
	no state tmp
}

@test "what cannot be looked at is none, and it is said" {
	ln -s prt loop
	ln -s loop prt
	loop=$(text_of ELOOP)
	run -2 --separate-stderr env XDG_CONFIG_HOME="$PWD" prt-flag <<<"$record"
	[ -z "$output" ]
	[ "$stderr" = "prt-flag: $PWD/prt/rules: rules: $loop" ]
	run -2 --separate-stderr prt-diff --init -S prt/state <<<"$record"
	[ -z "$output" ]
	[ "$stderr" = "prt-diff: prt/state: $loop" ]
}

@test "what is not there is passed over without a word" {
	run -0 --separate-stderr env XDG_CONFIG_HOME="$PWD/his" \
		prt-flag --disable=all -H -o flags <<<"$record"
	[ -z "$stderr" ]
}

@test "of another user's, to himself, they count" {
	requires setpriv
	open_folders "$BATS_TEST_TMPDIR"
	plant
	run -0 setpriv --reuid=1234 --regid=1234 --clear-groups -- \
		env XDG_CONFIG_HOME="$PWD/his" /proc/self/fd/9 --disable=all \
		-H -o flags - 9<"$(command -v prt-flag)" <<<"$record"
	[ "$output" = planted ]
}
