/* SPDX-License-Identifier: Apache-2.0 */
/* presto_header_test.c - what clients were seen to send, and what nobody should. */
#include "wire/presto_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static struct presto_header header(const char *name, const char *value)
{
    return (struct presto_header){span_of(name), span_of(value)};
}

/* The headers of trino-jdbc 476, among others that do not concern us. */
static void reads_a_trino_client(void **state)
{
    (void)state;
    struct arena arena;
    struct presto_client client;
    struct err err = {0};
    const struct presto_header headers[] = {
        header("User-Agent", "Trino JDBC Driver/476"),
        header("X-Trino-User", "ann"),
        header("X-Trino-Source", "trino-jdbc"),
        header("x-trino-catalog", "hive"),
        header("X-Trino-Schema", ""),
        header("X-Trino-Time-Zone", "Europe/Paris"),
        header("X-Trino-Transaction-Id", "NONE"),
        header("X-Trino-Client-Capabilities", "PATH,PARAMETRIC_DATETIME,SESSION_AUTHORIZATION"),
        header("X-Trino-Session", "query_max_run_time=5m, hive.parquet_use_column_names=false"),
        header("X-Trino-Session", "a=b%2Cc+d%3D"),
        header("X-Trino-Session", ""),
        header("X-Trino-Prepared-Statement",
               "statement1=SELECT+*%0AFROM%0A++nation%0AWHERE+%28nationkey+%3D+%3F%29%0A"),
    };

    arena_init(&arena, 1024 * 1024);
    assert_true(presto_header_read(headers, COUNT_OF(headers), &client, &arena, &err));
    assert_int_equal(client.protocol, PRESTO_TRINO);
    assert_true(client.parametric_datetime);
    assert_true(client.transactions);
    assert_null(client.transaction_id);
    assert_string_equal(client.user, "ann");
    assert_string_equal(client.catalog, "hive");
    assert_null(client.schema);
    assert_string_equal(client.time_zone, "Europe/Paris");
    assert_int_equal(client.session_count, 3);
    assert_string_equal(presto_header_session(&client, "hive.parquet_use_column_names"), "false");
    assert_string_equal(presto_header_session(&client, "a"), "b,c d=");
    assert_null(presto_header_session(&client, "b"));
    assert_string_equal(presto_header_prepared(&client, "statement1"),
                        "SELECT *\nFROM\n  nation\nWHERE (nationkey = ?)\n");
    assert_null(presto_header_prepared(&client, "STATEMENT1"));
    arena_reset(&arena);
}

static void tells_presto_from_trino(void **state)
{
    (void)state;
    struct arena arena;
    struct presto_client client;
    struct err err = {0};
    const struct presto_header presto[] = {header("X-Presto-User", "bob")};
    const struct presto_header none[] = {header("Host", "x")};
    const struct presto_header both[] = {header("X-Presto-User", "b"), header("X-Trino-User", "b")};

    arena_init(&arena, 1024 * 1024);
    assert_true(presto_header_read(presto, 1, &client, &arena, &err));
    assert_int_equal(client.protocol, PRESTO_PRESTO);
    assert_string_equal(client.user, "bob");
    assert_false(client.transactions);
    assert_true(presto_header_read(none, 1, &client, &arena, &err));
    assert_null(client.user);
    assert_false(presto_header_read(both, 2, &client, &arena, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    arena_reset(&arena);
}

/* Each is refused, and the message names the header. */
static void refuses_broken_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"X-Trino-Session", "a"},     {"X-Trino-Session", "=b"},
        {"X-Trino-Session", "a=%"},   {"X-Trino-Session", "a=%4"},
        {"X-Trino-Session", "a=%zz"}, {"X-Trino-Session", "a=%00"},
        {"X-Trino-Session", "a=%ff"}, {"X-Trino-Prepared-Statement", "x,y"},
        {"X-Trino-User", "\xff"},     {"X-Trino-Catalog", "\xc3"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct presto_client client;
        struct err err = {0};
        struct presto_header bad = header(rows[i].name, rows[i].value);
        arena_init(&arena, 1024 * 1024);
        assert_false(presto_header_read(&bad, 1, &client, &arena, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        assert_non_null(strstr(err.text, rows[i].name));
        arena_reset(&arena);
    }
}

static void keeps_its_limits(void **state)
{
    (void)state;
    struct arena arena;
    struct presto_client client;
    struct err err = {0};
    static char many[(PRESTO_HEADER_PROPERTIES_MAX + 1) * 4 + 1];

    for (size_t i = 0; i <= PRESTO_HEADER_PROPERTIES_MAX; i++)
        (void)snprintf(many + i * 4, 5, "a=b,");
    struct presto_header full = header("X-Trino-Session", many);
    arena_init(&arena, 1024 * 1024);
    assert_false(presto_header_read(&full, 1, &client, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);

    struct presto_header user = header("X-Trino-User", many);
    arena_init(&arena, 100);
    assert_false(presto_header_read(&user, 1, &client, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);
}

/* As the servers wrote p1 into X-Trino-Added-Prepare. */
static void encodes_for_reply_headers(void **state)
{
    (void)state;
    struct text out;

    text_init(&out, 1024);
    presto_header_encode(&out, span_of("SELECT *\nFROM\n  nation\nWHERE (nationkey = ?)\n"));
    assert_string_equal(text_string(&out),
                        "SELECT+*%0AFROM%0A++nation%0AWHERE+%28nationkey+%3D+%3F%29%0A");
    text_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_trino_client),      cmocka_unit_test(tells_presto_from_trino),
        cmocka_unit_test(refuses_broken_headers),    cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(encodes_for_reply_headers),
    };
    return cmocka_run_group_tests_name("presto_header", tests, NULL, NULL);
}
