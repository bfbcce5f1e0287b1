/*
 * flag-look: what each heuristic looks at; for the table of flag-heur alone.
 */
#ifndef FLAG_LOOK_H
#define FLAG_LOOK_H

#include "flag/heur.h"

/* By itself, of a record of the kinds that the table names. */
bool look_nonroot_privileged(struct fact *f);
bool look_script_sensitive(struct fact *f);
bool look_root_high_port(struct fact *f);
bool look_proxy_listener(struct fact *f);
bool look_stdio_socket(struct fact *f);
bool look_shell_net(struct fact *f);
bool look_memfd_exe(struct fact *f);
bool look_deleted_exe(struct fact *f);
bool look_tmp_exe(struct fact *f);
bool look_fake_kthread(struct fact *f);
bool look_nc_listener(struct fact *f);
bool look_exposed_store(struct fact *f);
bool look_bind_widened(struct fact *f);
bool look_nonroot_privileged_any(struct fact *f);
bool look_root_high_port_any(struct fact *f);
bool look_relay_shell(struct fact *f);
bool look_no_owner(struct fact *f);
bool look_close_wait(struct fact *f);
bool look_has_first_seen(struct fact *f);

/* Among the others, of a record that looks so. */
bool look_around_nonroot_privileged(struct heur_case *c);
bool look_around_stdio_socket(struct heur_case *c);
bool look_around_shell_net(struct heur_case *c);
bool look_around_bind_widened(struct heur_case *c);
bool look_around_relay_shell(struct heur_case *c);
bool look_around_no_owner(struct heur_case *c);
bool look_around_close_wait(struct heur_case *c);
bool look_around_long_lived(struct heur_case *c);

/* How bad it is. */
enum heur_level look_level_tmp_exe(struct fact *f);
enum heur_level look_level_exposed_store(struct fact *f);

#endif
