/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/document.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)16 * 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static struct document_node *read_text(const char *text)
{
    struct document_node *root;
    struct err err;
    assert_true(document_read(span_of(text), &arena, &root, &err));
    return root;
}

/* The value of the only key. */
static const struct document_node *only_value(const char *text)
{
    return read_text(text)->first->next;
}

static void knows_where_every_node_stands(void **state)
{
    (void)state;
    const struct document_node *root = read_text("# comment\n"
                                                 "a: 1\n"
                                                 "b:\n"
                                                 "  - x\n"
                                                 "  - {\xc3\xa9: y}\n");
    static const struct {
        int line;
        int column;
    } places[] = {{2, 1}, {2, 4}, {3, 1}, {4, 3}};
    const struct document_node *node = root->first;
    for (size_t i = 0; i < COUNT_OF(places); i++, node = node->next) {
        assert_int_equal(node->line, places[i].line);
        assert_int_equal(node->column, places[i].column);
    }
    assert_null(node);
    const struct document_node *inner = root->first->next->next->next->first->next->first->next;
    assert_string_equal(inner->text, "y");
    assert_int_equal(inner->line, 5);
    assert_int_equal(inner->column, 9); /* in characters, not bytes */
}

/* A file of comments, or of nothing, is no fault. */
static void reads_nothing_as_nothing(void **state)
{
    (void)state;
    assert_null(read_text(""));
    assert_null(read_text("# only a comment\n"));
    assert_null(read_text("---\n"));
}

static void refuses_with_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err_kind kind;
        int line;
    } rows[] = {
        {"a: [1, 2\nb: 3\n", ERR_MALFORMED, 2},     {"a: \"x\n", ERR_MALFORMED, 2},
        {"a: 1\n\tb: 2\n", ERR_MALFORMED, 2},       {"a: 1\n---\nb: 2\n", ERR_UNSUPPORTED, 2},
        {"a: 1\nb: !!int 3\n", ERR_UNSUPPORTED, 2}, {"a: 1\nb: *nothing\n", ERR_MALFORMED, 2},
        {"a: \"x\\0y\"\n", ERR_MALFORMED, 1},       {"a: 1\nb: \xff\xfe\n", ERR_MALFORMED, 2},
        {"a: &x [*x]\n", ERR_MALFORMED, 1}, /* into itself */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct document_node *root;
        struct err err = {0};
        assert_false(document_read(span_of(rows[i].text), &arena, &root, &err));
        assert_int_equal(err.kind, rows[i].kind);
        assert_int_equal(err.line, rows[i].line);
        assert_true(err.column >= 1);
    }
}

static void bounds_the_depth(void **state)
{
    (void)state;
    char deep[200];
    struct document_node *root;
    struct err err = {0};
    memset(deep, '[', sizeof(deep));
    assert_false(document_read((struct span){deep, sizeof(deep)}, &arena, &root, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
}

static void takes_aliases(void **state)
{
    (void)state;
    const struct document_node *root = read_text("a: &x {k: v}\nb: *x\n");
    const struct document_node *b = root->first->next->next->next;
    assert_int_equal(b->kind, DOCUMENT_MAPPING);
    assert_string_equal(b->first->next->text, "v");
    assert_null(b->next);
}

/* A place in the text is the same character's place in the file, however YAML wrote the text. */
static void finds_the_place_in_the_file_of_a_character(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *text;
        int line; /* in the text, of the character 'N' */
        int column;
        int file_line;
        int file_column;
    } rows[] = {
        {"s: one N two", "one N two", 1, 5, 1, 8},
        {"s: 'it''s N'", "it's N", 1, 6, 1, 11},
        {"s: \"\\\"x\\\" \\u00e9 N\"", "\"x\" \xc3\xa9 N", 1, 7, 1, 18},
        {"s: |\n    one\n      N two\n", "one\n  N two\n", 2, 3, 3, 7},
        {"s: |2\n    one\n  N\n", "  one\nN\n", 2, 1, 3, 3},
        {"s: >\n  one\n  two N\n", "one two N\n", 1, 9, 3, 7},
        {"s: |\n\n  N\n", "\nN\n", 2, 1, 3, 3},
        {"s: one\n   two\n   N", "one two N", 1, 9, 3, 4},
        {"s: \"a\\nN\"", "a\nN", 2, 1, 1, 8},
        {"s: \"a \\\n  N\"", "a N", 1, 3, 2, 3},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct document_node *scalar = only_value(rows[i].yaml);
        assert_string_equal(scalar->text, rows[i].text);
        size_t count;
        struct document_place *places =
            document_places(scalar, span_of(rows[i].yaml), &count, &arena);
        assert_non_null(places);
        int line = rows[i].line;
        int column = rows[i].column;
        document_find(places, count, &line, &column);
        assert_int_equal(line, rows[i].file_line);
        assert_int_equal(column, rows[i].file_column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_where_every_node_stands, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_nothing_as_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_with_a_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bounds_the_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_aliases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_the_place_in_the_file_of_a_character, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
