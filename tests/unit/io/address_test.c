/* SPDX-License-Identifier: Apache-2.0 */
/* address_test.c - addresses as people write them, good and bad. */
#include "io/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void reads_and_writes_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *host;
        int port;
        const char *back;
    } rows[] = {
        {"kafka:29092", "kafka", 29092, "kafka:29092"},
        {"kafka", "kafka", 7, "kafka:7"},
        {"[::1]:80", "::1", 80, "[::1]:80"},
        {"[::1]", "::1", 7, "[::1]:7"},
        {"::1", "::1", 7, "[::1]:7"},
        {"[fe80::1%eth0]:80", "fe80::1%eth0", 80, "[fe80::1%eth0]:80"},
        {"::ffff:10.0.0.1", "::ffff:10.0.0.1", 7, "[::ffff:10.0.0.1]:7"},
        {"a_b-c.example.:1", "a_b-c.example.", 1, "a_b-c.example.:1"},
        {"/run/x.sock", "/run/x.sock", -1, "/run/x.sock"},
        {"127.0.0.1:0", "127.0.0.1", 0, "127.0.0.1:0"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address;
        struct err err = {0};
        char text[ADDRESS_TEXT_BYTES];
        assert_true(address_parse(&address, span_of(rows[i].text), 7, &err));
        assert_string_equal(address.host, rows[i].host);
        assert_int_equal(address.port, rows[i].port);
        assert_string_equal(address_text(&address, text), rows[i].back);
    }
}

static void refuses_what_is_no_address(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",     ":80",   "host:",   "host:http", "host:65536",   "host:-1",       "[::1]x80",
        "[::1", "[]:80", "a\"b:80", "a b",       "host:8083:80", "[fe80::1%]:80", "[::1%a b]:80"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct address address;
        struct err err = {0};
        assert_false(address_parse(&address, span_of(texts[i]), 7, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_addresses),
        cmocka_unit_test(refuses_what_is_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
