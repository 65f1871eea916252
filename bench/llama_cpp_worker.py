"""llama.cpp at work: commands come in on stdin and answers go out on stdout, a JSON object a line each.

Run by an interpreter that has llama-cpp-python, and nothing of this project: it imports nothing of it. It
computes only; ids are drawn at random, since their values cost nothing, and none is sampled from its logits.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_LONE_TOKENS = 4096  # the context of one conversation, as long as the engine's window by default
_MANY = 16
_MANY_TOKENS = 1024  # of each
_TRIAL_TOKENS, _TRIAL_STEPS, _TRIAL_ROUNDS = 512, 12, 2


def proportional_bytes() -> int:
    """Memory of this process; pages shared with others count for the part of each."""
    rows = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(row.split()[1]) << 10 for row in rows if row.startswith("Pss:"))


_BARE_BYTES = proportional_bytes()  # of Python, before anything was loaded

import llama_cpp as lib  # noqa: E402 -- what it takes itself is to be measured


class Context:
    """One context of llama.cpp: sequences of ids whose keys and values it holds."""

    def __init__(self, model: Any, threads: int, sequences: int, tokens_each: int, flash: bool) -> None:
        wanted = lib.llama_context_default_params()
        wanted.n_ctx, wanted.n_seq_max = sequences * tokens_each, sequences
        wanted.n_batch, wanted.n_ubatch = _LONE_TOKENS, 512
        wanted.n_threads = wanted.n_threads_batch = threads
        kinds = (lib.LLAMA_FLASH_ATTN_TYPE_DISABLED, lib.LLAMA_FLASH_ATTN_TYPE_ENABLED)
        wanted.flash_attn_type = kinds[flash]
        self._context = lib.llama_init_from_model(model, wanted)
        if not self._context:
            raise RuntimeError("llama.cpp makes no such context")
        self._memory = lib.llama_get_memory(self._context)
        self._num_known = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))
        self._dice = random.Random(1)
        self._lengths = [0] * sequences

    def close(self) -> None:
        """Give its memory back."""
        lib.llama_free(self._context)

    def hold(self, sequence: int, tokens: int) -> None:
        """See to it that exactly so many ids of a sequence are cached."""
        if self._lengths[sequence] > tokens:
            lib.llama_memory_seq_rm(self._memory, sequence, tokens, -1)
            self._lengths[sequence] = tokens
        elif self._lengths[sequence] < tokens:
            self.read(sequence, tokens - self._lengths[sequence])

    def read(self, sequence: int, tokens: int) -> None:
        """Compute further ids of one sequence, up to the logits after the last."""
        at = self._lengths[sequence]
        self._compute([(sequence, at + place, place == tokens - 1) for place in range(tokens)])

    def step(self, sequences: Iterable[int]) -> None:
        """Compute one further id of each of these sequences, and the logits after each."""
        self._compute([(each, self._lengths[each], True) for each in sequences])

    def _compute(self, rows: list[tuple[int, int, bool]]) -> None:
        batch = lib.llama_batch_init(len(rows), 0, 1)
        batch.n_tokens = len(rows)
        for place, (sequence, position, wants_logits) in enumerate(rows):
            batch.token[place] = self._dice.randrange(self._num_known // 2)
            batch.pos[place], batch.logits[place] = position, wants_logits
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, sequence
            self._lengths[sequence] += 1
        status = lib.llama_decode(self._context, batch)
        lib.llama_synchronize(self._context)
        lib.llama_batch_free(batch)
        if status != 0:
            raise RuntimeError(f"llama_decode said {status}")


class Worker:
    """A model and its contexts: one for a lone conversation, one for many, made when first needed."""

    def __init__(self, file: str, threads: int, flash: bool | None) -> None:
        wanted = lib.llama_model_default_params()
        wanted.n_gpu_layers = 0
        self._model = lib.llama_model_load_from_file(file.encode(), wanted)
        if not self._model:
            raise RuntimeError(f"llama.cpp does not open {file}")
        self._threads = threads
        self.flash = self._faster_with_flash() if flash is None else flash
        self._lone: Context | None = None
        self._many: Context | None = None

    def prefill(self, cached: int, tokens: int) -> dict[str, Any]:
        """Compute ids of one conversation after others that are cached. Returns the seconds."""
        self._lone = self._lone or self._context(1, _LONE_TOKENS, self.flash)
        self._lone.hold(0, cached)
        return {"seconds": _seconds_to_read(self._lone, tokens)}

    def decode(self, conversations: int, cached: int, steps: int) -> dict[str, Any]:
        """Steps of one id for each conversation, all in one batch. Returns the seconds of all steps."""
        if conversations == 1:
            context = self._lone = self._lone or self._context(1, _LONE_TOKENS, self.flash)
        else:
            context = self._many = self._many or self._context(_MANY, _MANY_TOKENS, self.flash)
        for each in range(conversations):
            context.hold(each, cached)
        return {"seconds": _seconds_to_step(context, conversations, steps)}

    def memory(self) -> dict[str, Any]:
        """Bytes of this process, without those of Python itself."""
        return {"bytes": proportional_bytes() - _BARE_BYTES}

    def _context(self, sequences: int, tokens_each: int, flash: bool) -> Context:
        return Context(self._model, self._threads, sequences, tokens_each, flash)

    def _faster_with_flash(self) -> bool:
        """Try both kinds of attention in turn, on a prefill and on steps of eight."""
        best = {True: float("inf"), False: float("inf")}
        for flash in [True, False] * _TRIAL_ROUNDS:
            context = self._context(8, _TRIAL_TOKENS + _TRIAL_STEPS, flash)
            seconds = _seconds_to_read(context, _TRIAL_TOKENS) + _seconds_to_step(context, 8, _TRIAL_STEPS)
            context.close()
            best[flash] = min(best[flash], seconds)
        return best[True] < best[False]


def _seconds_to_read(context: Context, tokens: int) -> float:
    begin = time.perf_counter()
    context.read(0, tokens)
    return time.perf_counter() - begin


def _seconds_to_step(context: Context, conversations: int, steps: int) -> float:
    begin = time.perf_counter()
    for _ in range(steps):
        context.step(range(conversations))
    return time.perf_counter() - begin


def main() -> None:
    """Obey until stdin ends: the first command is `open`."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the library prints is no answer
    silent = lib.llama_log_callback(lambda level, text, data: None)
    lib.llama_log_set(silent, ctypes.c_void_p(0))
    lib.llama_backend_init()
    worker: Worker | None = None
    for line in sys.stdin:
        command = json.loads(line)
        name = command.pop("do")
        try:
            if worker is None:
                worker = Worker(**command)
                answer: dict[str, Any] = {"flash_attention": worker.flash}
            else:
                commands: dict[str, Callable[..., dict[str, Any]]] = {
                    "prefill": worker.prefill,
                    "decode": worker.decode,
                    "memory": worker.memory,
                }
                answer = commands[name](**command)
        except (RuntimeError, OSError) as problem:
            answer = {"problem": str(problem)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
