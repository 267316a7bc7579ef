/* SPDX-License-Identifier: Apache-2.0 */
/* registration.c - one table, described as Hive's `create external table` would, until the catalog
 * has it.
 *
 *   trying --done--> settled
 *     | ^ \--refused--> settled, and trying again
 *     v |
 *    timer */
#include "job/registration.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "net/catalog_client.h"

#define CALL_MS_MAX 3000
#define NAME_BYTES 256
#define REPLY_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define RETRY_MS_MIN 5 /* doubling */
#define RETRY_MS_MAX 200
#define REFUSED_MS 2000
#define START_MS_MAX 2000 /* of a catalog, before its absence is said */

struct registration {
    struct registration_setup setup;
    struct loop_timer *timer;
    int64_t started_ms;
    int failures;
    bool said;
    bool settled;
    bool stopped;
    /* the worker's while a call runs */
    struct task task;
    bool done;
    bool made;
    struct err err;
};

/* "db.table", or "table" in the database `default`. */
static bool split_name(const char *name, char database[NAME_BYTES], char table[NAME_BYTES],
                       struct err *err)
{
    struct span rest = span_of(name);
    struct span first = span_cut(&rest, '.');
    struct span db = rest.size == 0 ? span_of("default") : first;
    struct span tb = rest.size == 0 ? first : rest;

    if (db.size >= NAME_BYTES || tb.size >= NAME_BYTES || tb.size == 0)
        return err_set(err, ERR_MALFORMED, "'%s' is no table name", name);
    (void)snprintf(database, NAME_BYTES, "%.*s", (int)db.size, (const char *)db.data);
    (void)snprintf(table, NAME_BYTES, "%.*s", (int)tb.size, (const char *)tb.data);
    return true;
}

static bool create(struct catalog_client *client, const char *database, const char *name,
                   const struct spark_plan *plan, const char *table_dir, struct err *err)
{
    char location[PATH_MAX + 8];
    struct hive_parameter external = {"EXTERNAL", "TRUE"};
    struct hive_column *columns = mem_new_array(plan->column_count, sizeof(*columns));

    for (size_t i = 0; i < plan->column_count; i++)
        columns[i] = (struct hive_column){plan->columns[i].name, plan->columns[i].type, NULL};
    (void)snprintf(location, sizeof(location), "file://%s", table_dir);
    struct hive_table table = {
        .name = name,
        .database = database,
        .owner = "steelthread",
        .storage = {.columns = {columns, plan->column_count}, .location = location},
        .parameters = {&external, 1},
        .type = HIVE_TABLE_EXTERNAL,
    };
    hive_table_stored_as_parquet(&table);
    bool ok = catalog_client_create_table(client, &table, err);
    mem_free(columns);
    return ok;
}

/* *made: there was none of that name. */
static bool ensure(const struct registration_setup *setup, bool *made, struct err *err)
{
    const char *full_name = setup->job->table;
    char database[NAME_BYTES];
    char name[NAME_BYTES];
    struct arena arena;
    struct hive_table table;

    *made = false;
    if (!split_name(full_name, database, name, err))
        return false;
    struct catalog_client *client = catalog_client_create(&setup->config->metastore, CALL_MS_MAX);
    arena_init(&arena, REPLY_BYTES_MAX);
    bool ok = catalog_client_get_table(client, database, name, &arena, &table, err);
    if (!ok && err->kind == ERR_NOT_FOUND) {
        ok = create(client, database, name, setup->plan, setup->table_dir, err);
        *made = ok;
        if (!ok && err->kind == ERR_CONFLICT) /* somebody was quicker */
            ok = true;
    }
    arena_reset(&arena);
    catalog_client_close(client);
    return ok || err_within(err, "table %s", full_name);
}

static void try_run(struct task *task)
{
    ON_WORKER();
    struct registration *r = CONTAINER_OF(task, struct registration, task);

    r->done = ensure(&r->setup, &r->made, &r->err);
}

/* A catalog that starts beside us is soon there; one that said no is not asked often. */
static int64_t retry_ms(const struct registration *r)
{
    int64_t wait_ms = RETRY_MS_MIN;

    if (r->err.kind != ERR_UNAVAILABLE)
        return REFUSED_MS;
    for (int i = 1; i < r->failures && wait_ms < RETRY_MS_MAX; i++)
        wait_ms *= 2;
    return wait_ms < RETRY_MS_MAX ? wait_ms : RETRY_MS_MAX;
}

/* Once: of a catalog that is away not before it has had the time to start. */
static void say_failure(struct registration *r)
{
    char quoted[DIAG_QUOTED_BYTES];
    bool starting =
        r->err.kind == ERR_UNAVAILABLE && loop_now_ms(r->setup.loop) - r->started_ms < START_MS_MAX;

    if (r->said || starting)
        return;
    r->said = true;
    diag_warn("table-not-made", "job=%s table=%s why=%s next=try-again", r->setup.job->name,
              r->setup.job->table, diag_quoted(r->err.text, quoted));
}

static void settle(struct registration *r)
{
    if (r->settled)
        return;
    r->settled = true;
    r->setup.settled(r->setup.owner);
}

static void try_done(struct task *task)
{
    ON_LOOP();
    struct registration *r = CONTAINER_OF(task, struct registration, task);

    if (r->done && r->made)
        diag_info("table-made", "job=%s table=%s", r->setup.job->name, r->setup.job->table);
    if (!r->done) {
        r->failures++;
        say_failure(r);
        if (!r->stopped)
            loop_timer_start(r->timer, retry_ms(r), 0);
    }
    if (r->done || r->err.kind != ERR_UNAVAILABLE)
        settle(r);
}

static void try_again(void *owner)
{
    struct registration *r = owner;

    worker_pool_submit(r->setup.pool, &r->task);
}

struct registration *registration_create(const struct registration_setup *setup)
{
    struct registration *r = mem_new(sizeof(*r));

    r->setup = *setup;
    r->task = (struct task){.run = try_run, .done = try_done};
    r->timer = loop_timer_create(setup->loop, try_again, r);
    return r;
}

void registration_close(struct registration *r)
{
    if (r == NULL)
        return;
    loop_timer_close(r->timer);
    mem_free(r);
}

void registration_start(struct registration *r)
{
    r->started_ms = loop_now_ms(r->setup.loop);
    try_again(r);
}

void registration_stop(struct registration *r)
{
    r->stopped = true;
    loop_timer_stop(r->timer);
}

bool registration_is_settled(const struct registration *r)
{
    return r->settled;
}
