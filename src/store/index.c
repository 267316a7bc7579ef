/* SPDX-License-Identifier: Apache-2.0 */
/* index.c - binary search in a file of sorted entries; a look-up is a few reads of a few bytes. */
#include "store/index.h"

#include <assert.h>

#include "io/file.h"
#include "wire/reader.h"

static void put_u32(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)(value >> 24);
    to[1] = (unsigned char)(value >> 16);
    to[2] = (unsigned char)(value >> 8);
    to[3] = (unsigned char)value;
}

static bool read_entry(int fd, uint64_t number, size_t entry_bytes, struct reader *r,
                       unsigned char *bytes, struct err *err)
{
    size_t got;

    if (!file_read_at(fd, bytes, entry_bytes, number * entry_bytes, &got, err))
        return false;
    if (got != entry_bytes)
        return err_set(err, ERR_CORRUPT, "index entry %llu is cut short",
                       (unsigned long long)number);
    *r = reader_of((struct span){bytes, entry_bytes});
    return true;
}

static bool entry_at(int fd, int64_t base_offset, uint64_t number, struct index_entry *entry,
                     struct err *err)
{
    unsigned char bytes[INDEX_ENTRY_BYTES];
    struct reader r;

    if (!read_entry(fd, number, sizeof(bytes), &r, bytes, err))
        return false;
    entry->offset = base_offset + reader_i32(&r);
    entry->at = reader_u32(&r);
    return true;
}

static bool time_entry_at(int fd, int64_t base_offset, uint64_t number,
                          struct index_time_entry *entry, struct err *err)
{
    unsigned char bytes[INDEX_TIME_ENTRY_BYTES];
    struct reader r;

    if (!read_entry(fd, number, sizeof(bytes), &r, bytes, err))
        return false;
    entry->timestamp = reader_i64(&r);
    entry->offset = base_offset + reader_i32(&r);
    return true;
}

/* The number of entries for which `is_before` holds: they come first. */
struct search {
    int fd;
    int64_t base_offset;
    int64_t key;
    bool (*is_before)(const struct search *search, uint64_t number, bool *before, struct err *err);
};

static bool count_before(const struct search *search, size_t entry_bytes, uint64_t *count,
                         struct err *err)
{
    uint64_t bytes;
    bool before;

    if (!file_bytes(search->fd, &bytes, err))
        return false;
    uint64_t low = 0;
    uint64_t high = bytes / entry_bytes;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (!search->is_before(search, middle, &before, err))
            return false;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    *count = low;
    return true;
}

static bool offset_not_after(const struct search *s, uint64_t number, bool *before, struct err *err)
{
    struct index_entry entry;

    if (!entry_at(s->fd, s->base_offset, number, &entry, err))
        return false;
    *before = entry.offset <= s->key;
    return true;
}

static bool position_before(const struct search *s, uint64_t number, bool *before, struct err *err)
{
    struct index_entry entry;

    if (!entry_at(s->fd, s->base_offset, number, &entry, err))
        return false;
    *before = entry.at < s->key;
    return true;
}

static bool time_before(const struct search *s, uint64_t number, bool *before, struct err *err)
{
    struct index_time_entry entry;

    if (!time_entry_at(s->fd, s->base_offset, number, &entry, err))
        return false;
    *before = entry.timestamp < s->key;
    return true;
}

static bool time_offset_before(const struct search *s, uint64_t number, bool *before,
                               struct err *err)
{
    struct index_time_entry entry;

    if (!time_entry_at(s->fd, s->base_offset, number, &entry, err))
        return false;
    *before = entry.offset < s->key;
    return true;
}

static bool find(const struct search *search, struct index_entry *found, uint64_t *end,
                 struct err *err)
{
    uint64_t count;

    if (!count_before(search, INDEX_ENTRY_BYTES, &count, err))
        return false;
    *end = count * INDEX_ENTRY_BYTES;
    *found = (struct index_entry){.offset = search->base_offset};
    return count == 0 || entry_at(search->fd, search->base_offset, count - 1, found, err);
}

static bool find_time(const struct search *search, struct index_time_entry *found, uint64_t *end,
                      struct err *err)
{
    uint64_t count;

    if (!count_before(search, INDEX_TIME_ENTRY_BYTES, &count, err))
        return false;
    *end = count * INDEX_TIME_ENTRY_BYTES;
    *found = (struct index_time_entry){.timestamp = -1, .offset = search->base_offset};
    return count == 0 || time_entry_at(search->fd, search->base_offset, count - 1, found, err);
}

bool index_find(int fd, int64_t base_offset, int64_t offset, struct index_entry *found,
                struct err *err)
{
    struct search search = {fd, base_offset, offset, offset_not_after};
    uint64_t end;

    return find(&search, found, &end, err);
}

bool index_find_position(int fd, int64_t base_offset, uint64_t at, struct index_entry *found,
                         uint64_t *end, struct err *err)
{
    struct search search = {fd, base_offset, (int64_t)at, position_before};

    return find(&search, found, end, err);
}

bool index_append(int fd, int64_t base_offset, const struct index_entry *entry, uint64_t *bytes,
                  struct err *err)
{
    unsigned char entry_bytes[INDEX_ENTRY_BYTES];
    struct span piece = {entry_bytes, sizeof(entry_bytes)};

    assert(entry->offset >= base_offset && entry->offset - base_offset <= INT32_MAX);
    put_u32(entry_bytes, (uint32_t)(entry->offset - base_offset));
    put_u32(entry_bytes + 4, entry->at);
    if (!file_write_at(fd, &piece, 1, *bytes, err))
        return false;
    *bytes += sizeof(entry_bytes);
    return true;
}

bool index_check(int fd, uint64_t bytes, uint64_t segment_bytes, struct err *err)
{
    struct index_entry last;

    if (bytes % INDEX_ENTRY_BYTES != 0)
        return err_set(err, ERR_CORRUPT, "an index of %llu bytes", (unsigned long long)bytes);
    if (bytes == 0)
        return true;
    if (!entry_at(fd, 0, bytes / INDEX_ENTRY_BYTES - 1, &last, err))
        return false;
    if (last.offset < 0 || last.at >= segment_bytes)
        return err_set(err, ERR_CORRUPT, "the last index entry points outside its segment");
    return true;
}

bool index_time_find(int fd, int64_t base_offset, int64_t timestamp, struct index_time_entry *found,
                     struct err *err)
{
    struct search search = {fd, base_offset, timestamp, time_before};
    uint64_t end;

    return find_time(&search, found, &end, err);
}

bool index_time_find_offset(int fd, int64_t base_offset, int64_t offset,
                            struct index_time_entry *found, uint64_t *end, struct err *err)
{
    struct search search = {fd, base_offset, offset, time_offset_before};

    return find_time(&search, found, end, err);
}

bool index_time_append(int fd, int64_t base_offset, const struct index_time_entry *entry,
                       uint64_t *bytes, struct err *err)
{
    unsigned char entry_bytes[INDEX_TIME_ENTRY_BYTES];
    struct span piece = {entry_bytes, sizeof(entry_bytes)};

    assert(entry->offset >= base_offset && entry->offset - base_offset <= INT32_MAX);
    put_u32(entry_bytes, (uint32_t)((uint64_t)entry->timestamp >> 32));
    put_u32(entry_bytes + 4, (uint32_t)entry->timestamp);
    put_u32(entry_bytes + 8, (uint32_t)(entry->offset - base_offset));
    if (!file_write_at(fd, &piece, 1, *bytes, err))
        return false;
    *bytes += sizeof(entry_bytes);
    return true;
}
