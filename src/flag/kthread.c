#include "flag/kthread.h"

/* What may follow the name of a thread. */
enum follows {
	NOTHING,
	NUMBER,			/* digits, perhaps none */
	WHAT,			/* what begins with a digit or one of /-_: */
	ANY			/* kdevtmpfsi, kswapd0: miners' names */
};

/* The kernel's threads, sorted. */
static const struct thread {
	struct str name;
	enum follows follows;
} threads[] = {
#define T(name, follows) { { (name), sizeof(name) - 1 }, (follows) }
	T("acpi_thermal_pm", NOTHING), T("ata_sff", NOTHING),
	T("backlog_napi/", NUMBER),
	T("charger_manager", NOTHING), T("cpuhp/", ANY),
	T("devfreq_wq", NOTHING), T("dmcrypt_write", WHAT),
	T("ecryptfs-kthrea", NOTHING), T("edac-poller", NOTHING),
	T("ext4-rsv-conver", NOTHING), T("hwrng", NOTHING),
	T("idle_inject/", NUMBER), T("inet_frag_wq", NOTHING),
	T("ipv6_addrconf", NOTHING), T("irq/", WHAT), T("jbd2/", WHAT),
	T("kaluad", NOTHING), T("kauditd", ANY), T("kblockd", ANY),
	T("kcompactd", ANY), T("kcryptd", WHAT), T("kcryptd_io", WHAT),
	T("kdevtmpfs", ANY), T("kdmflush", WHAT), T("khugepaged", ANY),
	T("khungtaskd", ANY), T("kintegrityd", ANY),
	T("kmpath_handlerd", NOTHING), T("kmpath_rdacd", NOTHING),
	T("kmpathd", NOTHING), T("ksmd", NOTHING), T("ksoftirqd/", ANY),
	T("kstrp", NOTHING), T("kswapd", ANY), T("kthreadd", ANY),
	T("kthrotld", NOTHING), T("ktimers/", NUMBER), T("kworker", ANY),
	T("migration/", ANY), T("mm_percpu_wq", NOTHING),
	T("nfsiod", NOTHING), T("nvme-delete-wq", NOTHING),
	T("nvme-reset-wq", NOTHING), T("nvme-wq", NOTHING),
	T("oom_reaper", NOTHING), T("pool_workqueue_", NOTHING),
	T("psimon", NOTHING), T("rcu_", ANY), T("rcuc/", NUMBER),
	T("rcuob/", NUMBER), T("rcuog/", NUMBER), T("rcuop/", NUMBER),
	T("rcuos/", NUMBER), T("rpciod", NOTHING), T("scsi_eh_", NUMBER),
	T("scsi_tmf_", NUMBER), T("scsi_wq_", NUMBER),
	T("slub_flushwq", NOTHING), T("ttm_swap", NOTHING),
	T("vfio-irqfd-clea", NOTHING),
	T("xfs_mru_cache", NOTHING), T("xfsaild/", WHAT),
	T("xprtiod", NOTHING), T("zswap-shrink", NOTHING),
#undef T
};

static bool
ends_so(struct str rest, enum follows follows)
{
	size_t i;

	if (rest.n == 0 || follows == ANY)
		return true;
	if (follows == WHAT)
		return strchr("/-_", rest.p[-1]) != NULL ||
		    char_is_digit(rest.p[0]) || rest.p[0] == '/' ||
		    rest.p[0] == '-' || rest.p[0] == '_' || rest.p[0] == ':';
	for (i = 0; follows == NUMBER && i < rest.n; i++)
		if (!char_is_digit(rest.p[i]))
			return false;
	return follows == NUMBER;
}

/* Compares their first two letters. */
static int
cmp_start(struct str a, struct str b)
{
	return a.p[0] != b.p[0] ? (unsigned char)a.p[0] -
	    (unsigned char)b.p[0] : (unsigned char)a.p[1] -
	    (unsigned char)b.p[1];
}

/* The first thread that does not sort before name. */
static size_t
find_start(struct str name)
{
	size_t low = 0, high = NELEMS(threads), mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (cmp_start(threads[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool
is_thread(struct str name)
{
	size_t i;

	if (name.n < 2)
		return false;
	for (i = find_start(name); i < NELEMS(threads) &&
	    cmp_start(threads[i].name, name) == 0; i++) {
		const struct thread *t = &threads[i];

		if (name.n >= t->name.n &&
		    memcmp(name.p, t->name.p, t->name.n) == 0 &&
		    ends_so(str_skip(name, t->name.n), t->follows))
			return true;
	}
	return false;
}

static bool
in_brackets(struct str s)
{
	return s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']';
}

static struct str
inside(struct str s)
{
	return (struct str){ s.p + 1, s.n - 2 };
}

/*
 * A name in brackets is that of a thread, known or not.  A title such as
 * [celeryd: celery@host:MainProcess] is not.
 */
static bool
is_bracketed_thread(struct str s)
{
	size_t i;

	if (!in_brackets(s))
		return false;
	s = inside(s);
	for (i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '@' || s.p[i] == ':')
			return is_thread(s);
	return true;
}

/* Arguments may follow [kworker/0:1], and kswapd0 has no brackets.  After any
 * other name in brackets, arguments mean that the name is a title. */
bool
kthread_is_like(struct str comm, struct str cmdline)
{
	struct str word;

	if (is_bracketed_thread(cmdline) || is_bracketed_thread(comm) ||
	    is_thread(comm))
		return true;
	word = str_cut(&cmdline, ' ');
	return is_thread(in_brackets(word) ? inside(word) : word);
}
