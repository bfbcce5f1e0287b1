/*
 * The sources of --from: each reads the output of a program, of this machine or
 * another.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "scan/from/reading.h"

enum { PIECE = 64 * 1024 };

static bool
read_all(int fd, struct from_reading *r)
{
	char *piece = mem_alloc(PIECE);
	ssize_t n;

	do {
		n = read(fd, piece, PIECE);
		if (n > 0)
			from_reading_take(r, piece, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	free(piece);
	if (n < 0)
		err_msg("%s:", r->name);
	return n == 0;
}

static bool
read_source(const struct scan_request *req, const struct from_format *format,
    const char *instead, struct scan *sc)
{
	int fd = input_open(req->file, instead);
	struct from_reading r;
	bool ok;

	if (fd < 0)
		return false;
	sc->protos = filter_protos(req->filter) & FROM_PROTOS;
	from_reading_begin(&r, input_name(req->file), format, req->services);
	ok = read_all(fd, &r);
	input_close(fd);
	ok = ok && from_reading_end(&r);
	if (ok)
		from_reading_give(&r, req, sc);
	from_close(r.in);
	return ok;
}

static bool
lsof_tables(const struct scan_request *req, struct scan *sc)
{
	return read_source(req, &from_lsof,
	    "lsof -nP -i -F | prt-scan --from=lsof", sc);
}

static bool
ss_tables(const struct scan_request *req, struct scan *sc)
{
	return read_source(req, &from_ss,
	    "ss -tunape | prt-scan --from=ss", sc);
}

static bool
netstat_tables(const struct scan_request *req, struct scan *sc)
{
	return read_source(req, &from_netstat,
	    "netstat -tunap | prt-scan --from=netstat", sc);
}

static bool
sockstat_tables(const struct scan_request *req, struct scan *sc)
{
	return read_source(req, &from_sockstat,
	    "sockstat -46sw | prt-scan --from=sockstat", sc);
}

static bool
auto_tables(const struct scan_request *req, struct scan *sc)
{
	return read_source(req, &from_auto,
	    "ss -tunape | prt-scan --from=auto", sc);
}

static const struct backend sources[] = {
	{ .name = "lsof", .help = "lsof -nP -i, better with -F",
	    .tables = lsof_tables },
	{ .name = "ss", .help = "ss -tunap, of iproute2; better with -e",
	    .tables = ss_tables },
	{ .name = "netstat", .help = "netstat -tunap of Linux and busybox, "
	    "-anv of macOS, -an of BSDs", .tables = netstat_tables },
	{ .name = "sockstat", .help = "sockstat -46sw of FreeBSD, -46n of "
	    "NetBSD; fstat of OpenBSD", .tables = sockstat_tables },
	{ .name = "auto", .help = "whichever of these it is",
	    .tables = auto_tables },
};

const struct backend *
from_source_at(unsigned i)
{
	return i < NELEMS(sources) ? &sources[i] : NULL;
}
