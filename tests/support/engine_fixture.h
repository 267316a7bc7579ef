/* SPDX-License-Identifier: Apache-2.0 */
/* engine_fixture.h - an engine on a folder of its own, for the tests that need one. */
#ifndef SUPPORT_ENGINE_FIXTURE_H
#define SUPPORT_ENGINE_FIXTURE_H

#include "base/text.h"
#include "engine/engine.h"
#include "engine/query.h"

struct engine_fixture {
    char dir[64]; /* allowed; removed in the end */
    struct engine *engine;
    struct query *query;
};

/* For cmocka's group: *state becomes a struct engine_fixture.  The library is
 * $STEELTHREAD_DUCKDB, else deps/duckdb/ of the folder that the test runs in. */
int engine_fixture_open(void **state);
int engine_fixture_close(void **state);
/* dir/name, in a buffer of the fixture's that the next call overwrites. */
const char *engine_fixture_path(const struct engine_fixture *fixture, const char *name);
/* Runs a statement that must work. */
void engine_fixture_run(struct engine_fixture *fixture, const char *sql);
/* The first cell of a statement that must work, as text of the engine's own; "NULL". */
const char *engine_fixture_ask(struct engine_fixture *fixture, const char *sql);
/* All rows of a statement as "a|b\n", and "! why\n" when and where it fails. */
void engine_fixture_rows(struct engine_fixture *fixture, const char *sql, struct text *out);

#endif
