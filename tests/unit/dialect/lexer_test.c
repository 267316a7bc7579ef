/* SPDX-License-Identifier: Apache-2.0 */
/* lexer_test.c - tokens by each dialect's rules of quoting, with their places. */
#include "dialect/lexer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ZERO "! 1:1 a zero character, or one past U+10FFFF, in a text"

/* "kind:value@line:column ..." of all tokens, or "! line:column text". */
static void lex(const char *sql, enum lexer_dialect dialect, struct text *out)
{
    static const char kinds[] = {'E', 'w', 'q', 't', 'x', 'i', 'd', 'f', 's'};
    struct lexer lexer;
    struct arena arena;
    struct err err = {0};
    size_t size = strlen(sql);
    char *exact = mem_copy(sql, size); /* so that a read past the end is seen */
    arena_init(&arena, 1 << 16);
    bool ok = lexer_init(&lexer, (struct span){exact, size}, dialect, &err);
    for (struct token token = {.kind = TOKEN_WORD}; ok && token.kind != TOKEN_END;) {
        struct span value;
        ok = lexer_next(&lexer, &token, &err) && lexer_value(&lexer, &token, &value, &arena, &err);
        if (!ok || token.kind == TOKEN_END)
            break;
        text_printf(out, "%s%c:%.*s", out->size == 0 ? "" : " ", kinds[token.kind], (int)value.size,
                    (const char *)value.data);
        if (token.suffix != 0)
            text_printf(out, "/%c", token.suffix);
        text_printf(out, "@%d:%d", token.line, token.column);
    }
    if (err.kind != ERR_NONE)
        text_printf(out, "! %d:%d %s", err.line, err.column, err.text);
    mem_free(exact);
    arena_reset(&arena);
}

static void reads_each_dialects_tokens(void **state)
{
    (void)state;
    static const struct {
        enum lexer_dialect dialect;
        const char *sql, *tokens;
    } rows[] = {
        {LEXER_TRINO, "Select\n a_1", "w:Select@1:1 w:a_1@2:2"},
        {LEXER_TRINO, "'it''s' \"a\"\"b\"", "t:it's@1:1 q:a\"b@1:9"},
        {LEXER_TRINO, "'a\\' 'b'", "t:a\\@1:1 t:b@1:6"},
        {LEXER_SPARK, "'it\\'s' \"x'y\" `a``b`", "t:it's@1:1 t:x'y@1:9 q:a`b@1:15"},
        {LEXER_SPARK, "'\\n\\t\\\\\\u0041\\101\\%\\q'", "t:\n\t\\AA\\%q@1:1"},
        {LEXER_HIVE, "\"k\"='v'", "t:k@1:1 s:=@1:4 t:v@1:5"},
        {LEXER_TRINO, "1 1.5 .5 1. 1e5 1.5E-3",
         "i:1@1:1 d:1.5@1:3 d:.5@1:7 d:1.@1:10 f:1e5@1:13 f:1.5E-3@1:17"},
        {LEXER_SPARK, "1L 2s 3Y 1.5D 2BD 1e2",
         "i:1/L@1:1 i:2/S@1:4 i:3/Y@1:7 d:1.5/D@1:10 i:2/B@1:15 f:1e2@1:19"},
        {LEXER_TRINO, "a<=b<>c!=d||e=>f",
         "w:a@1:1 s:<=@1:2 w:b@1:4 s:<>@1:5 w:c@1:7 s:!=@1:8 w:d@1:10 s:||@1:11 w:e@1:13 s:=>@1:14 "
         "w:f@1:16"},
        {LEXER_SPARK, "a<=>b", "w:a@1:1 s:<=>@1:2 w:b@1:5"},
        {LEXER_TRINO, "x'00ff' X'' xy", "x:x'00ff'@1:1 x:X''@1:9 w:xy@1:13"},
        {LEXER_TRINO, "a -- c\n/* d\n*/ b", "w:a@1:1 w:b@3:4"},
        {LEXER_SPARK, "/* a /* b */ c */ d", "w:d@1:19"},
        {LEXER_TRINO, "/* a /* b */ d", "w:d@1:14"},
        {LEXER_TRINO, "'\xC3\xA9' a", "t:\xC3\xA9@1:1 w:a@1:5"},
        {LEXER_TRINO, "", ""},
        {LEXER_TRINO, "  -- only", ""},
        {LEXER_TRINO, "a.b[1]", "w:a@1:1 s:.@1:2 w:b@1:3 s:[@1:4 i:1@1:5 s:]@1:6"},
        {LEXER_TRINO, "1a", "! 1:1 an identifier must not begin with a digit; put it in quotes"},
        {LEXER_TRINO, "a 'x", "w:a@1:1! 1:3 a quote is not closed"},
        {LEXER_TRINO, "\"x", "! 1:1 a quote is not closed"},
        {LEXER_SPARK, "'x\\'", "! 1:1 a quote is not closed"},
        {LEXER_TRINO, "\n/* x", "! 2:1 a comment is not closed"},
        {LEXER_TRINO, "a \xC3\xA9", "w:a@1:1! 1:3 a character that begins nothing in SQL"},
        {LEXER_TRINO, "a \xFF", "! 1:1 the statement is no UTF-8"},
        {LEXER_SPARK, "'\\0'", ZERO},
        {LEXER_SPARK, "'\\000'", ZERO},
        {LEXER_SPARK, "'\\089'", ZERO},
        {LEXER_SPARK, "'\\u0000'", ZERO},
        {LEXER_SPARK, "'\\U00110000'", ZERO},
        {LEXER_SPARK, "'\\uD83D\\uDE00 \\U0001F600 \\uD83D\\U0000de00'",
         "t:\xF0\x9F\x98\x80 \xF0\x9F\x98\x80 \xF0\x9F\x98\x80@1:1"},
        {LEXER_SPARK, "'\\uD83D \\uDE00\\uD83D \\uD83D\\n'", "t:? ?? ?\n@1:1"},
        {LEXER_SPARK, "'\\u00e \\400 \\128 \\177'", "t:u00e 400 128 \x7F@1:1"},
        {LEXER_SPARK, "-- c \\\nd\n e", "w:e@3:2"},
        {LEXER_TRINO, "-- c \\\nd", "w:d@2:1"},
        {LEXER_SPARK, "-- c\rd", "w:d@1:6"},
        {LEXER_TRINO, "-- c\rd", "w:d@1:6"},
        {LEXER_TRINO, "a -- c\r\n\tb", "w:a@1:1 w:b@2:2"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text got;
        text_init(&got, 4096);
        lex(rows[i].sql, rows[i].dialect, &got);
        if (strcmp(text_string(&got), rows[i].tokens) != 0)
            fail_msg("%s\ngives %s\nwant  %s", rows[i].sql, text_string(&got), rows[i].tokens);
        text_reset(&got);
    }
}

static void refuses_a_zero_byte(void **state)
{
    (void)state;
    struct lexer lexer;
    struct err err = {0};
    assert_false(lexer_init(&lexer, (struct span){"a\0b", 3}, LEXER_TRINO, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_dialects_tokens),
        cmocka_unit_test(refuses_a_zero_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
