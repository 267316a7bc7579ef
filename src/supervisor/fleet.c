/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.c - the boxes together. */
#include "supervisor/fleet.h"

#include "base/diag.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/clock.h"

/* How often readiness is asked for: eagerly while something starts, then less. */
#define PROBE_EAGER_MS 5
#define PROBE_WAITING_MS 50
#define PROBE_QUIET_MS 2000
#define EAGER_FOR_MS 2000

static const enum config_service order_shown[] = {CONFIG_COLLECTOR, CONFIG_BROKER, CONFIG_JOB,
                                                  CONFIG_CATALOG, CONFIG_SQL};
static const enum config_service order_stopped[] = {CONFIG_COLLECTOR, CONFIG_JOB, CONFIG_SQL,
                                                    CONFIG_CATALOG, CONFIG_BROKER};

struct fleet {
    struct loop *loop;
    const struct fleet_events *events;
    void *owner;
    struct box *boxes[CONFIG_SERVICE_COUNT]; /* by service; NULL: not in this configuration */
    struct loop_timer *probe_timer;
    int64_t eager_since_ms; /* of the last change for the worse */
    bool was_ready;
    bool failed;
    bool stopping;
    bool stopped;
    size_t stop_next; /* in order_stopped */
    struct loop_timer *step_timer;
    struct loop_timer *kill_timer;
};

static bool all_over(const struct fleet *fleet)
{
    for (size_t i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        if (fleet->boxes[i] != NULL && !box_is_over(fleet->boxes[i]))
            return false;
    }
    return true;
}

bool fleet_is_ready(const struct fleet *fleet)
{
    for (size_t i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        const struct box *box = fleet->boxes[i];
        if (box != NULL && box_state(box) != BOX_READY && box_state(box) != BOX_FINISHED)
            return false;
    }
    return true;
}

static void next_probe(struct fleet *fleet)
{
    int64_t wait_ms = PROBE_QUIET_MS;
    if (!fleet_is_ready(fleet))
        wait_ms = clock_steady_ms() - fleet->eager_since_ms < EAGER_FOR_MS ? PROBE_EAGER_MS
                                                                           : PROBE_WAITING_MS;
    loop_timer_start(fleet->probe_timer, wait_ms, 0);
}

static void probe_all(void *owner)
{
    struct fleet *fleet = owner;
    bool eager = !fleet_is_ready(fleet);
    for (size_t i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        struct box *box = fleet->boxes[i];
        if (box != NULL && (!eager || box_state(box) != BOX_READY))
            box_probe(box);
    }
    next_probe(fleet);
}

/* Asks those whose turn it is: the next one as soon as all before it have ended. */
static void stop_some(struct fleet *fleet)
{
    while (fleet->stop_next < COUNT_OF(order_stopped)) {
        for (size_t i = 0; i < fleet->stop_next; i++) {
            const struct box *before = fleet->boxes[order_stopped[i]];
            if (before != NULL && !box_is_over(before))
                return;
        }
        struct box *box = fleet->boxes[order_stopped[fleet->stop_next++]];
        if (box == NULL)
            continue;
        box_stop(box);
        loop_timer_start(fleet->step_timer, FLEET_STEP_MS, 0);
    }
}

static void look_at_end(struct fleet *fleet)
{
    stop_some(fleet);
    if (!fleet->stopped && fleet->stop_next == COUNT_OF(order_stopped) && all_over(fleet)) {
        fleet->stopped = true;
        loop_timer_stop(fleet->step_timer);
        loop_timer_stop(fleet->kill_timer);
        fleet->events->stopped(fleet->owner);
    }
}

static void step_is_long(void *owner)
{
    struct fleet *fleet = owner;
    if (fleet->stop_next < COUNT_OF(order_stopped)) {
        struct box *box = fleet->boxes[order_stopped[fleet->stop_next++]];
        if (box != NULL)
            box_stop(box);
        loop_timer_start(fleet->step_timer, FLEET_STEP_MS, 0);
    }
}

void fleet_kill(struct fleet *fleet)
{
    for (size_t i = 0; i < COUNT_OF(order_stopped); i++) {
        struct box *box = fleet->boxes[order_stopped[i]];
        if (box != NULL && !box_is_over(box)) {
            diag_warn("killing", "service=%s pid=%d", box_name(box), box_pid(box));
            box_kill(box);
        }
    }
    fleet->stop_next = COUNT_OF(order_stopped);
    look_at_end(fleet);
}

static void stop_is_over(void *owner)
{
    fleet_kill(owner);
}

static void changed(void *owner, struct box *box)
{
    struct fleet *fleet = owner;
    if (fleet->stopping) {
        look_at_end(fleet);
        return;
    }
    if (box_state(box) == BOX_FAILED && !fleet->failed) {
        fleet->failed = true;
        fleet->events->failed(fleet->owner, box);
        return;
    }
    if (box_state(box) != BOX_READY) {
        fleet->eager_since_ms = clock_steady_ms();
        next_probe(fleet);
    }
    if (!fleet->was_ready && fleet_is_ready(fleet)) {
        fleet->was_ready = true;
        fleet->events->ready(fleet->owner);
    }
}

static void box_said(void *owner, struct box *box, struct span line)
{
    struct fleet *fleet = owner;
    fleet->events->line(fleet->owner, box, line);
}

static const struct box_events box_events = {box_said, changed};

struct fleet *fleet_create(const struct box_setting *setting, const struct fleet_events *events,
                           void *owner)
{
    struct fleet *fleet = mem_new(sizeof(*fleet));
    struct box_setting own = *setting;

    own.events = &box_events;
    own.owner = fleet;
    fleet->loop = setting->loop;
    fleet->events = events;
    fleet->owner = owner;
    fleet->probe_timer = loop_timer_create(fleet->loop, probe_all, fleet);
    fleet->step_timer = loop_timer_create(fleet->loop, step_is_long, fleet);
    fleet->kill_timer = loop_timer_create(fleet->loop, stop_is_over, fleet);
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        if (config_starts(setting->config, (enum config_service)i))
            fleet->boxes[i] = box_create(&own, (enum config_service)i);
    }
    return fleet;
}

void fleet_finish(struct fleet *fleet)
{
    for (size_t i = 0; fleet != NULL && i < CONFIG_SERVICE_COUNT; i++) {
        if (fleet->boxes[i] != NULL)
            box_finish(fleet->boxes[i]);
    }
}

void fleet_close(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    for (size_t i = 0; i < CONFIG_SERVICE_COUNT; i++)
        box_close(fleet->boxes[i]);
    loop_timer_close(fleet->probe_timer);
    loop_timer_close(fleet->step_timer);
    loop_timer_close(fleet->kill_timer);
    mem_free(fleet);
}

void fleet_start(struct fleet *fleet)
{
    fleet->eager_since_ms = clock_steady_ms();
    for (size_t i = 0; i < COUNT_OF(order_shown); i++) {
        struct box *box = fleet->boxes[order_shown[i]];
        if (box != NULL)
            box_start(box);
    }
    next_probe(fleet);
}

void fleet_stop(struct fleet *fleet)
{
    if (fleet->stopping)
        return;
    fleet->stopping = true;
    loop_timer_stop(fleet->probe_timer);
    loop_timer_start(fleet->kill_timer, FLEET_STOP_MS_MAX, 0);
    look_at_end(fleet);
}

bool fleet_is_stopping(const struct fleet *fleet)
{
    return fleet->stopping;
}

const struct box *fleet_box(const struct fleet *fleet, size_t i)
{
    for (size_t at = 0; at < COUNT_OF(order_shown); at++) {
        const struct box *box = fleet->boxes[order_shown[at]];
        if (box != NULL && i-- == 0)
            return box;
    }
    return NULL;
}

void fleet_write(const struct fleet *fleet, struct text *out)
{
    struct json_writer json;
    const struct box *box;

    json_writer_init(&json, out);
    json_begin_array(&json);
    for (size_t i = 0; (box = fleet_box(fleet, i)) != NULL; i++) {
        char address[ADDRESS_TEXT_BYTES];
        char since[CLOCK_TEXT_BYTES];
        box_address(box, address);
        json_begin_object(&json);
        json_key(&json, "name");
        json_string(&json, box_name(box));
        json_key(&json, "pid");
        if (box_pid(box) == 0)
            json_null(&json);
        else
            json_i64(&json, box_pid(box));
        json_key(&json, "state");
        json_string(&json, box_state_text(box_state(box)));
        json_key(&json, "address");
        json_string(&json, address);
        json_key(&json, "since");
        json_string(&json, clock_iso(box_since_ms(box), since));
        json_end_object(&json);
    }
    json_end_array(&json);
}
