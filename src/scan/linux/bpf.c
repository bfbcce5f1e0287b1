/*
 * One program of 56 instructions is loaded, run once over all files of all
 * tasks, and gone when its descriptors are closed.  The kernel runs it only
 * after proving that it ends and reads nothing out of bounds; if it refuses,
 * the walk of /proc finds the owners.
 */
#define _GNU_SOURCE
#include "scan/linux/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	BTF_MAX = 64 * 1024 * 1024,
	READ_SIZE = 32 * 1024		/* as the kernel's own buffer */
};

/* The kernel's functions and members that the program needs, by index. */
enum { ITER, PID, TGID, LEADER, CRED, EUID, F_INODE, I_INO, F_PATH, DENTRY,
	GROUPS, NAME, NWANT };

/* What the kernel passes to the program for each file: struct
 * bpf_iter__task_file in kernel/bpf/task_iter.c. */
enum { CTX_META = 0, CTX_TASK = 8, CTX_FD = 16, CTX_FILE = 24 };
enum { META_SEQ = 0 };	/* struct bpf_iter_meta in include/linux/bpf.h */

/* Register r1 is the argument at first; r6 to r9 survive a call; r10 is the end
 * of the stack.  Each macro is one instruction. */
#define INSN(op, dst, src, offset, value) { .code = (op), .dst_reg = (dst), \
	.src_reg = (src), .off = (offset), .imm = (value) }
#define MOV(dst, src) INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, value) INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD(dst, value) INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define LOAD(size, dst, src, offset) \
	INSN(BPF_LDX | BPF_MEM | (size), dst, src, offset, 0)
/* The same for a wanted member; its offset is filled in later. */
#define LOAD_WANTED(size, dst, src, want) \
	INSN(BPF_LDX | BPF_MEM | (size), dst, src, want, 1)
#define STORE(size, dst, offset, src) \
	INSN(BPF_STX | BPF_MEM | (size), dst, src, offset, 0)
#define OR(dst, src) INSN(BPF_ALU64 | BPF_OR | BPF_X, dst, src, 0, 0)
#define SET32(dst, value) INSN(BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value)
#define STORE_0(size, dst, offset) \
	INSN(BPF_ST | BPF_MEM | (size), dst, 0, offset, 0)
#define JUMP(insns) INSN(BPF_JMP | BPF_JA, 0, 0, insns, 0)
#define JUMP_IF_0(dst, insns) INSN(BPF_JMP | BPF_JEQ | BPF_K, dst, 0, insns, 0)
#define JUMP_IF_NOT(dst, value, insns) \
	INSN(BPF_JMP | BPF_JNE | BPF_K, dst, 0, insns, value)
#define CALL(function) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* Places in the program. */
enum { TO_OUT_1 = 2, TO_OUT_2 = 4, TO_RING = 8, RING = 10, LETTERS = 12,
	FOUND = 31, OUT = 54, INSNS = 56,
	FILE_SIZE = sizeof(struct linux_file) };

/* Two instructions for each letter, from LETTERS on. */
#define NAME_HAS(i, letter) \
	INSN(BPF_LDX | BPF_MEM | BPF_B, 2, 1, NAME, 1 + (i)), \
	JUMP_IF_NOT(2, letter, OUT - LETTERS - 2 * (i) - 2)

#define FIELD(name) ((int)offsetof(struct linux_file, name) - FILE_SIZE)

static const struct bpf_insn program[INSNS] = {
	MOV(6, 1),					/* the context */
	LOAD(BPF_DW, 7, 6, CTX_TASK),
	JUMP_IF_0(7, OUT - 3),				/* the end: no task */
	LOAD(BPF_DW, 8, 6, CTX_FILE),
	JUMP_IF_0(8, OUT - 5),
	/* r0 = bpf_sock_from_file(file): NULL if it is not a socket */
	MOV(1, 8),
	CALL(BPF_FUNC_sock_from_file),
	SET(9, 0),
	JUMP_IF_0(0, 1),
	JUMP(FOUND - RING),
	/* RING.  file->f_path.dentry->d_shortname: an io_uring's */
	LOAD_WANTED(BPF_DW, 1, 8, DENTRY),
	JUMP_IF_0(1, OUT - 12),
	NAME_HAS(0, '['), NAME_HAS(1, 'i'), NAME_HAS(2, 'o'),
	NAME_HAS(3, '_'), NAME_HAS(4, 'u'), NAME_HAS(5, 'r'),
	NAME_HAS(6, 'i'), NAME_HAS(7, 'n'), NAME_HAS(8, 'g'),
	SET32(9, (int)LINUX_FILE_RING),
	/* FOUND.  a struct linux_file on the stack: file->f_inode->i_ino */
	LOAD_WANTED(BPF_DW, 1, 8, F_INODE),
	LOAD_WANTED(BPF_DW, 2, 1, I_INO),
	STORE(BPF_W, 10, FIELD(inode), 2),
	/* task->tgid, which user space calls pid */
	LOAD_WANTED(BPF_W, 2, 7, TGID),
	STORE(BPF_W, 10, FIELD(pid), 2),
	/* task->pid, of a thread */
	LOAD_WANTED(BPF_W, 2, 7, PID),
	STORE(BPF_W, 10, FIELD(task), 2),
	/* task->cgroups, a struct css_set: its address */
	LOAD_WANTED(BPF_DW, 2, 7, GROUPS),
	STORE(BPF_DW, 10, FIELD(groups), 2),
	STORE_0(BPF_W, 10, FIELD(unused)),
	/* task->group_leader->real_cred->euid, as in status */
	LOAD_WANTED(BPF_DW, 2, 7, LEADER),
	LOAD_WANTED(BPF_DW, 2, 2, CRED),
	LOAD_WANTED(BPF_W, 2, 2, EUID),
	STORE(BPF_W, 10, FIELD(uid), 2),
	LOAD(BPF_W, 2, 6, CTX_FD),
	OR(2, 9),
	STORE(BPF_W, 10, FIELD(fd), 2),
	/* bpf_seq_write(meta->seq, stack, its size) */
	LOAD(BPF_DW, 1, 6, CTX_META),
	LOAD(BPF_DW, 1, 1, META_SEQ),
	MOV(2, 10),
	ADD(2, -FILE_SIZE),
	SET(3, FILE_SIZE),
	CALL(BPF_FUNC_seq_write),
	/* OUT.  0: go on; the kernel repeats a call that had no room */
	SET(0, 0),
	EXIT(),
};

/* Removes the test for an io_uring; returns how many instructions remain. */
static unsigned
cut_ring(struct bpf_insn *insn)
{
	enum { FROM = TO_RING + 1, CUT = FOUND - FROM };

	memmove(insn + FROM, insn + FOUND, (INSNS - FOUND) * sizeof *insn);
	insn[TO_OUT_1].off -= CUT;
	insn[TO_OUT_2].off -= CUT;
	insn[TO_RING].off = OUT - CUT - FROM;
	return INSNS - CUT;
}

/* Returns the number of instructions. */
static unsigned
write_program(const struct linux_btf *kernel, struct bpf_insn *insn)
{
	int i;

	memcpy(insn, program, sizeof program);
	for (i = 0; i < INSNS; i++) {
		if (BPF_CLASS(insn[i].code) != BPF_LDX || insn[i].imm == 0)
			continue;
		if (kernel[insn[i].off].offset < 0) {
			insn[i] = (struct bpf_insn)SET(insn[i].dst_reg, 0);
			continue;
		}
		insn[i].off = (int16_t)(kernel[insn[i].off].offset +
		    insn[i].imm - 1);
		insn[i].imm = 0;
	}
	return kernel[NAME].offset < 0 ? cut_ring(insn) : INSNS;
}

static int
call_bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof *attr);
}

static int
load_program(const struct linux_btf *kernel)
{
	struct bpf_insn insn[INSNS];
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.insn_cnt = write_program(kernel, insn);
	attr.prog_type = BPF_PROG_TYPE_TRACING;
	attr.expected_attach_type = BPF_TRACE_ITER;
	attr.attach_btf_id = kernel[ITER].id;
	attr.insns = (uint64_t)(uintptr_t)insn;
	/* the helpers require a program under the GPL; this one may be */
	attr.license = (uint64_t)(uintptr_t)"Dual MIT/GPL";
	memcpy(attr.prog_name, "prt_scan", sizeof "prt_scan");
	return call_bpf(BPF_PROG_LOAD, &attr);
}

/* A descriptor that is read to get what the program writes. */
static int
start_iterator(int prog)
{
	union bpf_attr attr;
	int link, iter = -1;

	memset(&attr, 0, sizeof attr);
	attr.link_create.prog_fd = (uint32_t)prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = call_bpf(BPF_LINK_CREATE, &attr);
	if (link >= 0) {
		memset(&attr, 0, sizeof attr);
		attr.iter_create.link_fd = (uint32_t)link;
		iter = call_bpf(BPF_ITER_CREATE, &attr);
	}
	input_close(link);
	return iter;
}

static bool
read_files(int iter, void (*some)(void *arg, const struct linux_file *f,
    size_t n), void *arg)
{
	struct linux_file file[READ_SIZE / FILE_SIZE];
	ssize_t n;

	do {
		n = read(iter, file, sizeof file);
		if (n > 0)
			some(arg, file, (size_t)n / FILE_SIZE);
		/* EAGAIN: the kernel stopped after a million files without a
		 * socket; read on */
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n == 0;
}

/* The program's numbers are those of the first pid namespace; so must be those
 * of /proc. */
static bool
pids_are_global(void)
{
	char self[NUM_MAX];
	ssize_t n = readlink("/proc/self", self, sizeof self);
	struct stat st;
	uint64_t pid;

	return n > 0 &&
	    num_parse((struct str){ self, (size_t)n }, INT32_MAX, &pid) &&
	    pid == (uint64_t)getpid() &&
	    stat("/proc/self/ns/pid", &st) == 0 &&
	    st.st_ino == LINUX_PID_NS_INIT;
}

/* False with errno and the cause.  The program reads pointers, and numbers of
 * the same length. */
static bool
can_be_asked(const char **what)
{
	errno = ENOTSUP;
	*what = "a program of 32 bits";
	if (sizeof(long) != sizeof(uint64_t))
		return false;
	*what = "the first pid namespace";
	return pids_are_global();
}

/* Such a kernel lacks bpf_sock_from_file, and says only that something is
 * invalid. */
static void
name_refusal(const char **what)
{
	if (errno != EINVAL || linux_is_from(5, 11))
		return;
	*what = "Linux before 5.11";
	errno = ENOTSUP;
}

/* Linux 6.16 can map it; else it is read, a page at a time. */
static bool
find_kernel(int fd, struct linux_btf *kernel)
{
	struct buf text = { 0 };
	struct stat st;
	void *map = MAP_FAILED;
	bool ok = fd >= 0 && fstat(fd, &st) == 0;

	if (ok)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
		    0);
	if (ok && map == MAP_FAILED)
		ok = input_slurp_fd(fd, BTF_MAX, &text);
	if (ok && !linux_btf_find(map == MAP_FAILED ? buf_str(&text) :
	    (struct str){ map, (size_t)st.st_size }, kernel, NWANT)) {
		errno = EINVAL;
		ok = false;
	}
	if (map != MAP_FAILED)
		munmap(map, (size_t)st.st_size);
	buf_free(&text);
	return ok;
}

bool
linux_bpf_files(void (*some)(void *arg, const struct linux_file *f, size_t n),
    void *arg, const char **what)
{
	struct linux_btf kernel[NWANT] = {
		[ITER] = { .name = "bpf_iter_task_file" },
		[PID] = { .name = "task_struct", .member = "pid" },
		[TGID] = { .name = "task_struct", .member = "tgid" },
		[LEADER] = { .name = "task_struct", .member = "group_leader" },
		[CRED] = { .name = "task_struct", .member = "real_cred" },
		[EUID] = { .name = "cred", .member = "euid" },
		/* a kernel may be built without them */
		[GROUPS] = { .name = "task_struct", .member = "cgroups",
		    .may_lack = true },
		[F_INODE] = { .name = "file", .member = "f_inode" },
		[I_INO] = { .name = "inode", .member = "i_ino" },
		[F_PATH] = { .name = "file", .member = "f_path" },
		[DENTRY] = { .name = "path", .member = "dentry" },
		/* from Linux 6.14 on, as is the list of a ring's files */
		[NAME] = { .name = "dentry", .member = "d_shortname",
		    .may_lack = true },
	};
	int btf, prog = -1, iter = -1;
	bool ok = false;

	if (can_be_asked(what)) {
		*what = "/sys/kernel/btf/vmlinux";
		btf = open(*what, O_RDONLY | O_CLOEXEC);
		ok = find_kernel(btf, kernel);
		input_close(btf);
	}
	if (ok) {
		kernel[DENTRY].offset = (int16_t)(kernel[DENTRY].offset +
		    kernel[F_PATH].offset);
		*what = "bpf";
		prog = load_program(kernel);
		if (prog < 0)
			name_refusal(what);
		iter = prog >= 0 ? start_iterator(prog) : -1;
		ok = iter >= 0 && read_files(iter, some, arg);
	}
	input_close(iter);
	input_close(prog);
	return ok;
}
