/* SPDX-License-Identifier: Apache-2.0 */
/* offsets.c - offsets by partition, to and from JSON. */
#include "job/offsets.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define JSON_BYTES_MAX ((size_t)1024 * 1024)

void offsets_reset(struct offsets *offsets)
{
    mem_free(offsets->next);
    *offsets = (struct offsets){0};
}

void offsets_grow(struct offsets *offsets, int32_t count)
{
    if (count <= offsets->count)
        return;
    offsets->next = mem_grow(offsets->next, (size_t)count * sizeof(*offsets->next));
    for (int32_t i = offsets->count; i < count; i++)
        offsets->next[i] = -1;
    offsets->count = count;
}

void offsets_copy(struct offsets *to, const struct offsets *from)
{
    offsets_reset(to);
    offsets_grow(to, from->count);
    if (from->count > 0)
        memcpy(to->next, from->next, (size_t)from->count * sizeof(*to->next));
}

static int64_t at(const struct offsets *offsets, int32_t partition)
{
    return partition < offsets->count ? offsets->next[partition] : -1;
}

bool offsets_equal(const struct offsets *a, const struct offsets *b)
{
    int32_t count = a->count > b->count ? a->count : b->count;

    for (int32_t i = 0; i < count; i++) {
        if (at(a, i) != at(b, i))
            return false;
    }
    return true;
}

void offsets_write(const struct offsets *offsets, const char *topic, struct text *out)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_begin_object(&json);
    json_key(&json, topic);
    json_begin_object(&json);
    for (int32_t i = 0; i < offsets->count; i++) {
        char name[16];
        if (offsets->next[i] == -1)
            continue;
        (void)snprintf(name, sizeof(name), "%" PRId32, i);
        json_key(&json, name);
        json_i64(&json, offsets->next[i]);
    }
    json_end_object(&json);
    json_end_object(&json);
}

static bool read_partition(struct offsets *offsets, const struct json_value *member,
                           struct err *err)
{
    int64_t partition;
    int64_t offset;

    if (!span_to_i64(member->key, &partition) || partition < 0 ||
        partition >= OFFSETS_PARTITIONS_MAX || !json_to_i64(member, &offset) ||
        offset < OFFSETS_EARLIEST)
        return err_set(err, ERR_MALFORMED, "\"%.*s\" is no partition with its offset",
                       (int)member->key.size, (const char *)member->key.data);
    offsets_grow(offsets, (int32_t)partition + 1);
    offsets->next[partition] = offset;
    return true;
}

static bool read_topic(struct offsets *offsets, const char *topic, const struct json_value *root,
                       struct err *err)
{
    const struct json_value *partitions = json_get(root, topic);

    if (root->type != JSON_OBJECT || json_count(root) != 1)
        return err_set(err, ERR_MALFORMED, "want one topic with its partitions");
    if (partitions == NULL)
        return err_set(err, ERR_CONFLICT, "these are offsets of topic %.*s, not of %s",
                       (int)root->first->key.size, (const char *)root->first->key.data, topic);
    if (partitions->type != JSON_OBJECT)
        return err_set(err, ERR_MALFORMED, "want partitions with their offsets");
    for (const struct json_value *m = partitions->first; m != NULL; m = m->next) {
        if (!read_partition(offsets, m, err))
            return false;
    }
    return true;
}

bool offsets_read(struct offsets *offsets, const char *topic, struct span json, struct err *err)
{
    struct arena arena;
    struct offsets read = {0};

    arena_init(&arena, JSON_BYTES_MAX);
    const struct json_value *root = json_read(json, &arena, err);
    bool ok = root != NULL && read_topic(&read, topic, root, err);
    arena_reset(&arena);
    if (!ok) {
        offsets_reset(&read);
        return false;
    }
    offsets_reset(offsets);
    *offsets = read;
    return true;
}

int64_t offsets_distance(const struct offsets *from, const struct offsets *to)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < to->count; i++) {
        int64_t start = at(from, i) < 0 ? 0 : at(from, i);
        if (to->next[i] > start)
            sum += to->next[i] - start;
    }
    return sum;
}
