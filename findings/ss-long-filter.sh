#!/bin/sh
# ss-long-filter: a packet socket whose classic BPF filter has 4096 instructions
# (BPF_MAXINSNS) is not among what ss -0 lists, and neither is any that was made
# after it; no message, exit status 0.  ss asks packet_diag for filters, also
# without -b, and the kernel ends the dump before what does not fit into a
# datagram of 32 KiB (packet_diag_dump in net/packet/diag.c).  /proc/net/packet
# has all of them.
#
# ss of iproute2 6.1.0 of Debian 12; Linux 6.18.  Before Linux 6.8 only where
# net.core.optmem_max was raised: it was less than such a filter takes.  Needs root, python3, apt-get of
# Debian 12.
set -eu

skip() {
	echo "$0: $1" >&2
	exit 77
}

[ "$(id -u)" -eq 0 ] || skip 'needs root'
for tool in apt-get dpkg python3 unshare; do
	command -v $tool >/dev/null || skip "needs $tool"
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download iproute2=6.1.0-3 \
	>/dev/null 2>&1 || skip 'this package is not to be had here'
dpkg -x ./*.deb root
cat >look.sh <<'END'
ss=$(ls "$1"/root/bin/ss "$1"/root/usr/bin/ss 2>/dev/null)
python3 -c '
import ctypes, socket, struct, time
def made(instructions):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    if instructions > 0:
        code = ctypes.create_string_buffer(
            struct.pack("=HBBI", 6, 0, 0, 65535) * instructions)
        s.setsockopt(socket.SOL_SOCKET, 26, struct.pack(
            "@HP", instructions, ctypes.addressof(code)))
    return s
all = [made(0), made(4), made(4096), made(0)]
print("made", flush=True)
time.sleep(20)' >made &
until [ -s made ]; do sleep 0.1; done
echo "ss -0: $("$ss" -0aH | grep -c '^p_raw')"
echo "exit status: $("$ss" -0aH >/dev/null 2>&1; echo $?)"
echo "/proc/net/packet: $(sed 1d /proc/net/packet | wc -l)"
kill $!
END
unshare -n sh look.sh "$dir" >out
cat out
diff - out <<'END'
ss -0: 2
exit status: 0
/proc/net/packet: 4
END
