/* SPDX-License-Identifier: Apache-2.0 */
/* zone.h - the time zone by its IANA name.
 *
 * Thread: any. */
#ifndef CONFIG_ZONE_H
#define CONFIG_ZONE_H

#include <stdbool.h>

#define ZONE_BYTES 128

/* The system's: TZ, where /etc/localtime leads to, UTC. */
void zone_of_system(char zone[ZONE_BYTES]);
/* Is there such a zone?  True also where the machine has no list of them to ask. */
bool zone_is_known(const char *zone);

#endif
