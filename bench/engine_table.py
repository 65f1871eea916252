"""The figures of `dayi bench engine` as a table for people. Knows their names, not how they come about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Name = tuple[str, ...]

NOTE = """\
Medians. Ours is what the engine's client sees, sampling and text included; alone, guessing ahead counts.
Memory is that of engine and server (proportional: what two processes share counts once)."""
BESIDE = """\
llama.cpp computes logits only: from the same file, with as many threads, the same contexts and steps. Its
memory is without its interpreter. Ratios are ours / llama.cpp, the median of those of each round: more is
better for speeds, less for times and memory."""


def table(figures: Mapping[str, Any]) -> str:
    """One figure a line; beside a peer its figure and the ratio."""
    peer, ratios = figures.get("peer"), figures.get("ratio_to_llama_cpp", {})
    lines = [f"{figures['model']}, {figures['dtype']}, {figures['machine']['threads']} threads"]
    if peer:
        attention = "with" if peer["flash_attention"] else "without"
        lines.append(f"{peer['name']} {attention} flash attention, the faster of the two")
        lines.append(f"{'':<46}{'ours':>10}{peer['name']:>12}{'ratio':>8}")
    for label, name, scale in _rows(figures):
        ours, theirs, ratio = _at(figures, name), _at(peer or {}, name), _at(ratios, name)
        line = f"{label:<46}{_shown(ours, scale):>10}"
        lines.append(line if theirs is None else f"{line}{_shown(theirs, scale):>12}{ratio:>8.2f}")
    return "\n".join([*lines, "", NOTE, *([BESIDE] if peer else [])])


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, Name, float]]:
    """Label, name and unit of every figure that is there."""
    if "prefill_tokens_per_second" in figures:
        yield "prefill, tokens/s", ("prefill_tokens_per_second",), 1
    for number in figures.get("decode_tokens_per_second", ()):
        label = "1 conversation, tokens/s" if number == "1" else f"{number} at once, tokens/s in all"
        yield label, ("decode_tokens_per_second", number), 1
        if number == "1":
            yield "  without guessing ahead", ("decode_without_guessing_tokens_per_second",), 1
            yield "  share of guesses accepted, %", ("guessing", "accepted_share"), 0.01
            yield "  tokens a step", ("guessing", "tokens_per_step"), 1
    for size in figures.get("first_token_ms", ()):
        yield f"first token, {size} of history, ms", ("first_token_ms", size, "full"), 1
        yield "  with the history reused", ("first_token_ms", size, "reused"), 1
    if "first_token_beside_8_streams" in figures:
        yield "first token of a new question, ms", ("first_token_beside_8_streams", "alone_ms"), 1
        yield "  beside 8 streams", ("first_token_beside_8_streams", "beside_ms"), 1
        yield "  ratio of the two", ("first_token_beside_8_streams", "ratio"), 1
    if "longest_pause_ms" in figures:
        yield "longest pause beside a long question, ms", ("longest_pause_ms",), 1
    if "resident_bytes" in figures:
        yield "resident, MiB", ("resident_bytes",), 2**20
        yield "  engine", ("resident", "engine"), 2**20
        yield "  server", ("resident", "server"), 2**20
    yield "keys and values, bytes a token", ("kv_bytes_per_token",), 1
    if "quality" in figures:
        yield "mean KL against bf16", ("quality", "mean_kl"), 1
        yield "same best token as bf16, %", ("quality", "top1_agreement"), 0.01


def _at(tree: Mapping[str, Any], name: Name) -> Any:
    place: Any = tree
    for part in name:
        if not isinstance(place, Mapping) or part not in place:
            return None
        place = place[part]
    return place


def _shown(figure: float, scale: float) -> str:
    value = figure / scale
    return f"{value:.0f}" if value >= 200 else f"{value:.1f}" if value >= 10 else f"{value:.3g}"
