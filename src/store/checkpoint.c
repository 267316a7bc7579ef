/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c - a small text file, replaced as a whole. */
#include "store/checkpoint.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "io/file.h"

#define FORMAT 0

void checkpoint_add(struct text *lines, const char *topic, int32_t partition, int64_t offset)
{
    text_printf(lines, "%s %" PRId32 " %" PRId64 "\n", topic, partition, offset);
}

static bool take_number(struct span *rest, char separator, int64_t max, int64_t *number)
{
    return span_to_i64(span_cut(rest, separator), number) && *number >= 0 && *number <= max;
}

static bool decode_line(struct checkpoint_entry *entry, struct span line)
{
    int64_t partition;

    entry->topic = span_cut(&line, ' ');
    if (entry->topic.size == 0 || !take_number(&line, ' ', INT32_MAX, &partition))
        return false;
    entry->partition = (int32_t)partition;
    return take_number(&line, ' ', INT64_MAX, &entry->offset) && line.size == 0;
}

bool checkpoint_decode(struct checkpoint *checkpoint, struct span bytes, struct arena *arena,
                       struct err *err)
{
    int64_t format;
    int64_t count;

    if (!take_number(&bytes, '\n', FORMAT, &format) ||
        !take_number(&bytes, '\n', (int64_t)bytes.size, &count))
        return err_set(err, ERR_CORRUPT, CHECKPOINT_NAME " does not begin as one");
    checkpoint->entries = ARENA_NEW(arena, struct checkpoint_entry, (size_t)count);
    checkpoint->count = (size_t)count;
    if (checkpoint->entries == NULL)
        return err_set(err, ERR_LIMIT, CHECKPOINT_NAME " has %" PRId64 " lines", count);
    for (int64_t i = 0; i < count; i++)
        if (!decode_line(&checkpoint->entries[i], span_cut(&bytes, '\n')))
            return err_set(err, ERR_CORRUPT, CHECKPOINT_NAME ": line %" PRId64 " is none", i + 3);
    return true;
}

static const char *path_of(const char *dir, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s/" CHECKPOINT_NAME, dir);
    return path;
}

bool checkpoint_write(const char *dir, struct span lines, size_t count, struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    text_init(&text, CHECKPOINT_BYTES_MAX);
    text_printf(&text, "%d\n%zu\n", FORMAT, count);
    text_add(&text, lines);
    bool ok = !text.full || err_set(err, ERR_LIMIT, "%zu partitions", count);
    ok = ok && file_replace(path_of(dir, path), text_span(&text), err);
    text_reset(&text);
    return ok;
}

bool checkpoint_load(const char *dir, struct checkpoint *checkpoint, struct arena *arena,
                     struct err *err)
{
    char path[PATH_MAX];
    struct span bytes;

    *checkpoint = (struct checkpoint){0};
    if (!file_read_all(path_of(dir, path), &bytes, arena, err))
        return err->kind == ERR_NOT_FOUND;
    return checkpoint_decode(checkpoint, bytes, arena, err);
}

int64_t checkpoint_find(const struct checkpoint *checkpoint, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < checkpoint->count; i++)
        if (checkpoint->entries[i].partition == partition &&
            span_is(checkpoint->entries[i].topic, topic))
            return checkpoint->entries[i].offset;
    return 0;
}
