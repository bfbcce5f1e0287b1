/*
 * Sockets between a machine and its guests, vsock(7), from messages of
 * vsock_diag: <linux/vm_sockets_diag.h>, net/vmw_vsock/diag.c.
 */
#include "scan/linux/linux.h"

#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

#define PORT_ANY UINT32_MAX		/* VMADDR_PORT_ANY */

static enum sock_state
state_of(const struct vsock_diag_msg *m)
{
	/* these have no connections, and no listeners */
	if (m->vdiag_type == SOCK_DGRAM)
		return m->vdiag_state == STATE_ESTABLISHED ?
		    STATE_ESTABLISHED : STATE_UNCONN;
	return sock_state_of(m->vdiag_state, PROTO_VSOCK);
}

bool
linux_vsock_diag(struct scan *sc, struct str message)
{
	struct vsock_diag_msg m;
	struct sock *s;

	if (message.n != sizeof m)
		return false;
	memcpy(&m, message.p, sizeof m);
	if (m.vdiag_family != AF_VSOCK)
		return false;
	/* neither bound nor connected: nothing but a descriptor */
	if (m.vdiag_src_port == PORT_ANY)
		return true;
	s = scan_add_sock(sc);
	s->proto = PROTO_VSOCK;
	s->state = (unsigned char)state_of(&m);
	s->inode = m.vdiag_ino;
	s->cookie = (uint64_t)m.vdiag_cookie[1] << 32 | m.vdiag_cookie[0];
	s->userless = s->queueless = true;
	sock_make_portless(s, &sc->arena);
	s->portless->is_vsock = true;
	s->portless->local = m.vdiag_src_port;
	s->portless->local_cid = m.vdiag_src_cid;
	s->portless->remote_cid = SOCK_CID_ANY;
	if (!sock_is_alone(s)) {
		s->portless->remote = m.vdiag_dst_port;
		s->portless->remote_cid = m.vdiag_dst_cid;
	}
	return true;
}
