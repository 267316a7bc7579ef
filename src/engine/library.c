/* SPDX-License-Identifier: Apache-2.0 */
/* library.c - finds libduckdb.so, and refuses a version that this program was not made for. */
#include "engine/library.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/engine.h"

#define LIBRARY_FILE "libduckdb.so"
#define LOOKED_BYTES_MAX 2048

/* Written once.  See library_loaded() for why it cannot be a member of something. */
static const struct library *_Atomic loaded;

/* Opens one place; what went wrong is added to `looked`. */
static void *open_at(const char *path, struct text *looked)
{
    /* Its symbols stay its own; its C++ runtime stays loaded, which unloading would break. */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL)
        text_printf(looked, "%s%s", looked->size == 0 ? "" : ", ", path);
    return handle;
}

static void *open_beside_program(const char *folder, struct text *looked)
{
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (size <= 0)
        return NULL;
    program[size] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';

    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof(path), "%s/../%s/" LIBRARY_FILE, program, folder);
    return open_at(path, looked);
}

static void *search(const char *path, struct err *err)
{
    const char *told = path != NULL ? path : getenv(ENGINE_LIBRARY_VARIABLE);
    struct text looked;
    text_init(&looked, LOOKED_BYTES_MAX);
    void *handle = NULL;
    if (told != NULL && told[0] != '\0') {
        handle = open_at(told, &looked);
    } else {
        static const char *const beside[] = {"lib/steelthread", "deps/duckdb"};
        for (size_t i = 0; i < COUNT_OF(beside) && handle == NULL; i++)
            handle = open_beside_program(beside[i], &looked);
        if (handle == NULL)
            handle = open_at(LIBRARY_FILE, &looked);
    }
    if (handle == NULL) {
        const char *why = dlerror();
        err_set(err, ERR_NOT_FOUND, "no DuckDB library (looked for %s): %s; set %s to its path",
                text_string(&looked), why == NULL ? "?" : why, ENGINE_LIBRARY_VARIABLE);
    }
    text_reset(&looked);
    return handle;
}

static bool resolve(struct library *library, void *handle, struct err *err)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
#define LIBRARY_ROW(name) {#name, offsetof(struct library, name)},
        LIBRARY_FUNCTIONS(LIBRARY_ROW)
#undef LIBRARY_ROW
    };

    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        void *address = dlsym(handle, functions[i].name);
        if (address == NULL)
            return err_set(err, ERR_UNSUPPORTED, "the DuckDB library has no %s, want version %s",
                           functions[i].name, ENGINE_VERSION);
        /* POSIX promises that a function's address fits; ISO C has no cast for it. */
        memcpy((char *)library + functions[i].at, &address, sizeof(address));
    }
    const char *version = library->duckdb_library_version();
    if (strcmp(version, ENGINE_VERSION) != 0)
        return err_set(err, ERR_UNSUPPORTED, "the DuckDB library is %s, want %s", version,
                       ENGINE_VERSION);
    return true;
}

const struct library *library_load(const char *path, struct err *err)
{
    if (library_loaded() != NULL)
        return library_loaded();
    void *handle = search(path, err);
    if (handle == NULL)
        return NULL;
    struct library *library = mem_new(sizeof(*library));
    if (!resolve(library, handle, err)) {
        (void)dlclose(handle);
        mem_free(library);
        return NULL;
    }
    const struct library *before = NULL;
    if (!atomic_compare_exchange_strong(&loaded, &before, library))
        mem_free(library); /* another thread was first */
    return library_loaded();
}

const struct library *library_loaded(void)
{
    return atomic_load(&loaded);
}
