/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - a few threads, one queue to them, one back to the loop.
 *
 *   submit -> todo -> run -> finished -> done
 *   (loop)            (worker)           (loop)
 */
#include "io/worker.h"

#include <pthread.h>
#include <signal.h>
#include <uv.h>

#include "base/mem.h"
#include "io/handle.h"

#define THREADS_MAX 64

struct task_queue {
    struct task *first;
    struct task **last;
};

struct worker_pool {
    struct loop *loop;
    uv_async_t async; /* woken when `finished` got its first task */
    pthread_mutex_t mutex;
    pthread_cond_t more;
    struct task_queue todo;     /* under the mutex */
    struct task_queue finished; /* under the mutex */
    bool closing;               /* under the mutex */
    size_t pending;             /* the loop's */
    int thread_count;
    pthread_t threads[THREADS_MAX];
};

static _Thread_local enum worker_role role;

enum worker_role worker_role(void)
{
    return role;
}

void worker_take_role(enum worker_role new_role)
{
    role = new_role;
}

static void queue_put(struct task_queue *queue, struct task *task)
{
    task->next = NULL;
    *queue->last = task;
    queue->last = &task->next;
}

static struct task *queue_take(struct task_queue *queue)
{
    struct task *task = queue->first;

    if (task != NULL) {
        queue->first = task->next;
        if (queue->first == NULL)
            queue->last = &queue->first;
        task->next = NULL;
    }
    return task;
}

static struct task *next_task(struct worker_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    while (pool->todo.first == NULL && !pool->closing)
        (void)pthread_cond_wait(&pool->more, &pool->mutex);
    struct task *task = queue_take(&pool->todo);
    (void)pthread_mutex_unlock(&pool->mutex);
    return task;
}

static void *work(void *argument)
{
    struct worker_pool *pool = argument;

    worker_take_role(WORKER_ROLE_WORKER);
    for (struct task *task = next_task(pool); task != NULL; task = next_task(pool)) {
        task->run(task);
        (void)pthread_mutex_lock(&pool->mutex);
        bool wake = pool->finished.first == NULL;
        queue_put(&pool->finished, task);
        (void)pthread_mutex_unlock(&pool->mutex);
        if (wake)
            (void)uv_async_send(&pool->async);
    }
    return NULL;
}

static void take_finished(struct worker_pool *pool)
{
    (void)pthread_mutex_lock(&pool->mutex);
    struct task *task = pool->finished.first;
    pool->finished.first = NULL;
    pool->finished.last = &pool->finished.first;
    (void)pthread_mutex_unlock(&pool->mutex);

    while (task != NULL) {
        struct task *next = task->next;
        task->next = NULL;
        pool->pending--;
        task->done(task); /* may free it */
        task = next;
    }
}

static void finished_arrived(uv_async_t *async)
{
    take_finished(CONTAINER_OF(async, struct worker_pool, async));
}

static bool start_threads(struct worker_pool *pool, int thread_count, struct err *err)
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all); /* signals are the loop's */
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = 0;
    while (failed == 0 && pool->thread_count < thread_count) {
        failed = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
        if (failed == 0)
            pool->thread_count++;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed == 0 || loop_uv_error(err, -failed, "cannot start a worker thread");
}

struct worker_pool *worker_pool_create(struct loop *loop, int thread_count, struct err *err)
{
    assert(thread_count > 0 && thread_count <= THREADS_MAX);
    struct worker_pool *pool = mem_new(sizeof(*pool));
    pool->loop = loop;
    pool->todo.last = &pool->todo.first;
    pool->finished.last = &pool->finished.first;
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->more, NULL);
    int failed = uv_async_init(loop_uv(loop), &pool->async, finished_arrived);
    if (failed != 0) {
        (void)loop_uv_error(err, failed, "cannot make a worker pool");
        (void)pthread_mutex_destroy(&pool->mutex);
        (void)pthread_cond_destroy(&pool->more);
        mem_free(pool);
        return NULL;
    }
    if (!start_threads(pool, thread_count, err)) {
        worker_pool_close(pool);
        return NULL;
    }
    return pool;
}

static void pool_gone(uv_handle_t *uv)
{
    struct worker_pool *pool = CONTAINER_OF(uv, struct worker_pool, async);

    (void)pthread_mutex_destroy(&pool->mutex);
    (void)pthread_cond_destroy(&pool->more);
    mem_free(pool);
}

void worker_pool_close(struct worker_pool *pool)
{
    if (pool == NULL)
        return;
    (void)pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    (void)pthread_cond_broadcast(&pool->more);
    (void)pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->thread_count; i++)
        (void)pthread_join(pool->threads[i], NULL);
    take_finished(pool);
    assert(pool->pending == 0); /* a `done` must not submit to a pool that closes */
    uv_close((uv_handle_t *)&pool->async, pool_gone);
}

void worker_pool_submit(struct worker_pool *pool, struct task *task)
{
    ON_LOOP();
    (void)pthread_mutex_lock(&pool->mutex);
    assert(!pool->closing);
    queue_put(&pool->todo, task);
    (void)pthread_cond_signal(&pool->more);
    (void)pthread_mutex_unlock(&pool->mutex);
    pool->pending++;
}

size_t worker_pool_pending(const struct worker_pool *pool)
{
    return pool->pending;
}
