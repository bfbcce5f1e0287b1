#!/usr/bin/env bats
# Bandwidth, which two scans and prt-diff compute for a transfer of known size;
# and what a connection had to retransmit.
# shellcheck disable=SC2154

load helpers

size=100000000

setup() {
	requires linux netns ip python3
	cd "$BATS_TEST_TMPDIR" || return
	cat >traffic.py <<-'END'
		# lo|veth: sends to its child, the sink, which by veth is in a
		# network namespace of its own.  On standard input: how many
		# bytes, or `again', to connect once more from the same port, and
		# `more', from one more.
		# `new' makes the interface anew, `lose' sends what gets lost.
		import array, fcntl, os, socket, struct, subprocess, sys
		import termios, threading, time

		def ip(words):
		    subprocess.run(["ip"] + words.split(), check=True)

		def tell(line, to=sys.stdout):
		    print(line, file=to, flush=True)

		def drain(a, _):
		    try:
		        a.sendall(b"!")
		        while a.recv(1 << 20):
		            pass
		    except ConnectionError:
		        pass

		def sink(addr):
		    tell("here")
		    sys.stdin.readline()
		    if addr != "127.0.0.1":
		        ip(f"addr add {addr}/24 dev peer")
		        ip("link set peer up")
		    l = socket.create_server((addr, 20700))
		    tell("listens")
		    while True:
		        threading.Thread(target=drain, args=l.accept()).start()

		def connect(addr, port=20701):
		    s = socket.socket()
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		    # closing it leaves no TIME_WAIT
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
		        struct.pack("ii", 1, 0))
		    s.bind(("", port))
		    s.connect((addr, 20700))
		    s.recv(1)
		    return s

		# To the end: what the other has not confirmed is not sent.
		def send(s, n):
		    left = array.array("i", [1])
		    piece = bytes(1 << 20)
		    while n > 0:
		        n -= s.send(piece[:n])
		    while left[0] > 0:
		        fcntl.ioctl(s, termios.TIOCOUTQ, left)
		        time.sleep(0.001)

		def make(pid):
		    ip(f"link add out mtu 9000 type veth peer peer mtu 9000 netns {pid}")
		    ip("addr add 10.9.9.1/24 dev out")
		    ip("link set out up")

		if sys.argv[1] == "sink":
		    sink(sys.argv[2])
		veth = sys.argv[1] == "veth"
		addr = "10.9.9.2" if veth else "127.0.0.1"
		ip("link set lo up")
		child = subprocess.Popen(["unshare", "-n"] * veth +
		    [sys.executable, sys.argv[0], "sink", addr], text=True,
		    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		child.stdout.readline()
		if veth:
		    make(child.pid)
		tell("", child.stdin)
		child.stdout.readline()
		s = connect(addr)
		tell(f"main={os.getpid()}")
		tell(f"sink={child.pid}")
		tell("ready")
		for line in sys.stdin:
		    if line == "again\n":
		        s.close()
		        s = connect(addr)
		    elif line == "more\n":
		        first, s = s, connect(addr, 20702)
		    elif line == "new\n":
		        ip("link del out")
		        make(child.pid)
		    elif line == "lose\n":
		        ip("neigh replace 10.9.9.2 lladdr 2:0:0:0:0:1 dev out nud permanent")
		        s.send(b"?")
		    else:
		        send(s, int(line))
		    tell("ready")
		child.kill()
	END
}

teardown() {
	stop_sockets
}

# start_traffic lo|veth: FX[main] sends, FX[sink] receives.
start_traffic() {
	start_fixture python3 traffic.py "$1"
}

tell() {
	echo "$1" >&"${SOCKETS[1]}"
	wait_ready
}

# scan main|sink ARG...: in the network namespace of that process.
scan() {
	local pid=${FX[$1]}

	shift
	"${NSENTER[@]}" -t "$pid" -- prt-scan "$@"
}

# keep main|sink ARG...: a scan whose state is kept.
keep() {
	rm -f state
	after=$(date +%s%3N)
	scan "$@" | prt-diff -a -S state >/dev/null
	before=$(date +%s%3N)
}

# opened_at KEY: a time in the stream's ##prt line, in milliseconds.
opened_at() {
	date +%s%3N -d "$(grep -oP -m 1 "^##prt.* $1=\\K\S+" rates)"
}

# rates LIST main|sink ARG...: the rates since the kept scan; sets $elapsed to
# the milliseconds in between, which must agree with the clock.
rates() {
	local list=$1 now

	shift
	now=$(date +%s%3N)
	scan "$@" | prt-diff -a -S state -o "$list" >rates
	elapsed=$(($(opened_at time) - $(opened_at since)))
	[ "$elapsed" -ge "$((now - before - 1))" ]
	[ "$elapsed" -le "$(($(date +%s%3N) - after + 1))" ]
	run -0 grep -v '^#' rates
}

# transfer LIST main|sink ARG...: the rates of a transfer.
transfer() {
	keep "${@:2}"
	tell $size
	rates "$@"
}

# near RATE: over $elapsed, RATE amounts to the size, within 5 %.
near() {
	awk -v rate="$1" -v ms="$elapsed" -v size="$size" 'BEGIN {
		part = rate * ms / 1000 / size
		print rate, "bytes/s in", ms, "ms:", part, "of what was sent"
		exit !(part > 0.95 && part < 1.05)
	}'
}

@test "-I: loopback, which is not in the total" {
	start_traffic lo
	transfer iface,rx_rate,tx_rate main -I
	IFS=$'\t' read -r iface rx tx <<<"${lines[0]}"
	[ "$iface" = lo ]
	near "$rx"
	near "$tx"
	[ "${lines[-1]}" = "total	-	-" ]
}

@test "-I: a veth pair, at both ends, and the total" {
	start_traffic veth
	for end in main sink; do
		transfer iface,rx_rate,tx_rate $end -I
		declare -A rx=() tx=()
		while IFS=$'\t' read -r iface in out; do
			rx[$iface]=$in tx[$iface]=$out
		done <<<"$output"
		if [ $end = main ]; then
			near "${tx[out]}"
			near "${tx[total]}"
			[ "${rx[out]}" -lt $((tx[out] / 20)) ]
		else
			near "${rx[peer]}"
			near "${rx[total]}"
			[ "${tx[peer]}" -lt $((rx[peer] / 20)) ]
		fi
		[ "${rx[lo]} ${tx[lo]}" = '0 0' ]
	done
}

# The fields of each connection, whose two ends may be in two namespaces.
connections=(-t --state=ESTABLISHED -o '+inode,rx_bytes,tx_bytes')

# is_end PORT ROW: the row of 20701, which sends, or of 20700.
is_end() {
	local port there back

	IFS=$'\t' read -r port back there <<<"$2"
	[ "$port" = "$1" ]
	[ "$port" = 20701 ] || read -r back there <<<"$there $back"
	near "$there"
	[ "$back" -lt $((there / 20)) ]
}

@test "each connection over loopback" {
	start_traffic lo
	transfer local_port,rx_rate,tx_rate main "${connections[@]}"
	[ "${#lines[@]}" -eq 2 ]
	is_end 20700 "${lines[0]}"
	is_end 20701 "${lines[1]}"
}

@test "each connection over a veth pair" {
	start_traffic veth
	transfer local_port,rx_rate,tx_rate main "${connections[@]}"
	is_end 20701 "$output"
	transfer local_port,rx_rate,tx_rate sink "${connections[@]}"
	is_end 20700 "$output"
}

@test "a connection made anew between the same ports counts from 0" {
	start_traffic lo
	tell 1000000
	keep main "${connections[@]}"
	tell again
	tell $size
	rates local_port,rx_rate,tx_rate main "${connections[@]}"
	[ "${#lines[@]}" -eq 2 ]
	is_end 20700 "${lines[0]}"
	is_end 20701 "${lines[1]}"
	# By its cookie it is a new connection, and the old one is gone.
	local also=("${connections[@]}")

	also[-1]+=,cookie
	keep main "${also[@]}"
	tell again
	tell $size
	rates change,local_port,rx_rate,tx_rate main "${also[@]}"
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[0]} == new* ]]
	is_end 20700 "${lines[0]#*	}"
	[[ ${lines[1]} == new* ]]
	is_end 20701 "${lines[1]#*	}"
	[ "${lines[2]}" = 'gone	20700	-	-' ]
	[ "${lines[3]}" = 'gone	20701	-	-' ]
}

@test "a connection made between the scans counts from 0" {
	start_traffic lo
	tell 1000000
	keep main "${connections[@]}"
	tell more
	tell $size
	rates change,remote_port,local_port,rx_rate,tx_rate main "${connections[@]}"
	[ "${#lines[@]}" -eq 4 ]
	[ "$(grep -c '^unchanged.*	0	0$' <<<"$output")" -eq 2 ]
	is_end 20700 "$(sed -n 's/^new	20702	//p' <<<"$output")"
	is_end 20701 "$(sed -n 's/^new	20700	20702/20701/p' <<<"$output")"
}

@test "drops_rate, retrans_rate: with two decimals" {
	requires ss
	start_traffic veth
	keep main "${connections[@]::2}" -o +inode,retrans
	tell lose
	for _ in {1..200}; do
		run -0 scan main -H -o retrans "${connections[@]::2}"
		[ "$output" -lt 2 ] || break
		sleep 0.1
	done
	rates retrans_rate main "${connections[@]::2}" -o +inode,retrans
	again=$(scan main -H -o retrans "${connections[@]::2}")
	[[ $output =~ ^[0-9]+\.[0-9][0-9]$ ]]
	awk -v rate="$output" -v ms="$elapsed" -v n="$again" 'BEGIN {
		exit !(rate * ms / 1000 > 1.9 && rate * ms / 1000 < n + 0.1)
	}'
}

@test "an interface made anew, whose counters began again, has no rate" {
	start_traffic veth
	tell 1000000
	keep main -I
	tell new
	rates iface,change,rx_rate,tx_rate main -I
	[[ "$output" == *"out	unchanged	-	-"* ]]
	[ "${lines[-1]}" = "total	unchanged	-	-" ]
}

@test "retrans: what was sent again, as ss has it" {
	requires ss
	start_traffic veth
	run -0 scan main -H -o retrans "${connections[@]::2}"
	[ "$output" = 0 ]
	tell lose
	again() {
		"${NSENTER[@]}" -t "${FX[main]}" -- ss -tinH |
		    grep -oP 'retrans:\d+/\K\d+'
	}
	for _ in {1..200}; do
		before=$(again) || before=0
		run -0 scan main -H -o retrans "${connections[@]::2}"
		[ "$before" -lt 3 ] || [ "$(again)" != "$before" ] || break
		sleep 0.1
	done
	[ "$before" -ge 3 ]
	[ "$output" = "$before" ]
}
