#define _GNU_SOURCE
#include "pool.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_HELPERS = 63, SPINS = 4000, IMPATIENCE = 1000 };

/* One number tells everything about the work of the moment: a count of works, the number of units, and the next
   one. Who takes a unit takes it together with the other two, so a thread that slept over the end of a work
   never takes a unit of the next one for a unit of the last. */
enum { INDEX_BITS = 21 };
static const uint64_t INDEX = ((uint64_t)1 << INDEX_BITS) - 1;
static _Atomic uint64_t ticket;

static struct { Work work; const void *job; } current; /* stable while a unit of it is not done */
static _Atomic int64_t num_done;
static _Atomic int num_asleep;
static _Atomic uint32_t calls;
static int num_helpers;
static pid_t owner; /* helpers do not survive a fork */
static pthread_mutex_t door = PTHREAD_MUTEX_INITIALIZER;

static int is_left(uint64_t seen) { return (seen & INDEX) < ((seen >> INDEX_BITS) & INDEX); }

/* Do units until none is left. */
static void help(void) {
    while (is_left(atomic_load_explicit(&ticket, memory_order_acquire))) {
        uint64_t taken = atomic_fetch_add_explicit(&ticket, 1, memory_order_acq_rel);
        if (!is_left(taken)) return;
        current.work(current.job, (int64_t)(taken & INDEX));
        atomic_fetch_add_explicit(&num_done, 1, memory_order_release);
    }
}

static void *helper(void *unused) {
    (void)unused;
    for (;;) {
        for (int spins = 0; spins < SPINS; spins++) {
            if (is_left(atomic_load_explicit(&ticket, memory_order_relaxed))) {
                help();
                spins = 0;
            }
            _mm_pause();
        }
        uint32_t heard = atomic_load(&calls);
        atomic_fetch_add(&num_asleep, 1);
        if (!is_left(atomic_load(&ticket))) syscall(SYS_futex, &calls, FUTEX_WAIT_PRIVATE, heard, NULL, NULL, 0);
        atomic_fetch_sub(&num_asleep, 1);
    }
    return NULL;
}

static void hire(int wanted) {
    if (owner != getpid()) owner = getpid(), num_helpers = 0, atomic_store(&num_asleep, 0);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    for (pthread_t thread; num_helpers < wanted && num_helpers < MOST_HELPERS; num_helpers++)
        if (pthread_create(&thread, &attributes, helper, NULL)) break; /* then fewer help */
    pthread_attr_destroy(&attributes);
}

void dayi_share(Work work, const void *job, int64_t units, int threads) {
    if (units <= 1 || threads <= 1 || units > (int64_t)INDEX / 2 || pthread_mutex_trylock(&door)) {
        for (int64_t unit = 0; unit < units; unit++) work(job, unit);
        return;
    }
    if (num_helpers < threads - 1 || owner != getpid()) hire(threads - 1);
    current.work = work, current.job = job;
    atomic_store_explicit(&num_done, 0, memory_order_relaxed);
    uint64_t number = (atomic_load_explicit(&ticket, memory_order_relaxed) >> (2 * INDEX_BITS)) + 1;
    atomic_store(&ticket, number << (2 * INDEX_BITS) | (uint64_t)units << INDEX_BITS);
    if (atomic_load(&num_asleep)) {
        atomic_fetch_add(&calls, 1);
        syscall(SYS_futex, &calls, FUTEX_WAKE_PRIVATE, MOST_HELPERS, NULL, NULL, 0);
    }
    help();
    for (int spins = 0; atomic_load_explicit(&num_done, memory_order_acquire) < units; spins++) {
        if (spins < IMPATIENCE) _mm_pause();
        else sched_yield(); /* it may be this very core that the helper needs */
    }
    pthread_mutex_unlock(&door);
}
