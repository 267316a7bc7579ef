/* SPDX-License-Identifier: Apache-2.0 */
/* footers.c - a hash table of files, and a list of the kinds of columns among them. */
#include "sql/footers.h"

#include <string.h>

#include "base/mem.h"
#include "io/worker.h"

#define SLOTS_FIRST 256
#define KINDS_MAX 1000
#define SCRATCH_BYTES (16 * 1024 * 1024) /* one file's columns, before it is known whether new */

struct slot {
    const char *path; /* NULL: free */
    uint64_t bytes;
    int64_t modified_ms;
    const struct schema *schema;
};

struct footers {
    struct arena arena;
    struct slot *slots; /* a power of two, never more than half full */
    size_t slot_count;
    size_t used;
    const struct schema *kinds[KINDS_MAX];
    size_t kind_count;
};

static void forget_all(struct footers *footers)
{
    arena_reset(&footers->arena);
    mem_free(footers->slots);
    footers->slots = mem_new_array(SLOTS_FIRST, sizeof(struct slot));
    footers->slot_count = SLOTS_FIRST;
    footers->used = 0;
    footers->kind_count = 0;
}

struct footers *footers_create(void)
{
    struct footers *footers = mem_new(sizeof(*footers));

    arena_init(&footers->arena, FOOTERS_BYTES_MAX);
    forget_all(footers);
    return footers;
}

void footers_close(struct footers *footers)
{
    if (footers == NULL)
        return;
    arena_reset(&footers->arena);
    mem_free(footers->slots);
    mem_free(footers);
}

void footers_begin(struct footers *footers)
{
    if (footers->arena.used > FOOTERS_BYTES_MAX / 2 || footers->kind_count > KINDS_MAX / 2)
        forget_all(footers);
}

static uint64_t hash(const char *path)
{
    uint64_t sum = 14695981039346656037U; /* FNV-1a */

    for (; *path != '\0'; path++)
        sum = (sum ^ (unsigned char)*path) * 1099511628211U;
    return sum;
}

/* The path's slot, or the free one where it belongs. */
static struct slot *find_slot(const struct footers *footers, const char *path)
{
    size_t mask = footers->slot_count - 1;
    size_t at = hash(path) & mask;

    while (footers->slots[at].path != NULL && strcmp(footers->slots[at].path, path) != 0)
        at = (at + 1) & mask;
    return &footers->slots[at];
}

static void make_room(struct footers *footers)
{
    struct slot *old = footers->slots;
    size_t count = footers->slot_count;

    if (footers->used * 2 < count)
        return;
    footers->slots = mem_new_array(count * 2, sizeof(struct slot));
    footers->slot_count = count * 2;
    for (size_t i = 0; i < count; i++)
        if (old[i].path != NULL)
            *find_slot(footers, old[i].path) = old[i];
    mem_free(old);
}

static bool same_schema(const struct schema *a, const struct schema *b)
{
    if (a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++)
        if (strcmp(a->columns[i].name, b->columns[i].name) != 0 ||
            !engine_type_equal(&a->columns[i].type, &b->columns[i].type))
            return false;
    return true;
}

static const struct schema *known_kind(const struct footers *footers, const struct schema *schema)
{
    for (size_t i = 0; i < footers->kind_count; i++)
        if (same_schema(footers->kinds[i], schema))
            return footers->kinds[i];
    return NULL;
}

static bool too_many_files(struct err *err)
{
    return err_set(err, ERR_LIMIT,
                   "the files of the statement's tables are too many, or of too "
                   "many different kinds, to describe");
}

/* Reads the file; a kind that is new is read once more into memory that stays. */
static const struct schema *read_kind(struct footers *footers, const char *path,
                                      struct query *query, struct err *err)
{
    struct arena scratch;
    struct schema seen;
    const struct schema *kind = NULL;

    arena_init(&scratch, SCRATCH_BYTES);
    bool ok = schema_read(query, path, &seen, &scratch, err);
    if (ok)
        kind = known_kind(footers, &seen);
    arena_reset(&scratch);
    if (!ok || kind != NULL)
        return kind;

    struct schema *fresh = ARENA_NEW(&footers->arena, struct schema, 1);
    if (fresh == NULL || footers->kind_count == KINDS_MAX) {
        (void)too_many_files(err);
        return NULL;
    }
    if (!schema_read(query, path, fresh, &footers->arena, err))
        return NULL;
    footers->kinds[footers->kind_count++] = fresh;
    return fresh;
}

const struct schema *footers_get(struct footers *footers, const struct listing_file *file,
                                 const char *path, struct query *query, struct err *err)
{
    ON_WORKER();
    struct slot *slot = find_slot(footers, file->path);

    if (slot->path != NULL && slot->bytes == file->bytes && slot->modified_ms == file->modified_ms)
        return slot->schema;
    const struct schema *schema = read_kind(footers, path, query, err);
    if (schema == NULL)
        return NULL;
    if (slot->path == NULL) {
        const char *copy = arena_string(&footers->arena, span_of(file->path));
        if (copy == NULL) {
            (void)too_many_files(err);
            return NULL;
        }
        make_room(footers);
        slot = find_slot(footers, file->path);
        slot->path = copy;
        footers->used++;
    }
    slot->bytes = file->bytes;
    slot->modified_ms = file->modified_ms;
    slot->schema = schema;
    return schema;
}
