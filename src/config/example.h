/* SPDX-License-Identifier: Apache-2.0 */
/* example.h - the lecture's pipeline as YAML: what `config example` prints, and what runs without
 * a file.
 *
 * Thread: any. */
#ifndef CONFIG_EXAMPLE_H
#define CONFIG_EXAMPLE_H

const char *example_text(void);

#endif
