/* Sockets of protocols without ports, as sock_diag(7) and /proc/net show them:
 * a machine may lack these modules of the kernel. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include "lib/num.h"
#include "scan/linux/linux.h"
#include "tap.h"

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

#define ANY UINT32_MAX

static void
add_word(struct buf *b, const char *name, uint64_t v)
{
	buf_puts(b, name);
	num_add(b, v);
}

static void
add_addr(struct buf *b, const struct addr *a)
{
	char *p = buf_room(b, ADDR_TEXT_MAX);

	if (a->family != ADDR_NONE)
		b->n += (size_t)(addr_format(p, a) - p);
	else
		buf_puts(b, "-");
}

/* Writes what was read. */
static void
tell(struct buf *b, const struct scan *sc)
{
	size_t i;

	for (i = 0; i < sc->nsock; i++) {
		const struct sock *s = &sc->sock[i];
		const struct sock_portless *p = s->portless;

		buf_puts(b, i > 0 ? ";" : "");
		buf_puts(b, sock_protos[s->proto]);
		buf_puts(b, " ");
		buf_puts(b, sock_states[s->state]);
		add_word(b, " ", p->local);
		if (p->is_vsock) {
			add_word(b, " cid=", p->local_cid);
			add_word(b, " to=", p->remote_cid);
			add_word(b, ":", p->remote);
		} else {
			buf_puts(b, " ");
			add_addr(b, &s->local);
			buf_puts(b, " ");
			add_addr(b, &s->remote);
		}
		add_word(b, " inode=", s->inode);
		if (s->cookie != 0)
			add_word(b, " cookie=", s->cookie);
		if (!s->userless)
			add_word(b, " uid=", s->uid);
		if (!s->queueless)
			add_word(b, " rx=", s->rx_queue);
		if (s->ifname != NULL) {
			buf_puts(b, " on ");
			buf_puts(b, s->ifname);
		}
	}
}

static void
begin(struct scan *sc)
{
	*sc = (struct scan){ .other_tree = true };
	scan_add_netns(sc);
}

static void
end(struct scan *sc, bool good, const char *want, const char *what)
{
	struct buf got = { 0 };

	if (good)
		tell(&got, sc);
	else
		buf_puts(&got, sc->nsock == 0 ? "refused" : "half");
	ok_buf(&got, want, "reads", what);
	buf_free(&got);
	scan_free(sc);
}

/* A message being built. */
struct message {
	char bytes[1024];
	size_t n;
};

static void
put(struct message *m, const void *p, size_t n)
{
	memcpy(m->bytes + m->n, p, n);
	m->n += n;
}

static void
put_attr(struct message *m, unsigned type, const void *p, size_t n)
{
	struct nlattr a = { (uint16_t)(sizeof a + n), (uint16_t)type };

	put(m, &a, sizeof a);
	put(m, p, n);
	while (m->n % NLMSG_ALIGNTO != 0)
		put(m, "", 1);
}

static struct message
packet(unsigned family)
{
	struct message m = { .n = 0 };
	const struct packet_diag_msg head = {
		.pdiag_family = (unsigned char)family,
		.pdiag_type = SOCK_RAW, .pdiag_num = 0x0800,
		.pdiag_ino = 77, .pdiag_cookie = { 5, 1 } };

	put(&m, &head, sizeof head);
	return m;
}

static void
read_packet(const struct message *m, const char *want, const char *what)
{
	struct scan sc;

	begin(&sc);
	end(&sc, linux_packet_diag(&sc, (struct str){ m->bytes, m->n }), want,
	    what);
}

static void
packets(void)
{
	const struct packet_diag_info info = { .pdi_index = 99999 };
	const uint32_t uid = 1000, queues[9] = { 640, 1, 2, 3, 4, 5, 6, 7, 8 };
	struct message m = packet(AF_PACKET);

	read_packet(&m, "packet UNCONN 2048 - - inode=77 cookie=4294967301",
	    "a message without attributes");
	/* the number of the first attribute is 0 */
	put_attr(&m, PACKET_DIAG_INFO, &info, sizeof info);
	put_attr(&m, PACKET_DIAG_UID, &uid, sizeof uid);
	put_attr(&m, PACKET_DIAG_MEMINFO, queues, sizeof queues);
	put_attr(&m, 99, &uid, sizeof uid);
	read_packet(&m, "packet UNCONN 2048 - - inode=77 cookie=4294967301 "
	    "uid=1000 rx=640 on 99999", "one with all that is read");
	m.n--;
	read_packet(&m, "refused", "an attribute that is cut");
	m = packet(AF_PACKET);
	put_attr(&m, PACKET_DIAG_INFO, &info, 3);
	put_attr(&m, PACKET_DIAG_UID, &uid, 2);
	put_attr(&m, PACKET_DIAG_MEMINFO, queues, 3);
	read_packet(&m, "packet UNCONN 2048 - - inode=77 cookie=4294967301",
	    "attributes that are too short");
	put(&m, "x", 1);
	read_packet(&m, "refused", "something behind its attributes");
	m = packet(AF_INET);
	read_packet(&m, "refused", "one of another family");
	m = packet(AF_PACKET);
	m.n--;
	read_packet(&m, "refused", "a message that is cut");
}

static void
read_vsock(struct vsock_diag_msg v, size_t n, const char *want,
    const char *what)
{
	char bytes[sizeof v + 4] = { 0 };
	struct scan sc;

	begin(&sc);
	memcpy(bytes, &v, sizeof v);
	end(&sc, linux_vsock_diag(&sc, (struct str){ bytes, n }), want, what);
}

static struct vsock_diag_msg
vsock(unsigned type, enum sock_state state)
{
	return (struct vsock_diag_msg){ .vdiag_family = AF_VSOCK,
		.vdiag_type = (unsigned char)type,
		.vdiag_state = (unsigned char)state,
		.vdiag_src_cid = 2, .vdiag_src_port = 70000,
		.vdiag_dst_cid = 3, .vdiag_dst_port = 4294967294,
		.vdiag_ino = 9 };
}

static void
vsocks(void)
{
	struct vsock_diag_msg v = vsock(SOCK_STREAM, STATE_ESTABLISHED);

	read_vsock(v, sizeof v, "vsock ESTABLISHED 70000 cid=2 "
	    "to=3:4294967294 inode=9", "a connection");
	read_vsock(v, sizeof v - 1, "refused", "a message that is cut");
	read_vsock(v, sizeof v + 4, "refused", "one that is longer");
	v.vdiag_family = AF_INET;
	read_vsock(v, sizeof v, "refused", "one of another family");
	v = vsock(SOCK_STREAM, STATE_LISTEN);
	v.vdiag_src_cid = ANY;
	read_vsock(v, sizeof v, "vsock LISTEN 70000 cid=4294967295 "
	    "to=4294967295:0 inode=9", "a listener");
	v = vsock(SOCK_SEQPACKET, STATE_SYN_SENT);
	read_vsock(v, sizeof v, "vsock SYN_SENT 70000 cid=2 to=3:4294967294 "
	    "inode=9", "one that calls");
	v = vsock(SOCK_STREAM, STATE_CLOSED);
	read_vsock(v, sizeof v, "vsock BOUND 70000 cid=2 to=4294967295:0 "
	    "inode=9", "one that is bound");
	v.vdiag_src_port = ANY;
	read_vsock(v, sizeof v, "", "one that has no port");
	v = vsock(SOCK_DGRAM, STATE_CLOSED);
	read_vsock(v, sizeof v, "vsock UNCONN 70000 cid=2 to=4294967295:0 "
	    "inode=9", "one for datagrams");
}

static void
raws(void)
{
	struct inet_diag_msg m = { .idiag_family = AF_INET,
		.idiag_state = STATE_CLOSED, .idiag_inode = 8 };
	struct scan sc;

	m.id.idiag_sport = htons(89);
	begin(&sc);
	end(&sc, linux_diag_add(&sc, &m, sizeof m, PROTO_RAW),
	    "raw UNCONN 89 0.0.0.0 - inode=8 uid=0 rx=0", "a message of raw");
	m.idiag_state = STATE_ESTABLISHED;
	m.id.idiag_dst[0] = htonl(0x7f000001);
	begin(&sc);
	end(&sc, linux_diag_add(&sc, &m, sizeof m, PROTO_RAW),
	    "raw ESTABLISHED 89 0.0.0.0 127.0.0.1 inode=8 uid=0 rx=0",
	    "one with a peer");
}

static void
read_line(const char *line, const char *want)
{
	struct scan sc;

	begin(&sc);
	end(&sc, linux_packet_line(&sc, str_from(line), false), want, line);
}

static void
lines(void)
{
	read_line("0000000098dcd04e 3      3    0003   0     1 640    1000   "
	    "39841846 ", "packet UNCONN 3 - - inode=39841846 uid=1000 rx=640");
	read_line("0000000098dcd04e 3 2 88cc 12 1 0 0 5",
	    "packet UNCONN 35020 - - inode=5 uid=0 rx=0 on 12");
	read_line("0 3 2 88CC 12 1 0 0", "refused");
	read_line("0 3 2 8cc 12 1 0 0 5", "refused");
	read_line("0 3 2 088cc 12 1 0 0 5", "refused");
	read_line("0 3 2 88cg 12 1 0 0 5", "refused");
	read_line("0 3 2 88cc -1 1 0 0 5", "refused");
	read_line("0 3 2 88cc 1 1 0 4294967296 5", "refused");
	read_line("0 3 2 88cc 1 1 0 0 x", "refused");
	read_line("", "refused");
}

int
main(void)
{
	packets();
	vsocks();
	raws();
	lines();
	return tap_end();
}
