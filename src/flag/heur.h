/*
 * heur: the functions of the table of heuristics, by subject.
 *
 * suspect_NAME sees a record of the kinds that the table gives, confirm_NAME
 * also the other records; level_for_NAME is called for a flagged record.
 */
#ifndef FLAG_HEUR_H
#define FLAG_HEUR_H

#include "flag/heuristics.h"

/* The number is in a list. */
static inline bool
heur_in_list(int port, const uint16_t *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (port == list[i])
			return true;
	return false;
}
#define HEUR_IN(port, list) heur_in_list((port), (list), NELEMS(list))

/* The record's port is one of SCTP: the services that are known by their TCP
 * and UDP ports do not use it.  A record without proto counts as TCP or UDP, so
 * heuristics need not require that field. */
static inline bool
heur_is_sctp(const struct view *v)
{
	return str_is(view_get(v, F_PROTO), "sctp");
}

/* heur-shell.c: shells and interpreters on sockets. */
bool suspect_stdio_socket(struct view *v);
bool confirm_stdio_socket(struct heur_case *c);
bool suspect_shell_net(struct view *v);
bool confirm_shell_net(struct heur_case *c);
enum heur_level level_for_shell_net(struct view *v);
bool suspect_shell_listener(struct view *v);
bool confirm_shell_listener(struct heur_case *c);
bool suspect_relay_shell(struct view *v);
bool confirm_relay_shell(struct heur_case *c);

/* heur-relay.c: what the fields of @audit show about programs and shells. */
bool suspect_shell_relay(struct view *v);
enum heur_level level_for_shell_relay(struct view *v);
bool suspect_renamed_exe(struct view *v);
enum heur_level level_for_renamed_exe(struct view *v);

/* heur_is_renamed: the program is a copy under another name.
 * heur_poses_as_systems: it also looks like one of the system's. */
bool heur_is_renamed(const struct view *v);
bool heur_poses_as_systems(const struct view *v);

/* A shell below the process, or at its pipe, reads what the process writes. */
bool heur_feeds_shell(const struct view *v);

/* heur-args.c: what a process's arguments say. */
bool suspect_tunnel(struct view *v);
bool suspect_miner(struct view *v);
enum heur_level level_for_miner(struct view *v);
bool suspect_fake_daemon(struct view *v);
enum heur_level level_for_fake_daemon(struct view *v);

/* heur-path.c: where the program is, and what it calls itself. */
bool suspect_memfd_exe(struct view *v);
bool suspect_deleted_exe(struct view *v);
enum heur_level level_for_deleted_exe(struct view *v);
bool suspect_tmp_exe(struct view *v);
enum heur_level level_for_tmp_exe(struct view *v);
bool suspect_fake_kthread(struct view *v);

/* heur_runs_odd_file: the arguments name a file to run in an odd folder.
 * heur_runs_script: they name a file to run, and none in such a folder. */
bool heur_runs_odd_file(struct view *v);
bool heur_runs_script(struct view *v);

/* heur-port.c: ports, and who may have them. */
bool suspect_nonroot_privileged(struct view *v);
bool confirm_nonroot_privileged(struct heur_case *c);
enum heur_level level_for_nonroot_privileged(struct view *v);
bool suspect_script_sensitive(struct view *v);
enum heur_level level_for_script_sensitive(struct view *v);
bool suspect_root_high_port(struct view *v);
bool suspect_proxy_listener(struct view *v);
bool suspect_own_sshd(struct view *v);
bool suspect_nc_listener(struct view *v);
enum heur_level level_for_nc_listener(struct view *v);
bool suspect_bind_widened(struct view *v);
bool confirm_bind_widened(struct heur_case *c);
bool suspect_port_shadow(struct view *v);
bool confirm_port_shadow(struct heur_case *c);
bool suspect_nonroot_privileged_any(struct view *v);
bool suspect_root_high_port_any(struct view *v);
bool suspect_no_owner(struct view *v);
bool confirm_no_owner(struct heur_case *c);

/* heur-exposed.c: services that let everybody in. */
bool suspect_exposed_store(struct view *v);
bool suspect_exposed_debug(struct view *v);
enum heur_level level_for_exposed(struct view *v);

/* heur-raw.c: sockets that have no port. */
bool suspect_packet_socket(struct view *v);
enum heur_level level_for_packet_socket(struct view *v);
bool suspect_raw_icmp(struct view *v);
enum heur_level level_for_raw_icmp(struct view *v);
bool suspect_vsock_listener(struct view *v);
enum heur_level level_for_vsock_listener(struct view *v);

#endif
