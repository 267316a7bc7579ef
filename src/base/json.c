/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - a recursive reader with a bound on its depth, and a writer that minds the commas. */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json_reader {
    const unsigned char *bytes;
    size_t size;
    size_t at;
    int depth;
    struct arena *arena;
    struct err *err;
};

static bool fail(struct json_reader *r, enum err_kind kind, const char *what)
{
    int line = 1;
    int column = 1;

    for (size_t i = 0; i < r->at && i < r->size; i++) {
        if (r->bytes[i] == '\n') {
            line++;
            column = 1;
        } else if ((r->bytes[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    (void)err_set(r->err, kind, "JSON at line %d, column %d: %s", line, column, what);
    r->err->line = line;
    r->err->column = column;
    return false;
}

static void skip_blank(struct json_reader *r)
{
    while (r->at < r->size && (r->bytes[r->at] == ' ' || r->bytes[r->at] == '\t' ||
                               r->bytes[r->at] == '\n' || r->bytes[r->at] == '\r'))
        r->at++;
}

static bool take(struct json_reader *r, char c)
{
    if (r->at < r->size && r->bytes[r->at] == (unsigned char)c) {
        r->at++;
        return true;
    }
    return false;
}

static bool take_word(struct json_reader *r, const char *word)
{
    size_t size = strlen(word);
    if (r->size - r->at < size || memcmp(r->bytes + r->at, word, size) != 0)
        return fail(r, ERR_MALFORMED, "not a JSON value");
    r->at += size;
    return true;
}

static bool is_digit(const struct json_reader *r)
{
    return r->at < r->size && r->bytes[r->at] >= '0' && r->bytes[r->at] <= '9';
}

static bool read_digits(struct json_reader *r)
{
    if (!is_digit(r))
        return fail(r, ERR_MALFORMED, "a digit is missing");
    while (is_digit(r))
        r->at++;
    return true;
}

static bool read_number(struct json_reader *r, struct json_value *value)
{
    size_t from = r->at;

    (void)take(r, '-');
    if (!take(r, '0') && !read_digits(r))
        return false;
    if (take(r, '.') && !read_digits(r))
        return false;
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '+'))
            (void)take(r, '-');
        if (!read_digits(r))
            return false;
    }
    value->type = JSON_NUMBER;
    value->text = (struct span){r->bytes + from, r->at - from};
    return true;
}

static bool read_hex4(struct json_reader *r, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        if (r->at == r->size)
            return fail(r, ERR_MALFORMED, "a \\u escape is cut off");
        unsigned char c = r->bytes[r->at];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A' + 10);
        else
            return fail(r, ERR_MALFORMED, "a \\u escape needs four hexadecimal digits");
        *unit = *unit * 16 + digit;
        r->at++;
    }
    return true;
}

static size_t put_utf8(unsigned char *to, uint32_t point)
{
    if (point < 0x80) {
        to[0] = (unsigned char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (unsigned char)(0xc0 | point >> 6);
        to[1] = (unsigned char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (unsigned char)(0xe0 | point >> 12);
        to[1] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
        to[2] = (unsigned char)(0x80 | (point & 0x3f));
        return 3;
    }
    to[0] = (unsigned char)(0xf0 | point >> 18);
    to[1] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
    to[2] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
    to[3] = (unsigned char)(0x80 | (point & 0x3f));
    return 4;
}

static bool read_escape(struct json_reader *r, unsigned char *to, size_t *used)
{
    static const char from_chars[] = "\"\\/bfnrt";
    static const char to_chars[] = "\"\\/\b\f\n\r\t";

    if (r->at == r->size)
        return fail(r, ERR_MALFORMED, "a string does not end");
    char c = (char)r->bytes[r->at++];
    if (c != 'u') {
        const char *found = c == '\0' ? NULL : strchr(from_chars, c);
        if (found == NULL)
            return fail(r, ERR_MALFORMED, "an unknown escape in a string");
        to[(*used)++] = (unsigned char)to_chars[found - from_chars];
        return true;
    }
    uint32_t point;
    if (!read_hex4(r, &point))
        return false;
    if (point >= 0xd800 && point < 0xdc00) {
        uint32_t low;
        if (!take(r, '\\') || !take(r, 'u'))
            return fail(r, ERR_MALFORMED, "half a surrogate pair");
        if (!read_hex4(r, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(r, ERR_MALFORMED, "half a surrogate pair");
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xdc00 && point < 0xe000) {
        return fail(r, ERR_MALFORMED, "half a surrogate pair");
    }
    *used += put_utf8(to + *used, point);
    return true;
}

/* Walks to the closing quote; says whether there are escapes on the way. */
static bool find_string_end(struct json_reader *r, bool *escapes)
{
    *escapes = false;
    while (r->at < r->size && r->bytes[r->at] != '"') {
        if (r->bytes[r->at] < 0x20)
            return fail(r, ERR_MALFORMED, "a control character in a string");
        if (r->bytes[r->at] == '\\') {
            *escapes = true;
            r->at++;
            if (r->at == r->size)
                break;
        }
        size_t size = span_utf8_size((struct span){r->bytes + r->at, r->size - r->at});
        if (size == 0)
            return fail(r, ERR_MALFORMED, "bytes that are not UTF-8");
        r->at += size;
    }
    if (r->at >= r->size)
        return fail(r, ERR_MALFORMED, "a string does not end");
    return true;
}

static bool read_string(struct json_reader *r, struct span *text)
{
    bool escapes;

    if (!take(r, '"'))
        return fail(r, ERR_MALFORMED, "a string is missing");
    size_t from = r->at;
    if (!find_string_end(r, &escapes))
        return false;
    size_t to = r->at;
    if (!escapes) {
        *text = (struct span){r->bytes + from, to - from};
        r->at++;
        return true;
    }

    unsigned char *copy = ARENA_NEW(r->arena, unsigned char, to - from); /* never grows */
    if (copy == NULL)
        return fail(r, ERR_LIMIT, "needs more memory than it may have");
    size_t used = 0;
    r->at = from;
    while (r->at < to) {
        unsigned char c = r->bytes[r->at++];
        if (c != '\\')
            copy[used++] = c;
        else if (!read_escape(r, copy, &used))
            return false;
    }
    r->at = to + 1;
    *text = (struct span){copy, used};
    return true;
}

/* Recursion through read_value is bounded by JSON_DEPTH_MAX.
 * NOLINTBEGIN(misc-no-recursion) */
static bool read_value(struct json_reader *r, struct json_value *value);

static bool read_members(struct json_reader *r, struct json_value *parent, char end)
{
    struct json_value **link = &parent->first;

    r->at++;
    skip_blank(r);
    if (take(r, end))
        return true;
    do {
        struct json_value *member = ARENA_NEW(r->arena, struct json_value, 1);
        if (member == NULL)
            return fail(r, ERR_LIMIT, "needs more memory than it may have");
        skip_blank(r);
        if (parent->type == JSON_OBJECT) {
            if (!read_string(r, &member->key))
                return false;
            skip_blank(r);
            if (!take(r, ':'))
                return fail(r, ERR_MALFORMED, "a colon is missing");
        }
        if (!read_value(r, member))
            return false;
        *link = member;
        link = &member->next;
        skip_blank(r);
    } while (take(r, ','));
    if (!take(r, end))
        return fail(r, ERR_MALFORMED, "a comma or a closing bracket is missing");
    return true;
}

static bool read_nested(struct json_reader *r, struct json_value *value, enum json_type type)
{
    if (r->depth == JSON_DEPTH_MAX)
        return fail(r, ERR_LIMIT, "nested too deep");
    r->depth++;
    value->type = type;
    bool ok = read_members(r, value, type == JSON_OBJECT ? '}' : ']');
    r->depth--;
    return ok;
}

static bool read_value(struct json_reader *r, struct json_value *value)
{
    skip_blank(r);
    switch (r->at < r->size ? r->bytes[r->at] : 0) {
    case '{':
        return read_nested(r, value, JSON_OBJECT);
    case '[':
        return read_nested(r, value, JSON_ARRAY);
    case '"':
        value->type = JSON_STRING;
        return read_string(r, &value->text);
    case 't':
        value->type = JSON_TRUE;
        return take_word(r, "true");
    case 'f':
        value->type = JSON_FALSE;
        return take_word(r, "false");
    case 'n':
        value->type = JSON_NULL;
        return take_word(r, "null");
    default:
        if (!is_digit(r) && (r->at == r->size || r->bytes[r->at] != '-'))
            return fail(r, ERR_MALFORMED, r->at == r->size ? "ends too early" : "not a JSON value");
        return read_number(r, value);
    }
}
/* NOLINTEND(misc-no-recursion) */

struct json_value *json_read(struct span bytes, struct arena *arena, struct err *err)
{
    struct json_reader r = {.bytes = bytes.data, .size = bytes.size, .arena = arena, .err = err};
    struct json_value *root = ARENA_NEW(arena, struct json_value, 1);

    if (root == NULL) {
        (void)fail(&r, ERR_LIMIT, "needs more memory than it may have");
        return NULL;
    }
    if (!read_value(&r, root))
        return NULL;
    skip_blank(&r);
    if (r.at != r.size) {
        (void)fail(&r, ERR_MALFORMED, "something follows the value");
        return NULL;
    }
    return root;
}

const struct json_value *json_get(const struct json_value *object, const char *name)
{
    const struct json_value *found = NULL;

    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    for (const struct json_value *m = object->first; m != NULL; m = m->next) {
        if (span_is(m->key, name))
            found = m;
    }
    return found;
}

bool json_to_i64(const struct json_value *value, int64_t *number)
{
    return value != NULL && value->type == JSON_NUMBER && span_to_i64(value->text, number);
}

size_t json_count(const struct json_value *parent)
{
    size_t count = 0;

    for (const struct json_value *m = parent->first; m != NULL; m = m->next)
        count++;
    return count;
}

void json_writer_init(struct json_writer *json, struct text *out)
{
    *json = (struct json_writer){.out = out};
}

static void before_value(struct json_writer *json)
{
    unsigned char bit = (unsigned char)(1 << (json->depth % 8));
    unsigned char *byte = &json->has_member[json->depth / 8];

    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth > 0 && (*byte & bit) != 0)
        text_add_char(json->out, ',');
    *byte |= bit;
}

static void begin(struct json_writer *json, char bracket)
{
    before_value(json);
    text_add_char(json->out, bracket);
    json->depth++;
    assert(json->depth < JSON_WRITER_DEPTH_MAX);
    json->has_member[json->depth / 8] &= (unsigned char)~(1 << (json->depth % 8));
}

static void end(struct json_writer *json, char bracket)
{
    assert(json->depth > 0 && !json->after_key);
    json->depth--;
    text_add_char(json->out, bracket);
}

void json_begin_object(struct json_writer *json)
{
    begin(json, '{');
}

void json_end_object(struct json_writer *json)
{
    end(json, '}');
}

void json_begin_array(struct json_writer *json)
{
    begin(json, '[');
}

void json_end_array(struct json_writer *json)
{
    end(json, ']');
}

void json_key(struct json_writer *json, const char *name)
{
    assert(!json->after_key);
    before_value(json);
    json_quote(json->out, span_of(name));
    text_add_char(json->out, ':');
    json->after_key = true;
}

void json_span(struct json_writer *json, struct span utf8)
{
    before_value(json);
    json_quote(json->out, utf8);
}

void json_string(struct json_writer *json, const char *utf8)
{
    json_span(json, span_of(utf8));
}

void json_i64(struct json_writer *json, int64_t number)
{
    before_value(json);
    text_printf(json->out, "%" PRId64, number);
}

void json_double(struct json_writer *json, double number)
{
    char digits[40];

    before_value(json);
    if (isnan(number)) {
        text_add_string(json->out, "\"NaN\"");
        return;
    }
    if (isinf(number)) {
        text_add_string(json->out, number > 0 ? "\"Infinity\"" : "\"-Infinity\"");
        return;
    }
    for (int precision = 15; precision <= 17; precision++) { /* the shortest that reads back */
        (void)snprintf(digits, sizeof(digits), "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    text_add_string(json->out, digits);
    if (strpbrk(digits, ".e") == NULL)
        text_add_string(json->out, ".0");
}

void json_bool(struct json_writer *json, bool value)
{
    before_value(json);
    text_add_string(json->out, value ? "true" : "false");
}

void json_null(struct json_writer *json)
{
    before_value(json);
    text_add_string(json->out, "null");
}

void json_raw(struct json_writer *json, struct span value)
{
    before_value(json);
    text_add(json->out, value);
}

void json_quote(struct text *out, struct span utf8)
{
    const char *bytes = utf8.data;
    size_t from = 0;

    text_add_char(out, '"');
    for (size_t i = 0; i < utf8.size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        text_add(out, (struct span){bytes + from, i - from});
        from = i + 1;
        static const char short_names[] = "btn?fr"; /* from 0x08; 0x0b has none */
        if (c == '"' || c == '\\')
            text_printf(out, "\\%c", c);
        else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
            text_printf(out, "\\%c", short_names[c - 0x08]);
        else
            text_printf(out, "\\u%04x", c);
    }
    text_add(out, (struct span){from == 0 ? bytes : bytes + from, utf8.size - from});
    text_add_char(out, '"');
}
