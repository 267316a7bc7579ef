/* SPDX-License-Identifier: Apache-2.0 */
/* crc32c.h - the checksum of Kafka's record batches (CRC-32C, Castagnoli, RFC 3720 B.4).
 *
 * Thread: any. */
#ifndef WIRE_CRC32C_H
#define WIRE_CRC32C_H

#include <stdint.h>

#include "base/span.h"

uint32_t crc32c(struct span bytes);
/* The checksum of what `crc` is the checksum of, followed by `bytes`; of nothing it is 0. */
uint32_t crc32c_extend(uint32_t crc, struct span bytes);
/* The same without the processor's instruction for it. */
uint32_t crc32c_extend_portable(uint32_t crc, struct span bytes);

#endif
