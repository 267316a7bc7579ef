/* SPDX-License-Identifier: Apache-2.0 */
/* cat_format.c - kcat's formats. */
#include "cli/cat_format.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"

#define HEADERS_MAX 1000

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character behind a backslash; *used says how many were read. */
static bool escape(const char *at, char *c, size_t *used)
{
    static const char letters[] = "nrt0\\";
    static const char values[] = {'\n', '\r', '\t', '\0', '\\'};
    const char *found = at[0] == '\0' ? NULL : strchr(letters, at[0]);
    *used = 1;
    if (found != NULL) {
        *c = values[found - letters];
        return true;
    }
    if (at[0] != 'x' || hex_value(at[1]) < 0 || hex_value(at[2]) < 0)
        return false;
    *c = (char)(hex_value(at[1]) * 16 + hex_value(at[2]));
    *used = 3;
    return true;
}

bool cat_format_unescape(char *text, size_t *size, struct err *err)
{
    size_t to = 0;
    for (size_t at = 0; text[at] != '\0'; at++) {
        size_t used;
        if (text[at] != '\\') {
            text[to++] = text[at];
            continue;
        }
        if (!escape(text + at + 1, &text[to], &used))
            return err_set(err, ERR_MALFORMED,
                           "unknown escape \"\\%.1s\"; known are "
                           "\\n \\r \\t \\0 \\\\ \\xNN",
                           text + at + 1);
        to++;
        at += used;
    }
    *size = to;
    return true;
}

bool cat_format_check(const char *format, struct err *err)
{
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%')
            continue;
        p++;
        if (*p == '\0' || strchr("sSRkKThtpo%", *p) == NULL)
            return err_set(err, ERR_MALFORMED,
                           "-f: unknown \"%%%.1s\"; known are %%s %%S %%R %%k "
                           "%%K %%T %%h %%t %%p %%o %%%%",
                           p);
    }
    return true;
}

/* --- JSON --- */

/* Bytes as a JSON text: what is no UTF-8 becomes U+FFFD. */
static void write_text(struct text *out, struct span bytes)
{
    const unsigned char *p = bytes.data;
    struct text sound;
    if (span_is_utf8(bytes)) {
        json_quote(out, bytes);
        return;
    }
    text_init(&sound, SIZE_MAX / 4);
    for (size_t at = 0; at < bytes.size;) {
        size_t size = p[at] < 0x80 ? 1 : p[at] < 0xe0 ? 2 : p[at] < 0xf0 ? 3 : 4;
        if (at + size <= bytes.size && span_is_utf8((struct span){p + at, size})) {
            text_add(&sound, (struct span){p + at, size});
            at += size;
        } else {
            text_add_string(&sound, "\xef\xbf\xbd");
            at++;
        }
    }
    json_quote(out, text_span(&sound));
    text_reset(&sound);
}

static void write_or_null(struct text *out, struct span bytes)
{
    if (bytes.data == NULL)
        text_add_string(out, "null");
    else
        write_text(out, bytes);
}

static void write_json_headers(struct text *out, const struct kafka_chunk *chunk, size_t index)
{
    struct kafka_header headers[HEADERS_MAX];
    size_t count = kafka_consumer_headers(chunk, index, headers, HEADERS_MAX);
    if (count == 0)
        return;
    text_add_string(out, ",\"headers\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_char(out, ',');
        write_text(out, span_of(headers[i].name));
        text_add_char(out, ',');
        write_or_null(out, headers[i].value);
    }
    text_add_char(out, ']');
}

/* kcat 1.7.1's envelope, its members in its order. */
static void write_envelope(const struct cat_format *format, const struct kafka_chunk *chunk,
                           size_t index, struct text *out)
{
    const struct kafka_record *record = &chunk->records[index];
    text_add_string(out, "{\"topic\":");
    write_text(out, span_of(format->topic));
    text_printf(out, ",\"partition\":%d,\"offset\":%" PRId64, record->partition, record->offset);
    if (record->timestamp_ms >= 0)
        text_printf(out, ",\"tstype\":\"%s\",\"ts\":%" PRId64,
                    record->timestamp_type == 0 ? "create" : "logappend", record->timestamp_ms);
    text_printf(out, ",\"broker\":%d", kafka_consumer_broker(chunk, index));
    write_json_headers(out, chunk, index);
    text_add_string(out, ",\"key\":");
    write_or_null(out, record->key);
    text_add_string(out, ",\"payload\":");
    write_or_null(out, record->value);
    text_add_string(out, "}\n");
}

/* --- -f --- */

static void write_headers(struct text *out, const struct kafka_chunk *chunk, size_t index)
{
    struct kafka_header headers[HEADERS_MAX];
    size_t count = kafka_consumer_headers(chunk, index, headers, HEADERS_MAX);
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s%s=", i == 0 ? "" : ",", headers[i].name);
        if (headers[i].value.data == NULL)
            text_add_string(out, "NULL");
        else
            text_add(out, headers[i].value);
    }
}

static void write_bytes(const struct cat_format *format, struct span bytes, struct text *out)
{
    if (bytes.data != NULL)
        text_add(out, bytes);
    else if (format->null_words)
        text_add_string(out, "NULL");
}

static void write_size(struct span bytes, struct text *out)
{
    if (bytes.data == NULL)
        text_add_string(out, "-1");
    else
        text_printf(out, "%zu", bytes.size);
}

static void write_size_as_bytes(struct span bytes, struct text *out)
{
    uint32_t size = bytes.data == NULL ? UINT32_MAX : (uint32_t)bytes.size;
    for (int shift = 24; shift >= 0; shift -= 8)
        text_add_char(out, (char)(size >> shift & 0xff));
}

static void write_field(const struct cat_format *format, char letter,
                        const struct kafka_chunk *chunk, size_t index, struct text *out)
{
    const struct kafka_record *record = &chunk->records[index];
    switch (letter) {
    case 's':
        write_bytes(format, record->value, out);
        return;
    case 'S':
        write_size(record->value, out);
        return;
    case 'R':
        write_size_as_bytes(record->value, out);
        return;
    case 'k':
        write_bytes(format, record->key, out);
        return;
    case 'K':
        write_size(record->key, out);
        return;
    case 'T':
        text_printf(out, "%" PRId64, record->timestamp_ms);
        return;
    case 'h':
        write_headers(out, chunk, index);
        return;
    case 't':
        text_add_string(out, format->topic);
        return;
    case 'p':
        text_printf(out, "%d", record->partition);
        return;
    case 'o':
        text_printf(out, "%" PRId64, record->offset);
        return;
    default:
        text_add_char(out, letter);
        return;
    }
}

static void write_by_format(const struct cat_format *format, const struct kafka_chunk *chunk,
                            size_t index, struct text *out)
{
    for (const char *p = format->format; *p != '\0'; p++) {
        char c;
        size_t used;
        if (*p == '%') {
            p++;
            write_field(format, *p, chunk, index, out);
        } else if (*p == '\\' && escape(p + 1, &c, &used)) {
            text_add_char(out, c);
            p += used;
        } else {
            text_add_char(out, *p);
        }
    }
}

void cat_format_write(const struct cat_format *format, const struct kafka_chunk *chunk,
                      size_t index, struct text *out)
{
    if (format->json) {
        write_envelope(format, chunk, index, out);
    } else if (format->format != NULL) {
        write_by_format(format, chunk, index, out);
    } else {
        if (format->with_key) {
            write_bytes(format, chunk->records[index].key, out);
            text_add(out, format->key_delimiter);
        }
        write_bytes(format, chunk->records[index].value, out);
        text_add(out, format->delimiter);
    }
}
