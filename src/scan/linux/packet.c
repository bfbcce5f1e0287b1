/*
 * Packet sockets, packet(7), from a message of packet_diag,
 * <linux/packet_diag.h>, or from a line of /proc/net/packet, packet_seq_show in
 * net/packet/af_packet.c.
 */
#include "scan/linux/linux.h"

#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "lib/num.h"
#include "scan/linux/nl.h"

/* The words of a line. */
enum { NUMBER, REFERENCES, TYPE, ETHERTYPE, INTERFACE, RUNNING, RX_QUEUE, UID,
	INODE, NWORDS };

static struct sock *
add(struct scan *sc, uint32_t ethertype)
{
	struct sock *s = scan_add_sock(sc);

	s->proto = PROTO_PACKET;
	s->state = STATE_UNCONN;
	sock_make_portless(s, &sc->arena);
	s->portless->local = ethertype;
	return s;
}

/* sock_diag_put_meminfo in net/core/sock_diag.c */
static uint32_t
find_rx_queue(struct str attrs, bool *found)
{
	struct str value = nl_find(attrs, PACKET_DIAG_MEMINFO);
	uint32_t v[SK_MEMINFO_RMEM_ALLOC + 1] = { 0 };

	*found = value.n >= sizeof v;
	if (*found)
		memcpy(v, value.p, sizeof v);
	return v[SK_MEMINFO_RMEM_ALLOC];
}

static uint32_t
find_interface(struct str attrs)
{
	struct str value = nl_find(attrs, PACKET_DIAG_INFO);
	struct packet_diag_info info = { .pdi_index = 0 };

	if (value.n >= sizeof info)
		memcpy(&info, value.p, sizeof info);
	return info.pdi_index;
}

/* Unlike others, these attributes begin with a type of 0. */
static bool
are_attrs(struct str attrs)
{
	struct str value;
	unsigned type;

	while (nl_next(&attrs, &type, &value))
		;
	return attrs.n == 0;
}

bool
linux_packet_diag(struct scan *sc, struct str message)
{
	struct packet_diag_msg m;
	struct str attrs, uid;
	uint32_t interface;
	struct sock *s;
	bool has_queue;

	if (message.n < sizeof m)
		return false;
	memcpy(&m, message.p, sizeof m);
	attrs = str_skip(message, sizeof m);
	if (m.pdiag_family != AF_PACKET || !are_attrs(attrs))
		return false;
	s = add(sc, m.pdiag_num);
	s->inode = m.pdiag_ino;
	s->cookie = (uint64_t)m.pdiag_cookie[1] << 32 | m.pdiag_cookie[0];
	uid = nl_find(attrs, PACKET_DIAG_UID);
	s->uid = nl_u32(uid);
	s->userless = uid.n != sizeof s->uid;
	s->rx_queue = find_rx_queue(attrs, &has_queue);
	s->queueless = !has_queue;
	interface = find_interface(attrs);
	if (interface != 0)
		s->ifname = linux_ifname(sc, interface);
	return true;
}

/* Four hexadecimal digits. */
static bool
read_ethertype(struct str word, uint32_t *ethertype)
{
	size_t i;
	int digit;

	*ethertype = 0;
	for (i = 0; i < word.n; i++) {
		digit = num_hex(word.p[i]);
		if (digit < 0)
			return false;
		*ethertype = *ethertype << 4 | (uint32_t)digit;
	}
	return word.n == 4;
}

bool
linux_packet_line(struct scan *sc, struct str line, bool own_proc)
{
	struct str word[NWORDS];
	uint64_t interface, rx_queue, uid, inode;
	uint32_t ethertype;
	struct sock *s;

	if (str_words(line, word, NWORDS) < NWORDS ||
	    !read_ethertype(word[ETHERTYPE], &ethertype) ||
	    !num_parse(word[INTERFACE], INT32_MAX, &interface) ||
	    !num_parse(word[RX_QUEUE], UINT32_MAX, &rx_queue) ||
	    !num_parse(word[UID], UINT32_MAX, &uid) ||
	    !num_parse(word[INODE], UINT64_MAX, &inode))
		return false;
	s = add(sc, ethertype);
	s->inode = inode;
	s->uid = (uint32_t)uid;
	s->rx_queue = (uint32_t)rx_queue;
	if (interface != 0)
		s->ifname = own_proc ? linux_ifname(sc, (uint32_t)interface) :
		    arena_str(&sc->arena, word[INTERFACE]).p;
	return true;
}
