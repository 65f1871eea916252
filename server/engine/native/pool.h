/* Threads that help: whoever calls does the work, and is helped by those that are awake.

   On a machine that others use, too, a thread may be off its core at any moment. So nobody waits for a thread
   that has taken no unit of the work: unlike a team of OpenMP, whose every barrier waits for all. */
#ifndef DAYI_POOL_H
#define DAYI_POOL_H

#include <stdint.h>

typedef void (*Work)(const void *job, int64_t unit);

/* Do `work(job, unit)` for every unit below `units` (at most a million), and return when all are done. One caller
   at a time is helped, by so many that `threads` work (or by more, where more were asked for before); another caller
   does its work alone. */
void dayi_share(Work work, const void *job, int64_t units, int threads);

#endif
