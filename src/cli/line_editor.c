/* SPDX-License-Identifier: Apache-2.0 */
/* line_editor.c - libedit's readline interface, or getline. */
#include "cli/line_editor.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define HISTORY_LINES_MAX 1000

struct line_editor {
    void *library;
    char *(*readline)(const char *prompt);
    void (*prepare)(int meta); /* makes the terminal raw; NULL: readline does, behind the prompt */
    int (*add_history)(const char *line);
    int (*write_history)(const char *path);
    char history[PATH_MAX];
};

/* A function's pointer out of dlsym's: ISO C has no cast for it. */
static bool find_function(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);
    if (found == NULL)
        return false;
    memcpy(function, &found, size);
    return true;
}

static void open_library(struct line_editor *editor)
{
    int (*read_history)(const char *path) = NULL;
    int (*stifle_history)(int lines) = NULL;
    int (*initialize)(void) = NULL;

    editor->library = dlopen("libedit.so.2", RTLD_NOW);
    if (editor->library == NULL)
        return;
    if (!find_function(editor->library, "readline", &editor->readline, sizeof(editor->readline)) ||
        !find_function(editor->library, "add_history", &editor->add_history,
                       sizeof(editor->add_history))) {
        editor->readline = NULL;
        return;
    }
    if (find_function(editor->library, "rl_initialize", &initialize, sizeof(initialize)) &&
        find_function(editor->library, "rl_prep_terminal", &editor->prepare,
                      sizeof(editor->prepare)))
        (void)initialize();
    if (editor->history[0] == '\0' ||
        !find_function(editor->library, "read_history", &read_history, sizeof(read_history)) ||
        !find_function(editor->library, "stifle_history", &stifle_history,
                       sizeof(stifle_history)) ||
        !find_function(editor->library, "write_history", &editor->write_history,
                       sizeof(editor->write_history)))
        return;
    (void)read_history(editor->history);
    stifle_history(HISTORY_LINES_MAX);
}

struct line_editor *line_editor_create(const char *history)
{
    struct line_editor *editor = mem_new(sizeof(*editor));
    if (history != NULL)
        (void)snprintf(editor->history, sizeof(editor->history), "%s", history);
    open_library(editor);
    return editor;
}

void line_editor_close(struct line_editor *editor)
{
    if (editor->library != NULL)
        (void)dlclose(editor->library);
    mem_free(editor);
}

char *line_editor_read(struct line_editor *editor, const char *prompt)
{
    char *line = NULL;
    size_t room = 0;

    if (editor->prepare != NULL) /* else a ctrl-D right behind the prompt is lost */
        editor->prepare(1);
    if (editor->readline != NULL)
        return editor->readline(prompt);
    (void)fputs(prompt, stdout);
    (void)fflush(stdout);
    ssize_t size = getline(&line, &room, stdin);
    if (size < 0) {
        free(line);
        return NULL;
    }
    if (size > 0 && line[size - 1] == '\n')
        line[size - 1] = '\0';
    return line;
}

void line_editor_remember(struct line_editor *editor, const char *text)
{
    if (editor->readline == NULL)
        return;
    (void)editor->add_history(text);
    if (editor->write_history != NULL)
        (void)editor->write_history(editor->history);
}
