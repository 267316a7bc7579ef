/* SPDX-License-Identifier: Apache-2.0 */
/* topic_verbs.h - steelthread topic list, show, create, delete.
 *
 * Thread: the main one. */
#ifndef CLI_TOPIC_VERBS_H
#define CLI_TOPIC_VERBS_H

#include "base/command.h"

#define TOPIC_VERBS_COUNT 4
extern const struct command topic_verbs[TOPIC_VERBS_COUNT];

#endif
