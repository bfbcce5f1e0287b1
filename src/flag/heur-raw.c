#include "flag/heur.h"

#include "flag/path.h"
#include "flag/program.h"

static bool
is_proto(const struct view *v, const char *proto)
{
	return v->portless && str_is(view_get(v, F_PROTO), proto);
}

/* The program is installed and in a list of words between blanks. */
static bool
is_known(const struct view *v, const char *list)
{
	struct str exe = view_get(v, F_EXE);

	return !str_ends(exe, " (deleted)") && prog_is_known(exe, list);
}

/* Nobody knows who put the program there. */
static bool
is_strange(struct view *v)
{
	struct str exe = view_get(v, F_EXE);

	return path_is_odd(exe) || str_ends(exe, " (deleted)") ||
	    str_starts(exe, "/memfd:") || heur_runs_odd_file(v);
}

/* Only packages put programs there. */
static bool
is_packaged(const struct view *v)
{
	struct str exe = view_get(v, F_EXE);

	return prog_is_installed(exe) && !str_starts(exe, "/usr/local/") &&
	    !str_starts(exe, "/opt/") && !prog_is_elsewhere(exe);
}

/* Capture, DHCP and the like, and network managers. */
static const char packet_programs[] =
    "tcpdump dumpcap tshark wireshark ngrep tcpflow iftop nethogs ntopng "
    "ntopng-bin suricata snort zeek arpwatch arping arp-scan nmap p0f "
    "packetbeat softflowd fprobe pmacctd nfcapd argus darkstat vnstatd "
    "dhclient dhcpcd udhcpc udhcpd busybox dhcpd dhcrelay kea-dhcp4 "
    "dnsmasq systemd-networkd systemd-network NetworkManager nm-dhcp-helper "
    "nm-initrd-generator connmand wpa_supplicant hostapd iwd wicked "
    "wickedd-dhcp4 avahi-autoipd lldpd lldpad ladvd isisd zebra "
    "keepalived conntrackd pppoe pppoe-server rp-pppoe pppd netplugd "
    "ifplugd rarpd ethtool cilium-agent calico-node kismet_cap_linux_wifi "
    "qemu-system-x86_64 ptp4l batadv-vis ndppd mstpd xl2tpd";

bool
suspect_packet_socket(struct view *v)
{
	return is_proto(v, "packet") && view_get(v, F_EXE).p != NULL &&
	    !is_known(v, packet_programs);
}

/* A person is at its terminal, as far as the stream says. */
static bool
has_terminal(const struct view *v)
{
	return view_lists(v, F_STDIO, "tty");
}

/* A socket with a filter may wait for a magic packet. */
enum heur_level
level_for_packet_socket(struct view *v)
{
	if (heur_feeds_shell(v))
		return HEUR_HIGH;
	if (view_get(v, F_FILTER).p != NULL &&
	    (is_strange(v) || (!is_packaged(v) && !has_terminal(v))))
		return HEUR_HIGH;
	return is_strange(v) || !is_packaged(v) ||
	    view_class(v) & (PROG_INTERPRETER | PROG_SHELL) ? HEUR_MEDIUM :
	    HEUR_LOW;
}

/* ping, traceroute, and programs that monitor or route. */
static const char icmp_programs[] =
    "ping ping4 ping6 busybox fping fping6 oping noping arping clockdiff "
    "tracepath traceroute traceroute.db traceroute6 tcptraceroute mtr "
    "mtr-packet nmap nping hping3 inetutils-ping inetutils-traceroute "
    "keepalived conntrackd radvd rdisc6 rdnssd ndisc6 ndppd odhcpd "
    "NetworkManager systemd-networkd connmand dhcpcd dnsmasq dhcpd "
    "avahi-daemon zebra babeld ospfd ospf6d pimd bird bird6 frr "
    "smokeping monit zabbix_server zabbix_proxy check_icmp check_ping "
    "collectd telegraf blackbox_exporter prometheus-blackbox-exporter "
    "corosync heartbeat charon pacemakerd tailscaled wpa_supplicant";

bool
suspect_raw_icmp(struct view *v)
{
	enum { ICMP = 1, ICMPV6 = 58 };

	return is_proto(v, "raw") && (v->local_port == ICMP ||
	    v->local_port == ICMPV6) && view_get(v, F_EXE).p != NULL &&
	    !is_known(v, icmp_programs);
}

enum heur_level
level_for_raw_icmp(struct view *v)
{
	return is_strange(v) || heur_feeds_shell(v) ? HEUR_HIGH : HEUR_MEDIUM;
}

/* Guest agents, and programs that start services for a socket. */
static const char vsock_programs[] =
    "systemd sshd qemu-ga vmtoolsd VBoxService hv_kvp_daemon hv_vss_daemon "
    "hv_fcopy_daemon spice-vdagentd kata-agent lima-guestagent waagent "
    "google_guest_agent google_osconfig_agent qemu-vsock nitro-enclaves "
    "walinuxagent incus-agent lxd-agent vsock_proxy";

bool
suspect_vsock_listener(struct view *v)
{
	return is_proto(v, "vsock") && v->kind == VIEW_LISTEN &&
	    view_get(v, F_EXE).p != NULL && !is_known(v, vsock_programs);
}

enum heur_level
level_for_vsock_listener(struct view *v)
{
	return is_strange(v) || view_class(v) & (PROG_SHELL | PROG_RELAY |
	    PROG_INTERPRETER) ? HEUR_MEDIUM : HEUR_LOW;
}
