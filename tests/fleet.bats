#!/usr/bin/env bats
# Many machines: the recipes of prt-recipes(7), with sshd if it is installed;
# one process or several give the same answer.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helpers
load diff
load recipes

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	export PRT_SRCDIR=${PRT_SRCDIR:-$BATS_TEST_DIRNAME/..}
	FIELDS+=(host)
}

# make_hosts N FOLDER TIME [change]: the snapshots of machines 1 to N, 20
# records each, to FOLDER/N.  With change, every third has a new port, and every
# fifth a new one that is flagged.
make_hosts()
{
	local n=$1 time=$3

	mkdir -p "$2"
	awk -v n="$n" -v dir="$2" -v time="$time" -v change="${4-}" \
	    -v header="$(header)" -v OFS='\t' '
	function put(port, exe) {
		print "tcp", "LISTEN", "0.0.0.0", port, "-", "-", "-", "-", \
		    "-", "-", port, "p" port, "root", 0, 3, 1, "systemd", exe, \
		    exe, "h" h >file
	}
	BEGIN {
		for (h = 1; h <= n; h++) {
			file = dir "/h" h
			more = change != "" && h % 3 == 0
			bad = change != "" && h % 5 == 0
			print "##prt 1 time=" time " host=h" h " euid=0 " \
			    "unowned=0 unpriv=1024 scope=all" >file
			print header >file
			for (i = 1; i <= 20; i++)
				put(80 + i, "/usr/sbin/p" i)
			if (more)
				put(8000, "/usr/sbin/more")
			if (bad)
				put(9000, "/memfd:x")
			print "##end records=" 20 + more + bad >file
			close(file)
		}
	}'
}

# An ssh that prints FOLDER/HOST and exits with FOLDER/HOST.status.
stand_in_ssh()
{
	cat >ssh.sh <<-'END'
		while [ "$#" -gt 0 ]; do
			case $1 in
			-o) shift 2 ;;
			-*) shift ;;
			*) break ;;
			esac
		done
		echo "$*" >>asked
		[ -e "$HOSTS/$1" ] || exit 255
		cat "$HOSTS/$1"
		[ ! -e "$HOSTS/$1.status" ] || exit 255
	END
	stand_in ssh ". '$PWD/ssh.sh'"
}

@test "one stream of three machines by sshd, and what happens where one is dead" {
	requires root netns ip ssh ssh-keygen nc /usr/sbin/sshd
	script prt-fleet
	recipe fleet-use >fleet-use
	ssh-keygen -q -t ed25519 -N '' -f key
	ssh-keygen -q -t ed25519 -N '' -f hostkey
	cat >sshd_config <<-END
		HostKey $PWD/hostkey
		AuthorizedKeysFile $PWD/key.pub
		StrictModes no
		PermitRootLogin yes
		PidFile none
		SetEnv PATH=$PATH
	END
	for i in 1 2 3; do
		printf 'Host web%d\nPort 220%d\n' $i $i
	done >ssh_config
	cat >>ssh_config <<-END
		Host *
		HostName 127.0.0.1
		User root
		IdentityFile $PWD/key
		StrictHostKeyChecking no
		UserKnownHostsFile /dev/null
		LogLevel ERROR
	END
	stand_in ssh "exec $(command -v ssh) -F '$PWD/ssh_config' \"\$@\""
	printf 'web%d\n' 1 2 3 >hosts
	run alone '
		mount -t tmpfs tmpfs /run
		mkdir /run/sshd
		# A shell that reads no file of root.
		sed "s|^root:.*|root:x:0:0::/:/bin/sh|" /etc/passwd >passwd
		mount --bind passwd /etc/passwd
		serve() {
			unshare -u sh -c "echo web$1 >/proc/sys/kernel/hostname
				exec /usr/sbin/sshd -D -e -f sshd_config \
				-p 220$1 -o ListenAddress=127.0.0.1" 2>>sshd.log &
			until prt-scan -q -l "220$1"; do sleep 0.05; done
		}
		serve 1; serve 2; serve 3
		third=$!
		round() {
			echo "$1"
			sh fleet-use >out 2>err
			grep -v "^ssh:" err || :
			grep -v "^#" out || :
		}
		round first
		round again
		kill $third
		while prt-scan -q -l 2203; do sleep 0.05; done
		listen 9000
		round "web3 is dead"
		serve 3
		round "web3 is back"'
	assert_output_is "first
prt-diff: fleet: no state yet: every record is new
$(for i in 1 2 3; do
	for j in 1 2 3; do
		printf 'web%s\tnew\t127.0.0.1\t220%s\tsshd\n' $i $j
	done
done)
again
web3 is dead
prt-fleet: web3: not scanned
prt-diff: warning: (standard input): not scanned: host web3: its records are not gone
prt-fleet: web3: not scanned
$(for i in 1 2; do
	printf 'web%s\tnew\t127.0.0.1\t9000\tnc\n' $i
	printf 'web%s\tgone\t127.0.0.1\t2203\tsshd\n' $i
done)
web3 is back
$(for i in 1 2; do
	printf 'web%s\tnew\t127.0.0.1\t2203\tsshd\n' $i
done)
web3	new	127.0.0.1	9000	nc"
}

@test "a machine whose scan is cut is left out, the others are whole" {
	script prt-fleet
	stand_in_ssh
	export HOSTS=$PWD/new
	make_hosts 5 new $T1
	head -n 7 new/h3 >part
	mv part new/h3
	touch new/h3.status
	(cd new && ls -I '*.status') >hosts
	rm new/h5
	run -0 --separate-stderr prt-fleet hosts -l --no-random
	diff -u <(cat new/h1 new/h2 new/h4) - <<<"$output"
	sort <<<"$stderr" >said
	diff -u - said <<-END
		prt-fleet: h3: not scanned
		prt-fleet: h5: not scanned
	END
	grep -qx 'h4 prt-scan -o +host,iface -l --no-random' asked
	# If no machine answers, the scan failed; it is not an empty one.
	echo h5 >hosts
	prt-fleet hosts >none 2>/dev/null || :
	run -2 prt-diff none none
	[[ $output == *'the scan failed'* ]]
}

# The recipe in the file several prints the same as one process did.
same_from_several()
{
	run -0 --separate-stderr sh several
	diff -u one - <<<"$output"
}

@test "parallel: judges a stream of machines as one process does" {
	requires parallel
	make_hosts 40 new $T1 change
	cat new/* >scan
	prt-flag -X -s -H -o host,flags scan >one
	[ "$(wc -l <one)" -eq 8 ]
	recipe parallel-hosts >several
	# Without this machine's rules; and in parts of a few machines each.
	sed -i 's/prt-flag/& -X/' several
	same_from_several
	sed -i 's/--block -1/--block 10k/' several
	same_from_several
	sed -i 's/--pipepart -a scan/--pipe <scan/' several
	same_from_several
}

@test "parallel: records of one machine in parts, as one process does" {
	requires parallel
	{
		echo "##prt 1 time=$T1 host=big scope=all"
		header
		rec local_port=PORT host=big |
			awk '{
				for (line = $0; i < 3000; $0 = line) {
					sub("PORT", ++i % 500)
					print
				}
			}'
		echo '##end records=3000'
	} >scan
	grep -v '^##' scan | prt-flag -X -s -H -o flags,local_port \
		-e 'flag web local_port=80,443' >one
	[ "$(wc -l <one)" -eq 12 ]
	recipe parallel-records >several
	same_from_several
	sed -i 's/--pipe/--pipe --block 10k/' several
	same_from_several
}

@test "parallel: a state for each machine tells what one for all does" {
	requires parallel
	stand_in_ssh
	export HOSTS=$PWD/now
	make_hosts 20 old $T1
	make_hosts 20 new $T2 change
	(cd old && ls) >hosts
	recipe parallel-ssh >several
	ln -s old now
	run -0 --separate-stderr sh several
	[ "${#lines[@]}" -eq 400 ]
	ln -sfn new now
	rm now/h7
	# The exit status is the number of machines that failed.
	run -1 --separate-stderr sh several
	sort <<<"$output" >parts
	prt-diff -H -o host,change,local_port,process <(cat old/*) <(cat new/*) \
		2>said | sort >one
	diff -u one parts
	[ "$(wc -l <one)" -eq 10 ]
	# The machine that was dead.
	[[ $stderr == *'the scan failed'* ]]
	grep -q h7 said
}

@test "a thousand machines in one run" {
	make_hosts 1000 old $T1
	make_hosts 1000 new $T2 change
	rm new/h500
	run -0 --separate-stderr prt-diff -H -o host,change,local_port \
		<(cat old/*) <(cat new/*)
	# 333 have one more port; 200 are flagged, less the dead machine.
	[ "$(grep -c $'\tnew\t8000$' <<<"$output")" -eq 333 ]
	[ "$(grep -c $'\tnew\t9000$' <<<"$output")" -eq 199 ]
	[ "${#lines[@]}" -eq 532 ]
	[[ $stderr == *h500* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
}
