/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c - opens the database, and locks it before anybody asks it anything. */
#include "engine/engine.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/functions.h"
#include "engine/instance.h"
#include "engine/query.h"

#define SETTINGS_BYTES_MAX (1024 * 1024)
/* When the system does not say how much it has. */
#define MEMORY_BYTES_UNKNOWN ((uint64_t)1 << 30)
#define TEMP_BYTES_DEFAULT ((uint64_t)1 << 30)

static bool run(struct engine *engine, duckdb_connection connection, const char *sql,
                struct err *err)
{
    duckdb_result result;
    bool ok = engine->library->duckdb_query(connection, sql, &result) == DuckDBSuccess;
    if (!ok)
        err_set(err, ERR_MALFORMED, "%s", engine->library->duckdb_result_error(&result));
    engine->library->duckdb_destroy_result(&result);
    return ok;
}

static uint64_t quarter_of_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long bytes = sysconf(_SC_PAGE_SIZE);
    return pages <= 0 || bytes <= 0 ? MEMORY_BYTES_UNKNOWN : (uint64_t)pages * (uint64_t)bytes / 4;
}

/* What must be known when the database is opened. */
static bool configure(struct engine *engine, duckdb_config *out, const struct engine_config *config,
                      struct err *err)
{
    const struct library *l = engine->library;
    char memory[32];
    char threads[16];
    (void)snprintf(memory, sizeof(memory), "%" PRIu64 "B", engine->memory_bytes);
    (void)snprintf(threads, sizeof(threads), "%d", config->thread_count);

    const struct {
        const char *name;
        const char *value;
    } settings[] = {
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"allow_persistent_secrets", "false"}, /* or a folder in the user's home is looked at */
        {"temp_directory", config->temp_dir == NULL ? "" : config->temp_dir},
        {"memory_limit", memory},
        {config->thread_count == 0 ? NULL : "threads", threads},
    };

    if (l->duckdb_create_config(out) != DuckDBSuccess)
        return err_set(err, ERR_LIMIT, "no memory for the engine's settings");
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (settings[i].name != NULL &&
            l->duckdb_set_config(*out, settings[i].name, settings[i].value) != DuckDBSuccess)
            return err_set(err, ERR_MALFORMED, "the engine refuses %s = '%s'", settings[i].name,
                           settings[i].value);
    return true;
}

static bool open_database(struct engine *engine, const struct engine_config *config,
                          struct err *err)
{
    duckdb_config settings = NULL;
    char *why = NULL;
    bool ok = configure(engine, &settings, config, err);
    if (ok &&
        engine->library->duckdb_open_ext(NULL, &engine->database, settings, &why) != DuckDBSuccess)
        ok = err_set(err, ERR_IO, "cannot open the engine: %s", why == NULL ? "?" : why);
    if (why != NULL)
        engine->library->duckdb_free(why);
    engine->library->duckdb_destroy_config(&settings);
    return ok;
}

/* The order matters: folders and zone are settings too, so the locks come last. */
static void lock_text(struct text *sql, const struct engine_config *config)
{
    if (config->temp_dir != NULL)
        text_printf(sql, "SET GLOBAL max_temp_directory_size='%" PRIu64 "B';",
                    config->temp_bytes == 0 ? TEMP_BYTES_DEFAULT : config->temp_bytes);
    if (config->time_zone != NULL) {
        text_add_string(sql, "SET GLOBAL TimeZone=");
        query_quote_text(sql, span_of(config->time_zone));
        text_add_char(sql, ';');
    }
    text_add_string(sql, "SET GLOBAL allowed_directories=[");
    for (size_t i = 0; i < config->allowed_dir_count; i++) {
        text_add_string(sql, i == 0 ? "" : ",");
        query_quote_text(sql, span_of(config->allowed_dirs[i]));
        text_add_char(sql, ','); /* a pattern is looked at before it is followed */
        query_quote_path(sql, span_of(config->allowed_dirs[i]));
    }
    text_add_string(sql, "];SET GLOBAL enable_external_access=false;"
                         "SET GLOBAL lock_configuration=true;");
}

static bool lock(struct engine *engine, duckdb_connection connection,
                 const struct engine_config *config, struct err *err)
{
    struct text sql;
    text_init(&sql, SETTINGS_BYTES_MAX);
    lock_text(&sql, config);
    bool ok = !sql.full ||
              err_set(err, ERR_LIMIT, "the engine's settings pass %d bytes", SETTINGS_BYTES_MAX);
    ok = ok && run(engine, connection, text_string(&sql), err);
    text_reset(&sql);
    return ok;
}

static bool read_time_zone(struct engine *engine, struct err *err)
{
    struct query *query = query_open(engine, err);
    bool ok = query != NULL &&
              query_start(query, span_of("SELECT current_setting('TimeZone')"), err) &&
              query_next(query, err) && query_row_count(query) == 1;
    if (ok) {
        struct query_cells cells = query_cells(query, 0);
        struct span zone = query_bytes(&cells, 0);
        engine->time_zone = mem_new(zone.size + 1);
        memcpy(engine->time_zone, zone.data, zone.size);
    }
    query_close(query);
    return ok;
}

static bool set_up(struct engine *engine, const struct engine_config *config, struct err *err)
{
    duckdb_connection connection = NULL;
    if (engine->library->duckdb_connect(engine->database, &connection) != DuckDBSuccess)
        return err_set(err, ERR_LIMIT, "the engine gives no connection");
    bool ok = functions_register(engine->library, connection, err) &&
              lock(engine, connection, config, err);
    engine->library->duckdb_disconnect(&connection);
    return ok && read_time_zone(engine, err);
}

struct engine *engine_open(const struct engine_config *config, struct err *err)
{
    assert(config->allowed_dir_count <= ENGINE_ALLOWED_MAX);

    struct engine *engine = mem_new(sizeof(*engine));
    engine->memory_bytes = config->memory_bytes == 0 ? quarter_of_memory() : config->memory_bytes;
    engine->library = library_load(config->library, err);
    if (engine->library == NULL)
        goto fail;
    if (!open_database(engine, config, err) || !set_up(engine, config, err)) {
        err_within(err, "engine");
        goto fail;
    }
    return engine;

fail:
    engine_close(engine);
    return NULL;
}

void engine_close(struct engine *engine)
{
    if (engine == NULL)
        return;
    if (engine->library != NULL && engine->database != NULL)
        engine->library->duckdb_close(&engine->database);
    mem_free(engine->time_zone);
    mem_free(engine);
}

const char *engine_version(const struct engine *engine)
{
    return engine->library->duckdb_library_version();
}

uint64_t engine_memory_bytes(const struct engine *engine)
{
    return engine->memory_bytes;
}

const char *engine_time_zone(const struct engine *engine)
{
    return engine->time_zone;
}
