/* SPDX-License-Identifier: Apache-2.0 */
/* producer_ids.c - blocks of ids from the journal, one id at a time to who asks. */
#include "broker/producer_ids.h"

#include <inttypes.h>

#include "base/mem.h"
#include "io/worker.h"

#define LINE_BYTES_MAX 64

static void render(int64_t end, struct text *out)
{
    text_printf(out, "{\"producer_ids\":%" PRId64 "}", end);
}

static struct producer_ids_wait *take_first(struct producer_ids *ids)
{
    struct producer_ids_wait *wait = ids->first;

    ids->first = wait->next;
    if (ids->first == NULL)
        ids->last = NULL;
    return wait;
}

static void ask(struct producer_ids *ids);

static void block_written(struct journal_wait *wait, const struct err *err)
{
    ON_LOOP();
    struct producer_ids *ids = CONTAINER_OF(wait, struct producer_ids, journal_wait);

    ids->is_asking = false;
    if (err == NULL)
        ids->end += PRODUCER_IDS_BLOCK;
    while (ids->first != NULL && (err != NULL || ids->next < ids->end)) {
        struct producer_ids_wait *waiting = take_first(ids);
        waiting->given(waiting, err == NULL ? ids->next++ : -1, err);
    }
    if (ids->first != NULL)
        ask(ids);
}

static void ask(struct producer_ids *ids)
{
    struct text line;

    if (ids->is_asking)
        return;
    ids->is_asking = true;
    ids->journal_wait.written = block_written;
    text_init(&line, LINE_BYTES_MAX);
    render(ids->end + PRODUCER_IDS_BLOCK, &line);
    journal_write(ids->journal, text_span(&line), &ids->journal_wait);
    text_reset(&line);
}

void producer_ids_take(struct producer_ids *ids, struct producer_ids_wait *wait)
{
    ON_LOOP();
    if (ids->next < ids->end && ids->first == NULL) {
        wait->given(wait, ids->next++, NULL);
        return;
    }
    wait->next = NULL;
    if (ids->last == NULL)
        ids->first = wait;
    else
        ids->last->next = wait;
    ids->last = wait;
    ask(ids);
}

bool producer_ids_apply(struct producer_ids *ids, const struct json_value *change, struct err *err)
{
    const struct json_value *end = json_get(change, "producer_ids");
    int64_t value;

    if (end == NULL)
        return true;
    if (!json_to_i64(end, &value) || value < ids->end)
        return err_set(err, ERR_CORRUPT, "producer ids that go back");
    ids->next = ids->end = value;
    return true;
}

void producer_ids_render(const struct producer_ids *ids, struct text *lines)
{
    struct text line;

    text_init(&line, LINE_BYTES_MAX);
    render(ids->end, &line);
    journal_add_line(lines, text_span(&line));
    text_reset(&line);
}
