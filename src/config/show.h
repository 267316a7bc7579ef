/* SPDX-License-Identifier: Apache-2.0 */
/* show.h - a configuration written as YAML, which config_load() reads back to the same.
 *
 * Thread: any. */
#ifndef CONFIG_SHOW_H
#define CONFIG_SHOW_H

#include "base/text.h"
#include "config/config.h"

void show_write(const struct config *config, struct text *out);

#endif
