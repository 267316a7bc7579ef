/* SPDX-License-Identifier: Apache-2.0 */
/* from_json.c - a tokenizer with a bit per open bracket, and no recursion.
 *
 * Values that need no change are borrowed from the text; others are put into
 * the reader's scratch, which may move as it grows: until the end fields hold
 * offsets. */
#include "engine/from_json.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/java.h"
#include "engine/utf8.h"

#define SCRATCH_KEEP (1024 * 1024) /* more is given back after a large record */
#define NO_FIELD SIZE_MAX

struct from_json_schema {
    size_t count;
    struct span *names;
    char *bytes;
    size_t *slots; /* open addressing; NO_FIELD is free */
    size_t mask;
};

/* What becomes of a string's characters. */
enum use {
    USE_NONE,   /* only checked */
    USE_VALUE,  /* a field: half a surrogate pair becomes '?' */
    USE_NAME,   /* compared: half a pair equals nothing */
    USE_NESTED, /* JSON again: half a pair cannot be written, the text is malformed */
};

struct field {
    enum { FIELD_NULL, FIELD_BORROWED, FIELD_SCRATCH } kind;
    size_t at; /* in the text or in the scratch */
    size_t size;
};

struct from_json_reader {
    const struct from_json_schema *schema;
    struct field *fields;
    struct text scratch;
    struct text repaired; /* the text, when it came with malformed UTF-8 */
    const char *begin;    /* of the text */
    const char *at;
    const char *end;
    uint8_t open[FROM_JSON_DEPTH_MAX / 8 + 1]; /* a bit per level: is it an object? */
};

/* --- schema -------------------------------------------------------------------------------- */

static size_t hash(const char *bytes, size_t size)
{
    uint64_t value = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        value = (value ^ (uint8_t)bytes[i]) * 0x100000001b3u;
    return (size_t)(value ^ value >> 32);
}

struct from_json_schema *from_json_schema_create(const struct span *names, size_t count)
{
    struct from_json_schema *schema = mem_new(sizeof(*schema));
    size_t bytes = 0;
    size_t slots = 4;
    for (size_t i = 0; i < count; i++)
        bytes += names[i].size;
    while (slots < count * 2)
        slots *= 2;
    schema->count = count;
    schema->mask = slots - 1;
    schema->names = mem_new_array(count + 1, sizeof(*schema->names));
    schema->bytes = mem_new(bytes + 1);
    schema->slots = mem_new_array(slots, sizeof(*schema->slots));
    for (size_t i = 0; i < slots; i++)
        schema->slots[i] = NO_FIELD;

    char *to = schema->bytes;
    for (size_t i = 0; i < count; i++) {
        if (names[i].size > 0)
            memcpy(to, names[i].data, names[i].size);
        schema->names[i] = (struct span){to, names[i].size};
        size_t slot = hash(to, names[i].size) & schema->mask;
        while (schema->slots[slot] != NO_FIELD)
            slot = (slot + 1) & schema->mask;
        schema->slots[slot] = i;
        to += names[i].size;
    }
    return schema;
}

void from_json_schema_close(struct from_json_schema *schema)
{
    if (schema == NULL)
        return;
    mem_free(schema->names);
    mem_free(schema->bytes);
    mem_free(schema->slots);
    mem_free(schema);
}

static size_t find(const struct from_json_schema *schema, const char *name, size_t size)
{
    for (size_t slot = hash(name, size) & schema->mask;; slot = (slot + 1) & schema->mask) {
        size_t i = schema->slots[slot];
        if (i == NO_FIELD ||
            (schema->names[i].size == size && memcmp(schema->names[i].data, name, size) == 0))
            return i;
    }
}

/* --- reader -------------------------------------------------------------------------------- */

struct from_json_reader *from_json_reader_create(const struct from_json_schema *schema)
{
    struct from_json_reader *reader = mem_new(sizeof(*reader));
    reader->schema = schema;
    reader->fields = mem_new_array(schema->count + 1, sizeof(*reader->fields));
    text_init(&reader->scratch, FROM_JSON_BYTES_MAX);
    text_init(&reader->repaired, FROM_JSON_BYTES_MAX);
    return reader;
}

void from_json_reader_close(struct from_json_reader *reader)
{
    if (reader == NULL)
        return;
    mem_free(reader->fields);
    text_reset(&reader->scratch);
    text_reset(&reader->repaired);
    mem_free(reader);
}

static void skip_spaces(struct from_json_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
        r->at++;
}

/* The next character that is no space, or 0 at the end; it is not taken. */
static char peek(struct from_json_reader *r)
{
    skip_spaces(r);
    if (r->at == r->end)
        return '\0';
    return *r->at;
}

static bool take(struct from_json_reader *r, char c)
{
    if (peek(r) != c || r->at == r->end)
        return false;
    r->at++;
    return true;
}

/* --- strings ------------------------------------------------------------------------------- */

static bool read_hex(struct from_json_reader *r, uint32_t *unit)
{
    if (r->end - r->at < 4)
        return false;
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
        *unit = *unit << 4 | digit;
    }
    return true;
}

/* After the backslash.  A pair of \u escapes is one character. */
static bool read_escape(struct from_json_reader *r, uint32_t *code_point)
{
    static const char from[] = "btnfr\"/\\'"; /* the last only because single quotes are allowed */
    static const char to[] = "\b\t\n\f\r\"/\\'";
    if (r->at == r->end)
        return false;
    char c = *r->at++;
    const char *known = c == '\0' ? NULL : strchr(from, c);
    if (known != NULL) {
        *code_point = (uint8_t)to[known - from];
        return true;
    }
    if (c != 'u' || !read_hex(r, code_point))
        return false;
    if (*code_point >= 0xD800 && *code_point <= 0xDBFF && r->end - r->at >= 6 && r->at[0] == '\\' &&
        r->at[1] == 'u') {
        const char *back = r->at;
        uint32_t low = 0;
        r->at += 2;
        if (!read_hex(r, &low))
            return false;
        if (low >= 0xDC00 && low <= 0xDFFF)
            *code_point = 0x10000 + ((*code_point - 0xD800) << 10) + (low - 0xDC00);
        else
            r->at = back;
    }
    return true;
}

/* One character of a nested string, escaped as Jackson writes it. */
static void add_escaped(struct text *out, char c)
{
    static const char from[] = "\b\t\n\f\r\"\\";
    static const char to[] = "btnfr\"\\";
    const char *known = c == '\0' ? NULL : strchr(from, c);
    if (known != NULL) {
        text_add_char(out, '\\');
        text_add_char(out, to[known - from]);
    } else if ((uint8_t)c < 0x20) {
        text_printf(out, "\\u%04X", (unsigned)(uint8_t)c);
    } else {
        text_add_char(out, c);
    }
}

static bool add_character(struct text *out, uint32_t code_point, enum use use)
{
    char bytes[4];
    bool half = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (half && use == USE_NESTED)
        return false;
    if (half && use == USE_VALUE)
        code_point = '?';
    size_t size = utf8_encode(bytes, code_point);
    if (use == USE_NONE)
        return true;
    if (use == USE_NESTED && size == 1)
        add_escaped(out, bytes[0]);
    else
        text_add(out, (struct span){bytes, size});
    return true;
}

static void add_run(struct text *out, const char *from, const char *to, enum use use)
{
    if (use == USE_VALUE || use == USE_NAME)
        text_add(out, (struct span){from, (size_t)(to - from)});
    else if (use == USE_NESTED)
        for (; from < to; from++) /* a double quote may stand in single ones */
            add_escaped(out, *from);
}

/* The rest of a string after its opening quote.  `plain`, when not NULL, may be set to the string
 * in the text if nothing in it needs a change; then nothing was added to the scratch. */
static bool read_string(struct from_json_reader *r, char quote, enum use use, struct span *plain)
{
    const char *run = r->at;
    bool changed = false;
    for (;;) {
        while (r->at < r->end && *r->at != quote && *r->at != '\\' && (uint8_t)*r->at >= 0x20)
            r->at++;
        if (r->at == r->end || (uint8_t)*r->at < 0x20)
            return false;
        if (*r->at == quote)
            break;
        changed = true;
        add_run(&r->scratch, run, r->at, use);
        r->at++;
        uint32_t code_point = 0;
        if (!read_escape(r, &code_point) || !add_character(&r->scratch, code_point, use))
            return false;
        run = r->at;
    }
    if (!changed && plain != NULL)
        *plain = (struct span){run, (size_t)(r->at - run)};
    else
        add_run(&r->scratch, run, r->at, use);
    r->at++;
    return true;
}

/* --- numbers and words --------------------------------------------------------------------- */

static bool take_digits(struct from_json_reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > from;
}

static bool take_word(struct from_json_reader *r, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size) != 0)
        return false;
    r->at += size;
    return true;
}

/* Past the number; `whole`: it has neither fraction nor exponent. */
static bool take_number(struct from_json_reader *r, bool *whole)
{
    if (r->at < r->end && *r->at == '-')
        r->at++;
    const char *first = r->at;
    if (!take_digits(r) || (*first == '0' && r->at - first > 1))
        return false;
    *whole = true;
    if (r->at < r->end && *r->at == '.') {
        *whole = false;
        r->at++;
        if (!take_digits(r))
            return false;
    }
    if (r->at < r->end && (*r->at | 0x20) == 'e') {
        *whole = false;
        r->at++;
        if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
            r->at++;
        if (!take_digits(r))
            return false;
    }
    return true;
}

static void add_double(struct from_json_reader *r, const char *from, bool wanted)
{
    char text[FROM_JSON_NUMBER_MAX + 1];
    char printed[JAVA_NUMBER_BYTES];
    if (!wanted)
        return;
    memcpy(text, from, (size_t)(r->at - from));
    text[r->at - from] = '\0';
    double value = strtod(text, NULL);
    size_t size = java_double(printed, value);
    bool finite = (printed[size - 1] >= '0' && printed[size - 1] <= '9');
    text_add_string(&r->scratch, finite ? "" : "\"");
    text_add(&r->scratch, (struct span){printed, size});
    text_add_string(&r->scratch, finite ? "" : "\"");
}

/* What is no number to JSON, but to Spark's reader; printed in quotes. */
static bool read_no_number(struct from_json_reader *r, bool wanted)
{
    static const struct {
        const char *word;
        const char *printed;
    } words[] = {
        {"NaN", "\"NaN\""},       {"Infinity", "\"Infinity\""},   {"+Infinity", "\"Infinity\""},
        {"+INF", "\"Infinity\""}, {"-Infinity", "\"-Infinity\""}, {"-INF", "\"-Infinity\""},
    };
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (take_word(r, words[i].word)) {
            if (wanted)
                text_add_string(&r->scratch, words[i].printed);
            return true;
        }
    }
    return false;
}

static bool read_number(struct from_json_reader *r, bool wanted)
{
    const char *from = r->at;
    bool whole = false;
    if (read_no_number(r, wanted))
        return true;
    if (!take_number(r, &whole) || r->at - from > FROM_JSON_NUMBER_MAX)
        return false;
    struct span text = {from, (size_t)(r->at - from)};
    if (!whole)
        add_double(r, from, wanted);
    else if (wanted)
        text_add(&r->scratch, span_is(text, "-0") ? span_of("0") : text);
    return true;
}

/* A value that is neither string nor bracket, added as it is printed. */
static bool read_scalar(struct from_json_reader *r, bool wanted)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (take_word(r, words[i])) {
            if (wanted)
                text_add_string(&r->scratch, words[i]);
            return true;
        }
    }
    return read_number(r, wanted);
}

/* --- nested values ------------------------------------------------------------------------- */

static void add(struct from_json_reader *r, bool wanted, char c)
{
    if (wanted)
        text_add_char(&r->scratch, c);
}

static bool read_name(struct from_json_reader *r, bool wanted)
{
    char quote = peek(r);
    if (quote != '"' && quote != '\'')
        return false;
    r->at++;
    add(r, wanted, '"');
    if (!read_string(r, quote, wanted ? USE_NESTED : USE_NONE, NULL) || !take(r, ':'))
        return false;
    add(r, wanted, '"');
    add(r, wanted, ':');
    return true;
}

static bool is_object(const struct from_json_reader *r, size_t level)
{
    return (r->open[level / 8] >> level % 8 & 1) != 0;
}

/* Takes closing brackets and the comma after them; false in *more: the outermost was closed. */
static bool close_levels(struct from_json_reader *r, bool wanted, size_t base, size_t *level,
                         bool *more)
{
    for (;;) {
        bool object = is_object(r, *level);
        if (take(r, ',')) {
            add(r, wanted, ',');
            *more = true;
            return !object || read_name(r, wanted);
        }
        if (!take(r, object ? '}' : ']'))
            return false;
        add(r, wanted, object ? '}' : ']');
        if (*level == base) {
            *more = false;
            return true;
        }
        (*level)--;
    }
}

/* Takes an opening bracket; *empty: its closing one too. */
static bool open_level(struct from_json_reader *r, bool wanted, size_t *level, bool *empty)
{
    char c = *r->at++;
    bool object = c == '{';
    if (++*level >= FROM_JSON_DEPTH_MAX)
        return false;
    r->open[*level / 8] =
        (uint8_t)((r->open[*level / 8] & ~(1u << *level % 8)) | (unsigned)object << *level % 8);
    add(r, wanted, c);
    *empty = peek(r) == (object ? '}' : ']') && r->at < r->end;
    return *empty || !object || read_name(r, wanted);
}

/* An object or array, brackets included, as compact JSON. */
static bool read_nested(struct from_json_reader *r, bool wanted)
{
    size_t level = 0; /* the row's own object */
    bool more = true;
    while (more) {
        char c = peek(r);
        bool empty = false;
        if (c == '{' || c == '[') {
            if (!open_level(r, wanted, &level, &empty))
                return false;
            if (!empty)
                continue;
        } else if (c == '"' || c == '\'') {
            r->at++;
            add(r, wanted, '"');
            if (!read_string(r, c, wanted ? USE_NESTED : USE_NONE, NULL))
                return false;
            add(r, wanted, '"');
        } else if (!read_scalar(r, wanted)) {
            return false;
        }
        if (!close_levels(r, wanted, 1, &level, &more))
            return false;
    }
    return true;
}

/* --- the row ------------------------------------------------------------------------------- */

static bool read_field(struct from_json_reader *r, size_t index)
{
    bool wanted = index != NO_FIELD;
    struct field field = {FIELD_SCRATCH, r->scratch.size, 0};
    char c = peek(r);
    if (c == '"' || c == '\'') {
        struct span plain = {0};
        r->at++;
        if (!read_string(r, c, wanted ? USE_VALUE : USE_NONE, &plain))
            return false;
        if (plain.data != NULL)
            field = (struct field){FIELD_BORROWED, (size_t)((const char *)plain.data - r->begin),
                                   plain.size};
    } else if (c == '{' || c == '[') {
        if (!read_nested(r, wanted))
            return false;
    } else {
        bool null = take_word(r, "null");
        if (null)
            field.kind = FIELD_NULL;
        else if (!read_scalar(r, wanted))
            return false;
    }
    if (!wanted)
        return true;
    if (field.kind == FIELD_SCRATCH)
        field.size = r->scratch.size - field.at;
    r->fields[index] = field;
    return true;
}

static bool read_member(struct from_json_reader *r)
{
    char quote = peek(r);
    if (quote != '"' && quote != '\'')
        return false;
    r->at++;
    size_t at = r->scratch.size;
    struct span name = {0};
    if (!read_string(r, quote, USE_NAME, &name))
        return false;
    if (name.data == NULL)
        name = span_after(text_span(&r->scratch), at);
    size_t index = find(r->schema, name.data, name.size);
    return take(r, ':') && read_field(r, index);
}

static bool read_object(struct from_json_reader *r)
{
    if (take(r, '}'))
        return true;
    do {
        if (!read_member(r))
            return false;
    } while (take(r, ','));
    return take(r, '}');
}

static void point(struct from_json_reader *r, struct span *fields)
{
    for (size_t i = 0; i < r->schema->count; i++) {
        const struct field *field = &r->fields[i];
        const char *base = field->kind == FIELD_SCRATCH ? text_string(&r->scratch) : r->begin;
        fields[i] = field->kind == FIELD_NULL ? (struct span){0}
                                              : (struct span){base + field->at, field->size};
    }
}

static void forget(struct from_json_reader *r, struct span *fields)
{
    memset(r->fields, 0, r->schema->count * sizeof(*r->fields));
    memset(fields, 0, r->schema->count * sizeof(*fields));
    text_clear(&r->scratch);
    if (r->scratch.room > SCRATCH_KEEP)
        text_reset(&r->scratch);
    if (r->repaired.room > SCRATCH_KEEP)
        text_reset(&r->repaired);
}

enum from_json_outcome from_json_read(struct from_json_reader *reader, struct span json,
                                      struct span *fields)
{
    forget(reader, fields);
    if (!utf8_valid(json)) {
        text_clear(&reader->repaired);
        utf8_repair(&reader->repaired, json);
        json = text_span(&reader->repaired);
    }
    reader->begin = json.data;
    reader->at = reader->begin;
    reader->end = reader->begin + json.size;
    skip_spaces(reader);
    if (reader->at == reader->end)
        return FROM_JSON_NULL;
    if (!take(reader, '{') || !read_object(reader) || reader->scratch.full || reader->repaired.full)
        return FROM_JSON_MALFORMED;
    point(reader, fields);
    return FROM_JSON_ROW;
}
