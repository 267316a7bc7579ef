/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - built-in text, then the file, then the environment, then the flags.
 *
 * A top-level key that the file leaves out is as in the built-in text, which
 * is the one that `config example` prints. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "config/app.h"
#include "config/document.h"
#include "config/example.h"
#include "config/jobs.h"
#include "config/listen.h"
#include "config/options.h"
#include "config/section.h"
#include "config/show.h"
#include "config/zone.h"
#include "io/file.h"

#define FILE_BYTES_MAX ((size_t)1024 * 1024)
#define MEMORY_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define FILE_DEFAULT "steelthread.yml"
#define KAFKA_PORT 9092
#define METASTORE_PORT 9083
#define BROKERS_BYTES_MAX 4096

struct config_memory {
    struct arena arena;
};

/* --- kafka, storage, metastore --- */

/* "a:1,b:2", each checked, into "a:1,b:2" with ports. */
static bool parse_brokers(const char *text, struct text *out, struct err *err)
{
    struct span rest = span_of(text);
    while (rest.size > 0) {
        struct address address;
        char written[ADDRESS_TEXT_BYTES];
        struct span one = span_trim(span_cut(&rest, ','));
        if (!address_parse(&address, one, KAFKA_PORT, err))
            return false;
        if (address.port < 1)
            return err_set(err, ERR_MALFORMED, "\"%.*s\" is no HOST:PORT", (int)one.size,
                           (const char *)one.data);
        text_printf(out, "%s%s", out->size == 0 ? "" : ",", address_text(&address, written));
    }
    if (out->full)
        return err_set(err, ERR_LIMIT, "longer than %d bytes", BROKERS_BYTES_MAX);
    if (out->size == 0)
        return err_set(err, ERR_MALFORMED, "no address");
    return true;
}

static void set_brokers(struct section_reader *reader, const struct document_node *node,
                        const char *where, const char *text)
{
    struct text brokers;
    struct err err;
    text_init(&brokers, BROKERS_BYTES_MAX);
    if (parse_brokers(text, &brokers, &err)) {
        reader->config->kafka_embedded = false;
        reader->config->kafka_brokers = section_copy(reader, text_string(&brokers));
    } else {
        section_fault(reader, node, "`%s`: %s; want HOST:PORT,HOST:PORT", where, err.text);
    }
    text_reset(&brokers);
}

static void read_brokers(struct section_reader *reader, const struct section_value *value,
                         void *into)
{
    const char *text;
    struct text list;
    (void)into;
    if (value->node->kind != DOCUMENT_SEQUENCE) {
        if (section_text(reader, value, &text))
            set_brokers(reader, value->node, value->name, text);
        return;
    }
    text_init(&list, BROKERS_BYTES_MAX);
    for (const struct document_node *n = value->node->first; n != NULL; n = n->next) {
        if (section_text(reader, &(struct section_value){value->name, n, n}, &text))
            text_printf(&list, "%s%s", list.size == 0 ? "" : ",", text);
    }
    set_brokers(reader, value->node, value->name, text_string(&list));
    text_reset(&list);
}

static void read_kafka(struct section_reader *reader, const struct section_value *value, void *into)
{
    static const struct section_key keys[] = {{"brokers", read_brokers}};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, into);
}

static void refuse_storage(struct section_reader *reader, const struct section_value *value,
                           void *into)
{
    (void)into;
    section_fault(reader, value->key,
                  "`storage.default` is not built yet: files are kept in HOME/files");
}

static void read_storage(struct section_reader *reader, const struct section_value *value,
                         void *into)
{
    static const struct section_key keys[] = {{"default", refuse_storage}};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, into);
}

static void set_uris(struct section_reader *reader, const struct document_node *node,
                     const char *where, const char *text)
{
    static const char scheme[] = "thrift://";
    struct err err;
    struct address address;
    struct span rest = span_trim(span_of(text));
    if (span_starts_with(rest, scheme))
        rest = span_after(rest, strlen(scheme));
    if (memchr(rest.data, ',', rest.size) != NULL) {
        section_fault(reader, node, "`%s`: one metastore, not a list", where);
        return;
    }
    if (!address_parse(&address, rest, METASTORE_PORT, &err) || address.port < 1) {
        section_fault(reader, node, "`%s` is \"%s\", want \"thrift://HOST:PORT\"", where, text);
        return;
    }
    reader->config->metastore_embedded = false;
    reader->config->metastore = address;
}

static void read_uris(struct section_reader *reader, const struct section_value *value, void *into)
{
    const char *text;
    (void)into;
    if (section_text(reader, value, &text))
        set_uris(reader, value->node, value->name, text);
}

static void read_metastore(struct section_reader *reader, const struct section_value *value,
                           void *into)
{
    static const struct section_key keys[] = {{"uris", read_uris}};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, into);
}

static void refuse_section(struct section_reader *reader, const struct section_value *value,
                           void *into)
{
    (void)into;
    section_fault(reader, value->key, "`%s` is not built yet", value->name);
}

/* --- the file --- */

static const struct section_key top_keys[] = {
    {"app", app_read},
    {"kafka", read_kafka},
    {"storage", read_storage},
    {"metastore", read_metastore},
    {"jobs", jobs_read},
    {"collector", options_read_collector},
    {"broker", options_read_broker},
    {"catalog", options_read_catalog},
    {"sql", options_read_sql},
    {"job", options_read_job},
    {"files", refuse_section},
    {"ui", refuse_section},
};

/* Only the rows that `seen` does not name already. */
static void read_text(struct section_reader *reader, struct span source, bool *seen)
{
    struct document_node *root;
    struct err err = {0};
    struct section_value top = {"the file", NULL, NULL};

    reader->source = source;
    if (!document_read(source, reader->arena, &root, &err)) {
        section_fault_at(reader, err.line, err.column, err.text);
        return;
    }
    if (root == NULL)
        return;
    top.node = root;
    section_read(reader, &top, top_keys, COUNT_OF(top_keys), seen, reader->config);
}

/* The built-in text is read first, so that the file's sections replace whole sections of it; its
 * places are nobody's. */
static void read_example(struct section_reader *reader)
{
    read_text(reader, span_of(example_text()), NULL);
    struct config_job *jobs = (struct config_job *)(uintptr_t)reader->config->jobs;
    for (size_t i = 0; i < reader->config->job_count; i++) {
        jobs[i].sql_line = jobs[i].sql_indent = jobs[i].line = jobs[i].column = 0;
        jobs[i].sql_place_count = 0;
    }
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* The services read the file again when they start: what a pipe gave once they would not find, and
 * it has no size to read it by.  /dev/null is an empty file. */
static bool is_file(struct section_reader *reader, const char *file)
{
    static const char *const ours[] = {"/dev/stdin", "/dev/fd/", "/proc/"}; /* another's there */
    struct file_info info;
    struct err err;
    bool ok = strcmp(file, "/dev/null") == 0 || !file_stat(file, &info, &err) ||
              info.kind != FILE_KIND_OTHER; /* what else is wrong is told by reading it */
    for (size_t i = 0; i < COUNT_OF(ours); i++)
        ok = ok && strncmp(file, ours[i], strlen(ours[i])) != 0;
    if (ok)
        return true;
    section_fault(reader, NULL,
                  "%s: no file but a pipe or a device, and each service reads it again: write the "
                  "configuration to a file",
                  file);
    return false;
}

static void read_file(struct section_reader *reader, const char *flag)
{
    struct config *config = reader->config;
    char absolute[CONFIG_PATH_BYTES_MAX];
    char cwd[CONFIG_PATH_BYTES_MAX / 2];
    struct span bytes;
    struct err err;
    const char *file = flag != NULL ? flag : variable("STEELTHREAD_FILE");

    if (file == NULL && access(FILE_DEFAULT, F_OK) != 0)
        return;
    if (file == NULL)
        file = FILE_DEFAULT;
    (void)snprintf(reader->faults->file, sizeof(reader->faults->file), "%s", file);
    if (!is_file(reader, file))
        return;
    struct arena scratch;
    arena_init(&scratch, FILE_BYTES_MAX);
    if (!file_read_all(file, &bytes, &scratch, &err)) {
        if (err.kind == ERR_NOT_FOUND)
            section_fault(reader, NULL, "%s: no such file; `steelthread config example` prints one",
                          file);
        else if (err.kind == ERR_LIMIT)
            section_fault(reader, NULL, "%s: larger than %zu bytes", file, FILE_BYTES_MAX);
        else
            section_fault(reader, NULL, "%s", err.text);
    } else {
        bool seen[COUNT_OF(top_keys)] = {false};
        read_text(reader, bytes, seen);
    }
    arena_reset(&scratch);
    if (file[0] != '/' && getcwd(cwd, sizeof(cwd)) != NULL) {
        (void)snprintf(absolute, sizeof(absolute), "%s/%s", cwd, file);
        file = absolute;
    }
    config->file = section_copy(reader, file);
}

/* --- home, environment, flags --- */

bool config_flags_read(const struct command_line *line, struct config_flags *flags, struct err *err)
{
    int64_t port_base = 0;
    *flags = (struct config_flags){command_get(line, "home"), command_get(line, "file"), 0};
    if (!command_get_i64(line, "port-base", 1, LISTEN_PORT_BASE_MAX, &port_base, err))
        return false;
    flags->port_base = (int)port_base;
    return true;
}

/* "/a//b/./c/../d/" becomes "/a/b/d".  The catalog keeps whole paths, so a home has one name
 * however it is typed; symbolic links stay, they may be there to make it short enough for a socket.
 */
static void clean_path(char *path)
{
    const char *from = path;
    size_t to = 0;
    while (*from != '\0') {
        from += strspn(from, "/");
        size_t size = strcspn(from, "/");
        struct span part = {from, size};
        if (span_is(part, "..")) {
            while (to > 0 && path[--to] != '/')
                continue;
        } else if (size > 0 && !span_is(part, ".")) {
            path[to++] = '/'; /* there is one before each part, so this is not past `from` */
            memmove(path + to, from, size);
            to += size;
        }
        from += size;
    }
    if (to == 0)
        path[to++] = '/';
    path[to] = '\0';
}

static bool home_join(char home[CONFIG_PATH_BYTES_MAX], const char *base, const char *rest,
                      struct err *err)
{
    char cwd[CONFIG_PATH_BYTES_MAX] = "";
    if (base[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
        return err_sys(err, "the working directory");
    int size = snprintf(home, CONFIG_PATH_BYTES_MAX, "%s%s%s%s", cwd, cwd[0] == '\0' ? "" : "/",
                        base, rest);
    if (size >= CONFIG_PATH_BYTES_MAX - 256)
        return err_set(err, ERR_LIMIT, "the path of the home is longer than %d bytes",
                       CONFIG_PATH_BYTES_MAX - 256);
    clean_path(home);
    return true;
}

bool config_home(const char *flag, char home[CONFIG_PATH_BYTES_MAX], struct err *err)
{
    if (flag != NULL && flag[0] == '\0')
        return err_set(err, ERR_MALFORMED, "--home is empty");
    if (flag == NULL)
        flag = variable("STEELTHREAD_HOME");
    if (flag != NULL)
        return home_join(home, flag, "", err);
    if (variable("XDG_DATA_HOME") != NULL)
        return home_join(home, variable("XDG_DATA_HOME"), "/steelthread", err);
    if (variable("HOME") != NULL)
        return home_join(home, variable("HOME"), "/.local/share/steelthread", err);
    return err_set(err, ERR_NOT_FOUND,
                   "no home directory: $HOME is not set; say --home DIR or STEELTHREAD_HOME=DIR");
}

static void set_home(struct section_reader *reader, const char *flag)
{
    char home[CONFIG_PATH_BYTES_MAX] = "";
    char root[CONFIG_PATH_BYTES_MAX + 8];
    struct err err;
    if (!config_home(flag, home, &err))
        section_fault(reader, NULL, "%s", err.text);
    (void)snprintf(root, sizeof(root), "%s/files", home);
    reader->config->home = section_copy(reader, home);
    reader->config->storage_root = section_copy(reader, root);
}

static void read_environment(struct section_reader *reader)
{
    static const struct {
        const char *variable;
        enum config_service service;
    } listens[] = {
        {"STEELTHREAD_COLLECTOR_LISTEN", CONFIG_COLLECTOR},
        {"STEELTHREAD_BROKER_LISTEN", CONFIG_BROKER},
        {"STEELTHREAD_CATALOG_LISTEN", CONFIG_CATALOG},
        {"STEELTHREAD_SQL_LISTEN", CONFIG_SQL},
        {"STEELTHREAD_JOB_LISTEN", CONFIG_JOB},
    };
    const char *brokers = variable("STEELTHREAD_KAFKA_BROKERS");
    const char *uris = variable("STEELTHREAD_METASTORE_URIS");
    if (brokers != NULL)
        set_brokers(reader, NULL, "STEELTHREAD_KAFKA_BROKERS", brokers);
    if (uris != NULL)
        set_uris(reader, NULL, "STEELTHREAD_METASTORE_URIS", uris);
    for (size_t i = 0; i < COUNT_OF(listens); i++) {
        const char *text = variable(listens[i].variable);
        if (text != NULL)
            listen_set(reader, listens[i].variable, text, listens[i].service);
    }
}

static void set_port_base(struct section_reader *reader, int flag)
{
    const char *text = variable("STEELTHREAD_PORT_BASE");
    int64_t base = flag;
    if (flag == 0 && text == NULL)
        return;
    if (flag == 0 && !span_to_i64(span_of(text), &base))
        base = -1;
    if (base < 1 || base > LISTEN_PORT_BASE_MAX) {
        section_fault(reader, NULL, "%s is no port with 7 more above it: 1 to %d",
                      flag != 0 ? "--port-base" : "STEELTHREAD_PORT_BASE", LISTEN_PORT_BASE_MAX);
        return;
    }
    listen_move(reader->config, (int)base);
}

/* Whoever is not given is where our own listens. */
static void find_peers(struct section_reader *reader)
{
    struct config *config = reader->config;
    if (config->kafka_embedded) {
        struct address address = listen_client(config, CONFIG_BROKER);
        char text[ADDRESS_TEXT_BYTES];
        config->kafka_brokers = section_copy(reader, address_text(&address, text));
    }
    if (config->metastore_embedded)
        config->metastore = listen_client(config, CONFIG_CATALOG);
}

static int by_place(const void *a, const void *b)
{
    const struct config_fault *one = a;
    const struct config_fault *two = b;
    if (one->line != two->line)
        return one->line < two->line ? -1 : 1;
    return one->column < two->column ? -1 : one->column > two->column;
}

struct config *config_load(const struct config_flags *flags, bool with_sql,
                           struct config_faults *faults)
{
    char zone[ZONE_BYTES];
    struct config *config = mem_new(sizeof(*config));
    config->memory = mem_new(sizeof(*config->memory));
    arena_init(&config->memory->arena, MEMORY_BYTES_MAX);
    struct section_reader reader = {config, &config->memory->arena, faults, {NULL, 0}};

    *faults = (struct config_faults){0};
    config->kafka_embedded = config->metastore_embedded = true;
    config->topic = "events";
    zone_of_system(zone);
    config->session_time_zone = section_copy(&reader, zone);
    set_home(&reader, flags->home);
    listen_default(config);
    read_example(&reader);
    read_file(&reader, flags->file);
    read_environment(&reader);
    set_port_base(&reader, flags->port_base);
    find_peers(&reader);
    listen_check(&reader);
    jobs_check(&reader);
    if (with_sql)
        jobs_check_sql(&reader);
    if (faults->count == 0)
        return config;
    size_t kept = faults->count < CONFIG_FAULTS_MAX ? faults->count : CONFIG_FAULTS_MAX;
    qsort(faults->kept, kept, sizeof(faults->kept[0]), by_place);
    config_close(config);
    return NULL;
}

void config_close(struct config *config)
{
    if (config == NULL)
        return;
    struct config_memory *memory = config->memory;
    arena_reset(&memory->arena);
    mem_free(memory);
    mem_free(config);
}

void config_faults_write(const struct config_faults *faults, struct text *out)
{
    for (size_t i = 0; i < faults->count && i < CONFIG_FAULTS_MAX; i++) {
        const struct config_fault *fault = &faults->kept[i];
        if (fault->line > 0)
            text_printf(out, "%s:%d:%d: %s\n", faults->file, fault->line, fault->column,
                        fault->text);
        else
            text_printf(out, "%s\n", fault->text);
    }
    if (faults->count > CONFIG_FAULTS_MAX)
        text_printf(out, "and %zu more\n", faults->count - CONFIG_FAULTS_MAX);
}

/* --- questions --- */

const char *config_service_name(enum config_service service)
{
    return listen_service_name(service);
}

bool config_starts(const struct config *config, enum config_service service)
{
    switch (service) {
    case CONFIG_BROKER:
        return config->kafka_embedded;
    case CONFIG_CATALOG:
        return config->metastore_embedded;
    case CONFIG_JOB:
        return config->job_count > 0;
    case CONFIG_COLLECTOR:
    case CONFIG_SQL:
        return true;
    case CONFIG_SERVICE_COUNT:
        break;
    }
    return false;
}

struct address config_client_address(const struct config *config, enum config_service service)
{
    return listen_client(config, service);
}

void config_job_place(const struct config_job *job, int *line, int *column)
{
    if (job->sql_place_count > 0)
        document_find(job->sql_places, job->sql_place_count, line, column);
}

const char *config_broker_option(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->broker_option_count; i++) {
        if (strcmp(config->broker_options[i].name, name) == 0)
            return config->broker_options[i].value;
    }
    return NULL;
}

/* One `..` and the storage would be left. */
static bool path_stays_inside(struct span path)
{
    while (path.size > 0) {
        if (span_is(span_cut(&path, '/'), ".."))
            return false;
    }
    return true;
}

bool config_storage_path(const struct config *config, const char *path, char *absolute,
                         size_t absolute_bytes, struct err *err)
{
    static const char scheme[] = "file://";
    const char *inside = path;
    int size;

    if (strncmp(path, scheme, strlen(scheme)) == 0) {
        size_t root = strlen(config->storage_root);
        inside = path + strlen(scheme);
        if (strncmp(inside, config->storage_root, root) != 0 ||
            (inside[root] != '/' && inside[root] != '\0'))
            return err_set(err, ERR_MALFORMED, "\"%s\" lies outside the storage, %s", path,
                           config->storage_root);
        inside += root;
    } else if (strstr(path, "://") != NULL) {
        return err_set(err, ERR_MALFORMED,
                       "\"%s\": only paths of the default storage are built, "
                       "/like/this",
                       path);
    } else if (path[0] != '/') {
        return err_set(err, ERR_MALFORMED, "\"%s\" is no path of the storage: it begins with /",
                       path);
    }
    if (!path_stays_inside(span_of(inside)))
        return err_set(err, ERR_MALFORMED, "\"%s\" has a .. in it", path);
    size = snprintf(absolute, absolute_bytes, "%s%s", config->storage_root, inside);
    if (size < 0 || (size_t)size >= absolute_bytes)
        return err_set(err, ERR_MALFORMED, "\"%s\" is longer than %zu bytes", path, absolute_bytes);
    while (size > 1 && absolute[size - 1] == '/')
        absolute[--size] = '\0';
    return true;
}

void config_show(const struct config *config, struct text *out)
{
    show_write(config, out);
}

const char *config_example(void)
{
    return example_text();
}
