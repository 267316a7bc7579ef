/* SPDX-License-Identifier: Apache-2.0 */
/* event.h - what a player did, as the lecture's app writes it: one JSON object of the route's
 * fields and the request's headers.
 *
 * Byte for byte what Flask 3.1 on Werkzeug 3.1 makes of
 *
 *     event.update(request.headers); json.dumps(event).encode()
 *
 * that is: names as str.title(), repeated headers joined by a comma where the first stood (of
 * Content-Type and Content-Length the last one counts, and an empty one not at all), names with an
 * underscore dropped, all bytes read as Latin-1, a header that is called like a field in that
 * field's place (tests/golden/collector).
 *
 * Thread: any; a route is read only once it is made. */
#ifndef COLLECTOR_EVENT_H
#define COLLECTOR_EVENT_H

#include "base/text.h"
#include "config/config.h"
#include "wire/http.h"

struct event_route;

/* `route` must outlive it. */
struct event_route *event_route_create(const struct config_route *route);
void event_route_close(struct event_route *event_route); /* NULL is fine */

/* Appends the event; past the text's limit `out->full` is set. */
void event_write(struct text *out, const struct event_route *event_route,
                 const struct http_request *request);

#endif
