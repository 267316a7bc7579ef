/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.h - identities of topics and of the cluster, as Kafka writes them: base64url, 22 letters.
 *
 * Thread: any. */
#ifndef BROKER_UUID_H
#define BROKER_UUID_H

#include <stdbool.h>

#include "base/span.h"
#include "wire/kafka_structs.h"

#define UUID_TEXT_BYTES 23 /* with the end */

/* Random (version 4); its text does not begin with '-', which command lines take for a flag. */
struct kafka_uuid uuid_new(void);
const char *uuid_text(const struct kafka_uuid *uuid, char text[UUID_TEXT_BYTES]);
bool uuid_parse(struct kafka_uuid *uuid, struct span text);
int uuid_compare(const struct kafka_uuid *a, const struct kafka_uuid *b);

#endif
