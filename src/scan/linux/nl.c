#define _DEFAULT_SOURCE
#include "scan/linux/nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RECV_SIZE = 32 * 1024,	/* the kernel fills no more at a time */
	MAX_ERRNO = 4095,	/* include/linux/err.h */
	MAX_TRIES = 8		/* of an inconsistent dump */
};

/* The errno in a negative number from the kernel; EPROTO if it is not one, or
 * is ENODATA, which has another meaning here. */
static int
errno_of(int error)
{
	return error < 0 && error >= -MAX_ERRNO && error != -ENODATA ?
	    -error : EPROTO;
}

/*
 * Reads the end of a dump: its payload is 0 or an error, netlink_dump_done in
 * net/netlink/af_netlink.c.  ENOENT means here that the protocol has no module,
 * elsewhere that there is no such family.
 */
static int
read_done(const struct nlmsghdr *h)
{
	struct str payload = { NLMSG_DATA(h), h->nlmsg_len - NLMSG_HDRLEN };
	int error;

	if (payload.n < sizeof error ||
	    !nl_are_attrs(str_skip(payload, sizeof error)))
		return EPROTO;
	memcpy(&error, payload.p, sizeof error);
	if (error >= 0)
		return ENODATA;
	return error == -ENOENT ? EPROTONOSUPPORT : errno_of(error);
}

static int
read_error(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof *e))
		return EPROTO;
	return e->error == 0 ? NL_ACK : errno_of(e->error);
}

int
nl_messages(const void *buf, size_t len, bool *interrupted, nl_take *take,
    void *arg)
{
	const struct nlmsghdr *h = buf;
	bool is_last;
	size_t step;
	int status = 0;

	while (status == 0 && NLMSG_OK(h, len)) {
		if ((h->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
			*interrupted = true;
		/* The last one's padding may be missing. */
		step = NLMSG_ALIGN((size_t)h->nlmsg_len);
		is_last = step >= len;
		switch (h->nlmsg_type) {
		case NLMSG_DONE:
			return !is_last ? EPROTO :
			    *interrupted ? NL_AGAIN : read_done(h);
		case NLMSG_ERROR:
			return !is_last ? EPROTO : read_error(h);
		case NLMSG_NOOP:
			if (h->nlmsg_len > NLMSG_HDRLEN)
				return EPROTO;
			break;
		default:
			status = take(arg, h, (struct str){ NLMSG_DATA(h),
			    h->nlmsg_len - NLMSG_HDRLEN });
		}
		if (is_last)
			return status;
		len -= step;
		h = (const struct nlmsghdr *)(const void *)
		    ((const char *)h + step);
	}
	return status != 0 ? status : len > 0 ? EPROTO : 0;
}

static int
receive(int fd, nl_datagram *each, void *arg)
{
	union {
		struct nlmsghdr align;
		char bytes[RECV_SIZE];
	} buf;
	struct sockaddr_nl from;
	struct iovec iov = { &buf, sizeof buf };
	struct msghdr msg = { .msg_name = &from, .msg_iov = &iov,
		.msg_iovlen = 1 };
	int status = 0;
	ssize_t n;

	while (status == 0) {
		msg.msg_namelen = sizeof from;
		n = recvmsg(fd, &msg, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0 || (msg.msg_flags & MSG_TRUNC) != 0)
			return EPROTO;
		if (from.nl_pid != 0)	/* not from the kernel */
			continue;
		status = each(arg, &buf, (size_t)n);
	}
	return status;
}

int
nl_ask(int protocol, const struct nlmsghdr *request, nl_datagram *each,
    void *arg)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int status;

	if (fd < 0)
		return errno;
	if (send(fd, request, request->nlmsg_len, 0) < 0)
		status = errno;
	else
		status = receive(fd, each, arg);
	close(fd);
	return status;
}

/* The function that takes the messages of an answer. */
struct taker {
	nl_take *take;
	void *arg;
	bool interrupted;
};

static int
take_messages(void *arg, const void *buf, size_t len)
{
	struct taker *t = arg;

	return nl_messages(buf, len, &t->interrupted, t->take, t->arg);
}

int
nl_request(int protocol, const struct nlmsghdr *request, nl_take *take,
    void *arg)
{
	int tries, status = NL_AGAIN;

	for (tries = 0; status == NL_AGAIN && tries < MAX_TRIES; tries++) {
		struct taker t = { .take = take, .arg = arg };

		status = nl_ask(protocol, request, take_messages, &t);
	}
	if (status == NL_AGAIN)
		return EAGAIN;
	return status == ENODATA || status == NL_ACK ? 0 : status;
}

bool
nl_next(struct str *rest, unsigned *type, struct str *value)
{
	struct nlattr a;
	size_t step;

	if (rest->n < sizeof a)
		return false;
	memcpy(&a, rest->p, sizeof a);
	if (a.nla_len < sizeof a || a.nla_len > rest->n)
		return false;
	*type = a.nla_type & ~(unsigned)(NLA_F_NESTED | NLA_F_NET_BYTEORDER);
	*value = (struct str){ rest->p + sizeof a, a.nla_len - sizeof a };
	/* The last one's padding may be missing. */
	step = NLMSG_ALIGN((size_t)a.nla_len);
	*rest = str_skip(*rest, step < rest->n ? step : rest->n);
	return true;
}

bool
nl_are_attrs(struct str attrs)
{
	struct str value;
	unsigned type;

	while (nl_next(&attrs, &type, &value))
		if (type == 0)
			return false;
	return attrs.n == 0;
}

struct str
nl_find(struct str attrs, unsigned type)
{
	struct str value;
	unsigned found;

	while (nl_next(&attrs, &found, &value))
		if (found == type)
			return value;
	return STR_NONE;
}

bool
nl_find_nest(struct str attrs, unsigned type, struct str *nest)
{
	*nest = nl_find(attrs, type);
	return nl_are_attrs(*nest);
}

unsigned
nl_u8(struct str value)
{
	return value.n == 1 ? *(const unsigned char *)value.p : 0;
}

uint16_t
nl_u16(struct str value)
{
	uint16_t v = 0;

	if (value.n == sizeof v)
		memcpy(&v, value.p, sizeof v);
	return v;
}

uint16_t
nl_be16(struct str value)
{
	return ntohs(nl_u16(value));
}

uint32_t
nl_u32(struct str value)
{
	uint32_t v = 0;

	if (value.n == sizeof v)
		memcpy(&v, value.p, sizeof v);
	return v;
}

struct str
nl_text(struct str value)
{
	return value.n > 0 ? str_cut(&value, '\0') : STR_NONE;
}
