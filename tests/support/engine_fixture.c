/* SPDX-License-Identifier: Apache-2.0 */
/* engine_fixture.c - a temporary folder, and an engine that may touch nothing else. */
#include "support/engine_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/file.h"

int engine_fixture_open(void **state)
{
    static struct engine_fixture fixture;
    struct err err = {0};
    const char *dir = getenv("DUCKDB_DIR");
    char library[512];

    (void)snprintf(library, sizeof(library), "%s/libduckdb.so", dir == NULL ? "deps/duckdb" : dir);
    (void)setenv(ENGINE_LIBRARY_VARIABLE, library, 0);
    strcpy(fixture.dir, "/tmp/steelthread-engine-XXXXXX");
    if (mkdtemp(fixture.dir) == NULL)
        return -1;
    const char *allowed[] = {fixture.dir};
    const struct engine_config config = {
        .memory_bytes = 512 << 20,
        .thread_count = 2,
        .allowed_dirs = allowed,
        .allowed_dir_count = 1,
        .time_zone = "Europe/Paris",
    };
    fixture.engine = engine_open(&config, &err);
    if (fixture.engine != NULL)
        fixture.query = query_open(fixture.engine, &err);
    if (fixture.query == NULL) {
        (void)fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    *state = &fixture;
    return 0;
}

int engine_fixture_close(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    query_close(fixture->query);
    engine_close(fixture->engine);
    if (file_remove_tree(fixture->dir, &err))
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return -1;
}

const char *engine_fixture_path(const struct engine_fixture *fixture, const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", fixture->dir, name);
    return path;
}

void engine_fixture_run(struct engine_fixture *fixture, const char *sql)
{
    struct err err = {0};
    if (!query_run(fixture->query, span_of(sql), NULL, &err))
        fail_msg("%s: %s", sql, err.text);
}

const char *engine_fixture_ask(struct engine_fixture *fixture, const char *sql)
{
    static char answer[4096];
    struct err err = {0};
    char text[8192];
    (void)snprintf(text, sizeof(text), "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s)", sql);
    if (!query_start(fixture->query, span_of(text), &err) || !query_next(fixture->query, &err))
        fail_msg("%s: %s", sql, err.text);
    if (query_row_count(fixture->query) == 0) {
        strcpy(answer, "no rows");
    } else {
        struct query_cells cells = query_cells(fixture->query, 0);
        struct span cell = query_is_null(&cells, 0) ? span_of("NULL") : query_bytes(&cells, 0);
        (void)snprintf(answer, sizeof(answer), "%.*s", (int)cell.size, (const char *)cell.data);
    }
    query_finish(fixture->query);
    return answer;
}

static void add_row(struct engine_fixture *fixture, size_t row, struct text *out)
{
    for (size_t i = 0; i < query_column_count(fixture->query); i++) {
        struct query_cells cells = query_cells(fixture->query, i);
        text_add_string(out, i == 0 ? "" : "|");
        text_add(out, query_is_null(&cells, row) ? span_of("NULL") : query_bytes(&cells, row));
    }
    text_add_char(out, '\n');
}

void engine_fixture_rows(struct engine_fixture *fixture, const char *sql, struct text *out)
{
    struct err err = {0};
    struct text text;
    text_init(&text, 1 << 24);
    text_printf(&text, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (%s) q", sql);
    bool started = query_start(fixture->query, text_span(&text), &err);
    while (started && query_next(fixture->query, &err) && query_row_count(fixture->query) > 0)
        for (size_t row = 0; row < query_row_count(fixture->query); row++)
            add_row(fixture, row, out);
    if (err.kind != ERR_NONE)
        text_printf(out, "! %s\n", err.text);
    if (started)
        query_finish(fixture->query);
    text_reset(&text);
}
