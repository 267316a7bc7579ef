/* SPDX-License-Identifier: Apache-2.0 */
/* listen.h - where each service listens, and where the others find it.
 *
 * Thread: any. */
#ifndef CONFIG_LISTEN_H
#define CONFIG_LISTEN_H

#include "config/section.h"

#define LISTEN_PORT_BASE_MAX (65535 - 7)

const char *listen_service_name(enum config_service service);
/* The lecture's ports on 127.0.0.1 and, where the machine has it, ::1. */
void listen_default(struct config *config);
/* One `listen:` value: HOST:PORT, PORT, or a list of two of one port. */
void listen_read(struct section_reader *reader, const struct section_value *value,
                 enum config_service service);
/* The same from a variable of the environment. */
void listen_set(struct section_reader *reader, const char *where, const char *text,
                enum config_service service);
/* Every service's port anew, its hosts stay. */
void listen_move(struct config *config, int port_base);
/* Two services on one port are a fault. */
void listen_check(struct section_reader *reader);
/* How a client on this machine reaches it: 127.0.0.1 when it listens on all addresses. */
struct address listen_client(const struct config *config, enum config_service service);

#endif
