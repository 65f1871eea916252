"""What `dayi model info` shows: the model, what it takes, and whether this machine can carry it.

As data and as text; opens no weights and imports nothing heavy. Does not know the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.engine.shape import WEIGHTS_FILE, Dtype, ModelShape
from server.errors import DayiProblem
from server.sources.bundled import BUNDLES
from server.sources.gguf_header import read_header
from server.sources.machine import Machine, this_machine
from server.sources.names import ModelName, parse_name
from server.sources.prepare import check_presence, prepared_folder

# The engine's process without weights and keys: interpreter, torch, buffers of a step.
_ENGINE_BYTES = 500 << 20
# In int8 the embedding stays in bf16 and some projections are stored in 4 bits, too: about.
_TYPE_BYTES: dict[Dtype, float] = {"int8": 1.4, "bf16": 2, "fp32": 4}


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A model on this machine; `None` where it cannot be known before it is prepared."""

    model: str
    title: str
    dtype: Dtype
    folder: Path | None  # where it lies, prepared
    num_parameters: int | None
    window_tokens: int | None  # the longest that the model itself allows
    weights_bytes: int | None
    token_bytes: int | None  # keys and values of one token
    kv_budget_bytes: int
    problem: str  # why it cannot be had here; "" if it can
    machine: Machine
    num_threads: int

    @property
    def needed_memory_bytes(self) -> int | None:
        """Memory that serving takes when the budget for keys and values is used up."""
        if self.weights_bytes is None:
            return None
        return self.weights_bytes + self.kv_budget_bytes + _ENGINE_BYTES

    @property
    def fits(self) -> bool | None:
        """Whether the machine's memory carries it."""
        needed, there = self.needed_memory_bytes, self.machine.memory_bytes
        return None if needed is None or there is None else needed <= there


def describe(
    model: str | ModelName,
    models_folder: Path,
    dtype: Dtype = "bf16",
    *,
    threads: int = 0,
    kv_budget_mib: int = 1024,
) -> ModelDescription:
    """Look at a model and at this machine.

    Raises:
        SettingsProblem: the name is wrong.
    """
    name = parse_name(model) if isinstance(model, str) else model
    machine = this_machine()
    title, num_parameters, weights_bytes, problem = str(name), None, None, ""
    folder = shape = None
    if name.has_weights:
        folder = prepared_folder(name, models_folder, dtype)
    if name.kind == "bundled":
        bundle = BUNDLES[name.value]
        title, num_parameters = bundle.title, bundle.num_parameters
        weights_bytes = bundle.prepared_bytes(dtype)
    if folder is not None:
        shape = ModelShape.load(folder)
        weights_bytes = (folder / WEIGHTS_FILE).stat().st_size
        num_parameters = num_parameters or shape.num_weights
    elif name.has_weights:
        try:
            check_presence(name)
            if name.kind == "gguf":
                header = read_header(name.path)
                title = header.text("general.name") or title
                num_parameters = header.num_weights
                weights_bytes = int(num_parameters * _TYPE_BYTES[dtype])
        except DayiProblem as found:
            problem = str(found)
    return ModelDescription(
        model=str(name),
        title=title,
        dtype=dtype,
        folder=folder,
        num_parameters=num_parameters,
        window_tokens=shape.max_positions if shape else None,
        weights_bytes=weights_bytes,
        token_bytes=shape.kv_bytes_per_token if shape else None,
        kv_budget_bytes=kv_budget_mib << 20,
        problem=problem,
        machine=machine,
        num_threads=threads or machine.num_cores,
    )


def as_text(found: ModelDescription, more: Sequence[tuple[str, str]] = ()) -> str:
    """The description as aligned lines for a terminal, and `more` labels and texts after them."""
    machine = found.machine
    rows = [("Model", found.model if found.title == found.model else f"{found.model} — {found.title}")]
    if found.num_parameters:
        rows.append(("Parameters", f"{found.num_parameters / 1e9:.2f} billion"))
    if found.folder is not None:
        rows.append(("Prepared", str(found.folder)))
    elif found.weights_bytes is not None or found.problem:
        rows.append(
            ("Prepared", found.problem or "not yet; `dayi model prepare` does it, or the first start")
        )
    if found.weights_bytes is not None:
        rows.append(("Weights", f"{_mib(found.weights_bytes)} in {found.dtype}"))
    if found.token_bytes:
        room = found.kv_budget_bytes // found.token_bytes
        rows.append(
            (
                "Conversations",
                f"{_mib(found.kv_budget_bytes)} for keys and values, enough for {room:,} tokens",
            )
        )
    if found.window_tokens:
        rows.append(("Window", f"{found.window_tokens:,} tokens at most"))
    if found.needed_memory_bytes is not None:
        fits = {True: "", False: " — too little; take bundled:0.5b or a smaller --kv-budget-mib", None: ""}
        rows.append(("Memory needed", f"about {_mib(found.needed_memory_bytes)}{fits[found.fits]}"))
    rows.append(("Memory here", f"{_mib(machine.memory_bytes)}, {_mib(machine.free_memory_bytes)} free"))
    rows.append(
        ("Processor", f"{machine.processor}, {machine.num_cores} cores, {found.num_threads} threads used")
    )
    rows.append(("Can do", ", ".join(machine.capabilities) or "no instruction set that speeds the engine up"))
    return _aligned([*rows, *more])


def describe_remote(name: ModelName, *, has_key: bool, window_tokens: int) -> str:
    """What can be said of an `openai:` model without asking its server, as aligned lines for a terminal.

    Args:
        name: the model.
        has_key: whether there is a key for the server.
        window_tokens: the setting of that name.
    """
    url = urlsplit(name.base_url)
    elsewhere = "" if url.hostname in ("localhost", "127.0.0.1", "::1") else "; questions leave this machine"
    if elsewhere and url.scheme == "http":
        elsewhere += " unencrypted (https:// would encrypt them)"
    rows = [
        ("Model", f"{name.remote_model}, as its server calls it"),
        ("Server", f"{name.base_url}{elsewhere}"),
        ("Key", "given" if has_key else "none (DAYI_OPENAI_KEY)"),
        ("Prepared", "nothing to prepare: the other server computes; `/readyz` says whether it answers"),
        ("Window", f"{window_tokens:,} tokens at most, as estimated from the text; older turns are left out"),
    ]
    return _aligned(rows)


def _aligned(rows: list[tuple[str, str]]) -> str:
    width = max(len(label) for label, _ in rows) + 2
    return "\n".join(f"{label:<{width}}{text}" for label, text in rows)


def _mib(num_bytes: int | None) -> str:
    return "unknown" if num_bytes is None else f"{num_bytes / 2**20:,.0f} MiB"
