/* SPDX-License-Identifier: Apache-2.0 */
/* config_verbs.h - steelthread config validate, show, example.
 *
 * Thread: the main one. */
#ifndef CLI_CONFIG_VERBS_H
#define CLI_CONFIG_VERBS_H

#include "base/command.h"

#define CONFIG_VERBS_COUNT 3
extern const struct command config_verbs[CONFIG_VERBS_COUNT];

#endif
