/* SPDX-License-Identifier: Apache-2.0 */
/* config.h - steelthread.yml, the environment and the flags as one struct, checked.
 *
 * Flag over environment (STEELTHREAD_*) over file over default.  Everything
 * lives until config_close() and is never changed after loading.
 *
 * Thread: any; read only. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/command.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "io/address.h"

enum config_service {
    CONFIG_COLLECTOR,
    CONFIG_BROKER,
    CONFIG_CATALOG,
    CONFIG_SQL,
    CONFIG_JOB,
    CONFIG_SERVICE_COUNT
};

/* One key of a JSON object, in the order of the file. */
struct config_field {
    const char *name;
    const char *json; /* the value as JSON text, as Python's json.dumps writes it */
};

struct config_route {
    const char *path;
    const struct config_field *fields;
    size_t field_count;
    const char *reply;
};

enum config_trigger { CONFIG_TRIGGER_EVERY, CONFIG_TRIGGER_ONCE, CONFIG_TRIGGER_AVAILABLE_NOW };

struct config_option { /* a key taken as it is, "log.segment.bytes", "startingOffsets" */
    const char *name;
    const char *value;
};

struct document_place;

struct config_job {
    const char *name;
    const char *from; /* the topic */
    const char *sql;
    int sql_line;   /* where its first line stands in the file: 1-based; 0 without a file */
    int sql_indent; /* columns that the file has more than the text, in its first line */
    const struct document_place *sql_places; /* of all its lines: config_job_place() */
    size_t sql_place_count;
    int line; /* where the job's name stands */
    int column;
    enum config_trigger trigger;
    int64_t trigger_ms;              /* of CONFIG_TRIGGER_EVERY; 0: as fast as possible */
    const char *starting_offsets;    /* "earliest", "latest", or Spark's JSON */
    int64_t max_offsets_per_trigger; /* 0: no bound */
    const char *checkpoint_location; /* a path in the storage, as written */
    const char *path;                /* likewise */
    const char *table;               /* "db.table", or NULL */
};

struct config {
    const char *home;         /* absolute */
    const char *file;         /* the configuration's path, or NULL: built in */
    const char *storage_root; /* absolute: HOME/files */
    /* Where each service listens; a service has up to two addresses of one port. */
    struct address listen[CONFIG_SERVICE_COUNT][2];
    size_t listen_count[CONFIG_SERVICE_COUNT];
    bool has_ipv6; /* the machine has ::1; without it services listen on 127.0.0.1 only */
    /* Where our own clients find it: the first listen address, or what stands outside. */
    const char *kafka_brokers; /* librdkafka's bootstrap.servers */
    bool kafka_embedded;       /* false: kafka.brokers was given, no broker is started */
    struct address metastore;
    bool metastore_embedded;

    const char *topic; /* the app's */
    const struct config_route *routes;
    size_t route_count;

    const struct config_job *jobs;
    size_t job_count;
    const char *session_time_zone; /* spark.sql.session.timeZone: an IANA name */

    uint64_t query_max_memory; /* bytes, of all statements of sql together; 0: a quarter of the
                                  machine's */

    const struct config_option *broker_options; /* Kafka's server keys */
    size_t broker_option_count;

    struct config_memory *memory; /* owns all of the above */
};

/* What the command line said; NULL and 0 where it did not. */
struct config_flags {
    const char *home;
    const char *file;
    int port_base; /* 0: not given */
};

/* -f, --port-base and --home of a command that has them.  ERR_MALFORMED. */
MUST_CHECK bool config_flags_read(const struct command_line *line, struct config_flags *flags,
                                  struct err *err);

#define CONFIG_FAULTS_MAX 100
#define CONFIG_PATH_BYTES_MAX 4096

struct config_fault {
    int line; /* 1-based, 0: not about a place in a file */
    int column;
    char text[ERR_TEXT_BYTES]; /* what is wrong and what was meant */
};

struct config_faults {
    size_t count;                     /* may be more than what is kept */
    char file[CONFIG_PATH_BYTES_MAX]; /* in which the lines are; empty: there is no file */
    struct config_fault kept[CONFIG_FAULTS_MAX];
};

/* NULL: at least one fault, sorted by place.  `with_sql` checks the jobs' statements too. */
MUST_CHECK struct config *config_load(const struct config_flags *flags, bool with_sql,
                                      struct config_faults *faults);
void config_close(struct config *config); /* NULL is fine */
/* One line for each fault, as compilers do: "steelthread.yml:12:5: unknown key ...". */
void config_faults_write(const struct config_faults *faults, struct text *out);

/* Only the directory: absolute, from the flag, STEELTHREAD_HOME, XDG_DATA_HOME or HOME.  For
 * commands that look for a running thread.  ERR_NOT_FOUND: none of them is set; ERR_LIMIT. */
MUST_CHECK bool config_home(const char *flag, char home[CONFIG_PATH_BYTES_MAX], struct err *err);

const char *config_service_name(enum config_service service);
/* Is it part of this configuration?  Not a box that kafka.brokers or metastore.uris replaces, nor
 * the job service without a job. */
bool config_starts(const struct config *config, enum config_service service);
/* How our own clients on this machine reach the service. */
struct address config_client_address(const struct config *config, enum config_service service);
/* Moves a line and column of the job's SQL to those of the file; without a file they stay. */
void config_job_place(const struct config_job *job, int *line, int *column);
/* The value of a broker key, or NULL. */
const char *config_broker_option(const struct config *config, const char *name);
/* The path of a storage path ("/tmp/x" is HOME/files/tmp/x; "file:///..." must lie inside the
 * storage).  ERR_MALFORMED. */
MUST_CHECK bool config_storage_path(const struct config *config, const char *path, char *absolute,
                                    size_t absolute_bytes, struct err *err);
/* The whole configuration as YAML with its defaults, as `config show` prints it. */
void config_show(const struct config *config, struct text *out);
/* The lecture's pipeline, as `config example` prints it and as it runs without a file. */
const char *config_example(void);

#endif
