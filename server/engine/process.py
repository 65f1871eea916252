"""The engine process: `python -m server.engine.process FD`, started and watched by `client`.

Commands come in and events go out as lines over the socket FD; stdout is not used. The process ends when
the server does. This module does not know how it is restarted.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from server.engine.channel import Channel, Closed
from server.engine.pace import Pace
from server.engine.types import (
    Ask,
    Broken,
    Cancel,
    Ended,
    EngineOptions,
    EngineRequest,
    Event,
    Forget,
    Line,
    Open,
    Ready,
    Sampling,
)
from server.errors import DayiProblem, SettingsProblem, SourceProblem

if TYPE_CHECKING:
    from server.engine.batch import Batch

# Between two reports while there is work: also the sign of life of a long prefill.
_REPORT_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1


def open_batch(options: EngineOptions) -> Batch:
    """Load the model of a prepared folder.

    Raises:
        SourceProblem: `bad_model`.
        SettingsProblem: this machine has no such device or operator.
    """
    from server.engine.shape import ModelShape

    shape = ModelShape.load(options.folder)
    # torch takes seconds to import: a folder that is none is said before.
    import torch

    from server.engine.batch import Batch
    from server.engine.model import Model
    from server.engine.operators import NATIVE, OPERATORS, choose_operator, try_operator
    from server.engine.text import Text
    from server.engine.weights import let_go, load_weights, touch

    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise SettingsProblem(f"device {device}: torch finds no GPU that it can compute with.")
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    weights = load_weights(options.folder, shape)
    reading = Thread(target=touch, args=(weights,), daemon=True)
    reading.start()  # while the tokenizer is read
    text = Text(options.folder)
    operator = choose_operator(options.operator)[0] if shape.dtype == "int8" else None
    if operator is not None and operator.name == NATIVE:
        reading.join()  # weights are copied at once: page by page that would take several times as long
    model = Model(shape, weights, device, options.max_running, options.window_tokens, operator)

    def pack() -> None:
        model.pack()
        reading.join()
        let_go(weights)  # the model has copies now

    if operator is not None and (operator.name == NATIVE or try_operator(OPERATORS["woq8"]).problem):
        pack()  # takes a moment, or nothing else can multiply here meanwhile
        if operator.name == NATIVE:
            # What torch still does is soon done by one thread; a team of its own would wait for the cores.
            torch.set_num_threads(1)
    elif operator is not None:
        Thread(target=pack, name="packing", daemon=True).start()  # the first answer need not wait for it
    return Batch(model, text, options)


def warm_up(batch: Batch, options: EngineOptions) -> None:
    """Produce a token after the preset's system prompt: its keys and values are shared from then on.

    Raises:
        SourceProblem: `bad_model`, when the system prompt does not fit into the window.
    """
    sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_tokens=2)
    request = EngineRequest("warm-up", "warm-up", "warm-up", options.system, "1+1=?", sampling=sampling)
    events: list[Event] = batch.ask(request)
    while not batch.idle:
        events += batch.step()
    last = events[-1]
    if isinstance(last, Ended) and last.finish == "failed":
        raise SourceProblem("bad_model", f"system prompt: {last.message}")
    batch.forget("warm-up")


def serve(channel: Channel) -> None:
    """Read the options, load, then step until the server hangs up.

    Raises:
        Closed: it did.
    """
    first, *early = channel.receive(wait=True)
    if not isinstance(first, Open):
        raise ValueError("the first line must open a model")
    try:
        batch = open_batch(first.options)
        warm_up(batch, first.options)
    except DayiProblem as problem:
        channel.send([Broken(str(problem))])
        return
    # What the warm-up took says little: a first step is slow.
    options = first.options
    batch.pace = Pace(first.measured, options.chunk_tokens, options.shared_chunk_tokens)
    gc.collect()
    gc.freeze()  # the model never becomes garbage: do not look at it again
    channel.send([Ready(batch.fingerprint), batch.memory(_resident_bytes())])
    reported_at = time.monotonic()
    practice = [] if first.measured.rows else batch.practice()
    lines = early
    while True:
        events: list[Line] = []
        for line in lines:
            events += _obey(batch, line)
        if events:  # what has begun is told before it is computed, or that time would pass for waiting
            channel.send(events)
        events = [*batch.step(), *batch.remind()]
        now = time.monotonic()
        if batch.idle or now - reported_at >= _REPORT_SECONDS:
            reported_at = now
            events += [batch.memory(_resident_bytes()), batch.pace.measured]
        channel.send(events)
        lines = channel.receive(wait=batch.idle and not practice)
        if practice and batch.idle and not lines:
            batch.practise(practice.pop(0))


def _obey(batch: Batch, line: Line) -> list[Event]:
    match line:
        case Ask(request):
            return batch.ask(request)
        case Cancel(request_id):
            return batch.cancel(request_id)
        case Forget(conversation):
            return batch.forget(conversation)
        case _:
            raise ValueError(f"not a command: {line}")


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _die_with_parent() -> None:
    """Ask the kernel to end this process with the server, even while native code does not return."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Run until the server is gone."""
    parent = os.getppid()
    _die_with_parent()
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's: it ends this process in order
    with socket.socket(fileno=int(sys.argv[1])) as end:
        try:
            serve(Channel(end))
        except Closed:
            return


if __name__ == "__main__":
    main()
