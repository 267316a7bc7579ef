/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_points.c - a small text file, replaced as a whole. */
#include "store/recovery_points.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "io/file.h"

#define FORMAT 0

void recovery_points_add(struct text *lines, const char *topic, int32_t partition, int64_t offset)
{
    text_printf(lines, "%s %" PRId32 " %" PRId64 "\n", topic, partition, offset);
}

static bool take_number(struct span *rest, char separator, int64_t max, int64_t *number)
{
    return span_to_i64(span_cut(rest, separator), number) && *number >= 0 && *number <= max;
}

static bool decode_line(struct recovery_point *entry, struct span line)
{
    int64_t partition;

    entry->topic = span_cut(&line, ' ');
    if (entry->topic.size == 0 || !take_number(&line, ' ', INT32_MAX, &partition))
        return false;
    entry->partition = (int32_t)partition;
    return take_number(&line, ' ', INT64_MAX, &entry->offset) && line.size == 0;
}

bool recovery_points_decode(struct recovery_points *points, struct span bytes, struct arena *arena,
                            struct err *err)
{
    int64_t format;
    int64_t count;

    if (!take_number(&bytes, '\n', FORMAT, &format) ||
        !take_number(&bytes, '\n', (int64_t)bytes.size, &count))
        return err_set(err, ERR_CORRUPT, RECOVERY_POINTS_NAME " does not begin as one");
    points->entries = ARENA_NEW(arena, struct recovery_point, (size_t)count);
    points->count = (size_t)count;
    if (points->entries == NULL)
        return err_set(err, ERR_LIMIT, RECOVERY_POINTS_NAME " has %" PRId64 " lines", count);
    for (int64_t i = 0; i < count; i++)
        if (!decode_line(&points->entries[i], span_cut(&bytes, '\n')))
            return err_set(err, ERR_CORRUPT, RECOVERY_POINTS_NAME ": line %" PRId64 " is none",
                           i + 3);
    return true;
}

static const char *file_path(const char *dir, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s/" RECOVERY_POINTS_NAME, dir);
    return path;
}

bool recovery_points_write(const char *dir, struct span lines, size_t count, struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    text_init(&text, RECOVERY_POINTS_BYTES_MAX);
    text_printf(&text, "%d\n%zu\n", FORMAT, count);
    text_add(&text, lines);
    bool ok = !text.full || err_set(err, ERR_LIMIT, "%zu partitions", count);
    ok = ok && file_replace(file_path(dir, path), text_span(&text), err);
    text_reset(&text);
    return ok;
}

bool recovery_points_load(const char *dir, struct recovery_points *points, struct arena *arena,
                          struct err *err)
{
    char path[PATH_MAX];
    struct span bytes;

    *points = (struct recovery_points){0};
    if (!file_read_all(file_path(dir, path), &bytes, arena, err))
        return err->kind == ERR_NOT_FOUND;
    return recovery_points_decode(points, bytes, arena, err);
}

int64_t recovery_points_find(const struct recovery_points *points, const char *topic,
                             int32_t partition)
{
    for (size_t i = 0; i < points->count; i++)
        if (points->entries[i].partition == partition && span_is(points->entries[i].topic, topic))
            return points->entries[i].offset;
    return 0;
}
