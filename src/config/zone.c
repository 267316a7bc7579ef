/* SPDX-License-Identifier: Apache-2.0 */
/* zone.c - where a system keeps its time zone. */
#include "config/zone.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZONES "/usr/share/zoneinfo"

static bool has_shape_of_zone(const char *zone)
{
    size_t sound =
        strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
    return sound > 0 && sound < ZONE_BYTES && zone[sound] == '\0' && zone[0] != '/' &&
           zone[0] != '+' && zone[0] != '-' && strstr(zone, "//") == NULL;
}

bool zone_is_known(const char *zone)
{
    char path[PATH_MAX];
    if (!has_shape_of_zone(zone))
        return false;
    if (strcmp(zone, "UTC") == 0 || access(ZONES "/UTC", R_OK) != 0)
        return true;
    (void)snprintf(path, sizeof(path), ZONES "/%s", zone);
    return access(path, R_OK) == 0;
}

static bool take(const char *name, char zone[ZONE_BYTES])
{
    if (name[0] == ':')
        name++;
    const char *inside = strstr(name, "zoneinfo/");
    if (inside != NULL)
        name = inside + strlen("zoneinfo/");
    if (!zone_is_known(name))
        return false;
    (void)snprintf(zone, ZONE_BYTES, "%s", name);
    return true;
}

void zone_of_system(char zone[ZONE_BYTES])
{
    char link[PATH_MAX];
    const char *variable = getenv("TZ");
    (void)snprintf(zone, ZONE_BYTES, "UTC");
    if (variable != NULL && take(variable, zone))
        return;
    ssize_t size = readlink("/etc/localtime", link, sizeof(link) - 1);
    if (size <= 0)
        return;
    link[size] = '\0';
    (void)take(link, zone);
}
