/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.c - "10 seconds" and back. */
#include "config/schedule.h"

#include <inttypes.h>
#include <string.h>

#include "base/guess.h"
#include "base/mem.h"
#include "base/span.h"

static const struct {
    const char *one;
    const char *many;
    int64_t ms;
} units[] = {
    {"millisecond", "milliseconds", 1},   {"second", "seconds", 1000},
    {"minute", "minutes", 60 * 1000},     {"hour", "hours", 60 * 60 * 1000},
    {"day", "days", 24 * 60 * 60 * 1000},
};

static bool unknown(const char *text, struct span word, struct err *err)
{
    struct guess guess = guess_start(word);
    guess_offer(&guess, "once");
    guess_offer(&guess, "availableNow");
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        guess_offer(&guess, units[i].one);
        guess_offer(&guess, units[i].many);
    }
    const char *best = guess_best(&guess);
    return err_set(err, ERR_MALFORMED,
                   "`trigger` is \"%s\"%s%s%s; want \"10 seconds\", \"0 seconds\" (as fast as "
                   "possible), \"once\" or \"availableNow\"",
                   text, best == NULL ? "" : ", did you mean `", best == NULL ? "" : best,
                   best == NULL ? "" : "`?");
}

static bool unit_ms(struct span word, int64_t *ms)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (span_is_nocase(word, units[i].one) || span_is_nocase(word, units[i].many)) {
            *ms = units[i].ms;
            return true;
        }
    }
    return false;
}

bool schedule_parse(const char *text, enum config_trigger *trigger, int64_t *ms, struct err *err)
{
    struct span rest = span_trim(span_of(text));
    int64_t unit;
    int64_t count;

    *ms = 0;
    if (span_is(rest, "once") || span_is(rest, "availableNow")) {
        *trigger = span_is(rest, "once") ? CONFIG_TRIGGER_ONCE : CONFIG_TRIGGER_AVAILABLE_NOW;
        return true;
    }
    struct span number = span_cut(&rest, ' ');
    if (!span_to_i64(number, &count))
        return unknown(text, number, err);
    if (!unit_ms(span_trim(rest), &unit))
        return unknown(text, span_trim(rest), err);
    if (count < 0 || count > SCHEDULE_MS_MAX / unit)
        return err_set(err, ERR_MALFORMED, "`trigger` is \"%s\", want 0 seconds to 7 days", text);
    *trigger = CONFIG_TRIGGER_EVERY;
    *ms = count * unit;
    return true;
}

void schedule_write(enum config_trigger trigger, int64_t ms, struct text *out)
{
    if (trigger == CONFIG_TRIGGER_ONCE)
        text_add_string(out, "once");
    else if (trigger == CONFIG_TRIGGER_AVAILABLE_NOW)
        text_add_string(out, "availableNow");
    else if (ms % 1000 == 0)
        text_printf(out, "%" PRId64 " seconds", ms / 1000);
    else
        text_printf(out, "%" PRId64 " milliseconds", ms);
}
