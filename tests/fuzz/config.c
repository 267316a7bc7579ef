/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as steelthread.yml: they load, or there is a fault with a place inside of them. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_lines(const uint8_t *data, size_t size)
{
    int lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r';
    return lines;
}

/* What is shown means the same when it is read again. */
static void check_shown(const struct config *config, const char *path)
{
    static struct config_faults faults;
    const struct config_flags flags = {.home = "/h", .file = path};
    struct text shown;
    struct text again;
    text_init(&shown, SIZE_MAX / 4);
    text_init(&again, SIZE_MAX / 4);
    config_show(config, &shown);
    FILE *file = fopen(path, "w");
    assert(file != NULL);
    (void)fwrite(text_string(&shown), 1, shown.size, file);
    (void)fclose(file);
    struct config *second = config_load(&flags, false, &faults);
    assert(second != NULL);
    config_show(second, &again);
    assert(strcmp(text_string(&shown), text_string(&again)) == 0);
    config_close(second);
    text_reset(&shown);
    text_reset(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct config_faults faults;
    static char path[64];
    if (path[0] == '\0')
        (void)snprintf(path, sizeof(path), "/dev/shm/fuzz_config_%d.yml", (int)getpid());
    const struct config_flags flags = {.home = "/h", .file = path};
    FILE *file = fopen(path, "w");
    assert(file != NULL);
    (void)fwrite(data, 1, size, file);
    (void)fclose(file);

    struct config *config = config_load(&flags, true, &faults);
    assert((config == NULL) == (faults.count > 0));
    for (size_t i = 0; i < faults.count && i < CONFIG_FAULTS_MAX; i++) {
        assert(faults.kept[i].text[0] != '\0');
        assert(faults.kept[i].line >= 0 && faults.kept[i].line <= count_lines(data, size) + 1);
        assert(i == 0 || faults.kept[i].line >= faults.kept[i - 1].line);
    }
    if (config != NULL)
        check_shown(config, path);
    config_close(config);
    (void)unlink(path);
    return 0;
}
