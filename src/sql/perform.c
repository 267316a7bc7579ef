/* SPDX-License-Identifier: Apache-2.0 */
/* perform.c - from text to rows. */
#include "sql/perform.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/statement.h"
#include "io/clock.h"
#include "io/worker.h"
#include "net/catalog_client.h"
#include "sql/cell.h"
#include "sql/column_type.h"
#include "sql/define.h"
#include "sql/information.h"
#include "sql/names.h"
#include "sql/relation.h"
#include "sql/session.h"
#include "sql/describe.h"

/* A statement that found no memory is tried again, unless it had long enough to take it itself. */
#define MEMORY_ATTEMPTS 6
#define MEMORY_ATTEMPT_MS 1000
#define MEMORY_WAIT_MS 10   /* doubling */
#define EXECUTE_DEPTH_MAX 2 /* EXECUTE of an EXECUTE IMMEDIATE goes no further */

struct perform {
    struct engine *engine;
    const struct config *config;
    struct catalog_client *catalog;
    struct footers *footers;
};

struct perform *perform_create(struct engine *engine, const struct config *config)
{
    struct perform *perform = mem_new(sizeof(*perform));

    perform->engine = engine;
    perform->config = config;
    perform->catalog = catalog_client_create(&config->metastore, PERFORM_CATALOG_MS);
    perform->footers = footers_create();
    return perform;
}

void perform_close(struct perform *perform)
{
    if (perform == NULL)
        return;
    catalog_client_close(perform->catalog);
    footers_close(perform->footers);
    mem_free(perform);
}

/* --- a query -----------------------------------------------------------------------------------
 */

static bool take_connection(struct perform *perform, struct run *run, struct query **query)
{
    struct err err = {0};

    *query = atomic_load(&run->query);
    if (*query != NULL)
        return true;
    *query = query_open(perform->engine, &err);
    if (*query == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES, "%s", err.text);
    run_take_query(run, *query);
    return true;
}

static bool build_table(struct perform *perform, struct run *run, struct query *query,
                        const struct trino_name *name, struct relation *relation)
{
    const struct names_place names = {run, perform->catalog, perform->config};
    const struct relation_place place = {run, query, perform->footers, perform->config};
    const struct names_path path = {name->catalog, name->schema, name->table,
                                    name->line,    name->column, true};
    struct hive_table table;

    if (run_cancelled(run))
        return fault_set(&run->fault, FAULT_USER_CANCELED, "Query was canceled");
    if (!names_check_catalog(run, &path))
        return false;
    *relation = (struct relation){0};
    if (strcmp(path.schema, NAMES_INFORMATION_SCHEMA) == 0)
        return information_build(&names, &path, &relation->table);
    return names_table(&names, &path, &table) && relation_build(&place, &table, relation);
}

static bool set_columns(struct run *run, const struct trino_plan *plan)
{
    struct presto_column *columns =
        ARENA_NEW(&run->arena, struct presto_column, plan->column_count);
    struct err err = {0};

    if (columns == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES, "Too many columns");
    for (size_t i = 0; i < plan->column_count; i++) {
        columns[i].name = plan->columns[i].name;
        if (!column_type_from_engine(&plan->columns[i].type, &columns[i].type, &run->arena, &err))
            return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "Column %s: %s",
                             plan->columns[i].name, err.text);
    }
    return run_set_columns(run, columns, plan->column_count);
}

/* Only of columns that the statement reads: the others concern nobody. */
static bool look_at_columns(struct run *run, const struct trino_query *parsed,
                            const struct relation *relations)
{
    for (size_t i = 0; i < trino_table_count(parsed); i++) {
        for (size_t column = 0; column < relations[i].table.column_count; column++) {
            if (!trino_reads(parsed, i, column))
                continue;
            if (!relation_check(run, &relations[i], column))
                return false;
            relation_warn(run, &relations[i], column);
        }
    }
    return true;
}

static bool start_query(struct perform *perform, struct run *run, struct span sql)
{
    const struct trino_session session = {
        .dialect = run->dialect,
        .catalog = run->client.catalog != NULL || run->dialect != TRINO_HIVE ? run->client.catalog
                                                                             : NAMES_HIVE,
        .schema = run->client.schema != NULL || run->dialect != TRINO_HIVE ? run->client.schema
                                                                           : "default",
        .time_zone = run->client.time_zone,
        .user = run->client.user,
    };
    enum trino_fault why = TRINO_OK;
    struct err err = {0};
    struct query *query;

    struct trino_query *parsed = trino_parse(sql, &session, &run->arena, &why, &err);
    if (parsed == NULL)
        return fault_trino(&run->fault, why, &err);
    if (!take_connection(perform, run, &query))
        return false;
    footers_begin(perform->footers);
    size_t count = trino_table_count(parsed);
    struct relation *relations = ARENA_NEW(&run->arena, struct relation, count);
    struct trino_table *tables = ARENA_NEW(&run->arena, struct trino_table, count);
    struct trino_plan *plan = ARENA_NEW(&run->arena, struct trino_plan, 1);
    if (relations == NULL || tables == NULL || plan == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES, "Too many tables");
    for (size_t i = 0; i < count; i++) {
        if (!build_table(perform, run, query, trino_table(parsed, i), &relations[i]))
            return false;
        tables[i] = relations[i].table;
    }
    if (!trino_translate(parsed, tables, plan, &why, &err))
        return fault_trino(&run->fault, why, &err);
    if (!look_at_columns(run, parsed, relations) || !set_columns(run, plan))
        return false;
    run->selects = true;
    if (!query_start(query, span_of(plan->sql), &err))
        return fault_query(&run->fault, query, &err);
    return true;
}

/* --- rows --------------------------------------------------------------------------------------
 */

static void add_row(struct run *run, const struct query_cells *cells, size_t row)
{
    struct text *page = &run->page;

    text_add_string(page, run->page_rows == 0 ? "[" : ",[");
    for (size_t i = 0; i < run->columns->count; i++) {
        if (i > 0)
            text_add_char(page, ',');
        cell_write(page, &cells[i], row, &run->columns->columns[i].type, &run->style);
    }
    text_add_char(page, ']');
    run->page_rows++;
    run->rows++;
}

/* The rest of the chunk, or as much of it as the page takes. */
static bool add_chunk(struct run *run, const struct query *query)
{
    struct query_cells *cells = mem_new_array(run->columns->count + 1, sizeof(*cells));
    size_t rows = query_row_count(query);

    for (size_t i = 0; i < run->columns->count; i++)
        cells[i] = query_cells(query, i);
    while (run->chunk_row < rows && run->page.size < RUN_PAGE_BYTES)
        add_row(run, cells, run->chunk_row++);
    mem_free(cells);
    if (run->page.full)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                         "A row has more than %d bytes", RUN_PAGE_BYTES_MAX - RUN_PAGE_BYTES);
    return true;
}

/* Rows until the page is full, or someone has waited long enough for those that there are. */
static bool fill_page(struct run *run)
{
    struct query *query = atomic_load(&run->query);
    struct err err = {0};
    int64_t enough = clock_steady_ms() + RUN_PAGE_MS;

    while (run->page.size < RUN_PAGE_BYTES) {
        if (run->chunk_row >= query_row_count(query)) {
            if (run->page_rows > 0 && clock_steady_ms() >= enough)
                return true;
            if (!query_next(query, &err))
                return fault_query(&run->fault, query, &err);
            run->chunk_row = 0;
            if (query_row_count(query) == 0) {
                run->ended = true;
                return true;
            }
        }
        if (!add_chunk(run, query))
            return false;
    }
    return true;
}

/* --- a statement -------------------------------------------------------------------------------
 */

static const char *refused(enum statement_kind kind)
{
    switch ((int)kind) {
    case STATEMENT_EXPLAIN:
        return "EXPLAIN is not supported";
    case STATEMENT_START_TRANSACTION:
    case STATEMENT_COMMIT:
    case STATEMENT_ROLLBACK:
        return "Transactions are not supported";
    default:
        return "This statement is not supported";
    }
}

/* EXECUTE stands for another statement: it and where its text is. */
static bool parse(struct run *run, struct span *sql, struct statement *statement)
{
    for (int depth = 0; depth <= EXECUTE_DEPTH_MAX; depth++) {
        struct err err = {0};
        *statement = (struct statement){0};
        if (!statement_parse(*sql, run->dialect, statement, &run->arena, &err))
            return fault_parse(&run->fault, &err);
        if (statement->kind != STATEMENT_EXECUTE && statement->kind != STATEMENT_EXECUTE_IMMEDIATE)
            return true;
        if (!session_execute(run, statement, sql))
            return false;
    }
    return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "EXECUTE within EXECUTE is not supported");
}

static bool do_statement(struct perform *perform, struct run *run)
{
    const struct names_place place = {run, perform->catalog, perform->config};
    struct span sql = run->sql;
    struct statement statement;

    if (!parse(run, &sql, &statement))
        return false;
    switch (statement.kind) {
    case STATEMENT_QUERY:
        return start_query(perform, run, sql);
    case STATEMENT_SHOW_CATALOGS:
    case STATEMENT_SHOW_SCHEMAS:
    case STATEMENT_SHOW_TABLES:
    case STATEMENT_SHOW_COLUMNS:
    case STATEMENT_SHOW_CREATE_TABLE:
    case STATEMENT_SHOW_FUNCTIONS:
    case STATEMENT_SHOW_SESSION:
        return describe_statement(&place, &statement);
    case STATEMENT_USE:
    case STATEMENT_SET_SESSION:
    case STATEMENT_RESET_SESSION:
    case STATEMENT_PREPARE:
    case STATEMENT_DEALLOCATE:
        return session_statement(&place, &statement);
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_DROP_TABLE:
    case STATEMENT_CREATE_SCHEMA:
    case STATEMENT_DROP_SCHEMA:
        return define_statement(&place, &statement);
    case STATEMENT_EXPLAIN:
    case STATEMENT_EXECUTE:
    case STATEMENT_EXECUTE_IMMEDIATE:
    case STATEMENT_START_TRANSACTION:
    case STATEMENT_COMMIT:
    case STATEMENT_ROLLBACK:
        return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "%s", refused(statement.kind));
    }
    return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "%s", refused(statement.kind));
}

/* The engine's memory is one: who asks for a little while another has all but the last of it fails
 * too.  The other fails then as well, or ends, so it is soon there again. */
static bool is_worth_another(const struct run *run, int attempt, int64_t took_ms)
{
    return run->fault.name == FAULT_EXCEEDED_LOCAL_MEMORY_LIMIT && attempt < MEMORY_ATTEMPTS &&
           took_ms < MEMORY_ATTEMPT_MS && !run_cancelled(run);
}

/* Nothing of it has been seen by the client. */
static void forget_attempt(struct run *run)
{
    query_finish(atomic_load(&run->query));
    run->fault = (struct fault){0};
    run->selects = false;
    run->columns = NULL;
    run->warning_count = 0;
    run->chunk_row = 0;
    run->page_rows = 0;
    run->rows = 0;
    text_clear(&run->page);
}

static bool first_step(struct perform *perform, struct run *run)
{
    for (int attempt = 1;; attempt++) {
        int64_t began_ms = clock_steady_ms();
        bool ok = session_check(run) && do_statement(perform, run);
        if (ok && run->page.full)
            ok = fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                           "The result has more than %d bytes", RUN_PAGE_BYTES_MAX);
        if (ok && run->selects)
            ok = fill_page(run);
        if (ok || !is_worth_another(run, attempt, clock_steady_ms() - began_ms))
            return ok;
        forget_attempt(run);
        clock_sleep_ms(MEMORY_WAIT_MS << attempt);
    }
}

static void end(struct run *run)
{
    struct query *query = atomic_load(&run->query);

    run->ended = true;
    if (query != NULL)
        query_finish(query);
}

void perform_step(void *tools, struct run *run)
{
    ON_WORKER();
    struct perform *perform = tools;
    bool ok =
        !run_cancelled(run) || fault_set(&run->fault, FAULT_USER_CANCELED, "Query was canceled");

    if (ok && !run->started) {
        run->started = true;
        ok = first_step(perform, run);
        run_release(run);
    } else if (ok && run->selects) {
        ok = fill_page(run);
    }
    if (!ok || !run->selects || run->ended)
        end(run);
}
