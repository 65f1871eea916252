"""Measures the filter: a whole text, a streamed token, compiling, and how much a stream holds.

Random words over harmless text; it says nothing about the quality of a real list.
"""

from __future__ import annotations

import json as json_format
import random
import re
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import mean
from typing import Final

import click

from bench.filter_laws import count_leaks, count_over_holds
from filters import (
    LANE_DEFAULTS,
    Action,
    Direction,
    Pipeline,
    Word,
    WordList,
    compile_pipeline,
    fold,
    harmless_texts,
)

NUM_WORDS: Final = 50_000
NUM_CASES: Final = 100_000
TEXT_CHARS: Final = 200
NUM_LAYERS: Final = 40
LAYER_WORDS: Final = 50
ALPHABET_CHARS: Final = 3_000
_SEED: Final = 20_240_601

NATURAL_TEXT: Final = """
同学们好，今天我们来复习直角三角形的性质。在一个直角三角形里，两条直角边的平方和等于斜边的平方，这个结论叫做勾股定理。比如
一条直角边长三厘米，另一条长四厘米，那么斜边就是五厘米。做题的时候先画图，把已知的边标出来，再想一想要求的是哪一条边。
植物通过光合作用把二氧化碳和水变成有机物，同时放出氧气。光合作用主要在叶片里的叶绿体中进行，需要阳光提供能量。夜里没有
阳光，植物只进行呼吸作用，吸收氧气，放出二氧化碳。所以卧室里不宜摆放太多花草，这是一种常见的说法，其实影响并不大。
写作文时要先想清楚中心，再安排材料。开头可以从一件小事写起，中间把经过写具体，结尾回到自己的感受。不要堆砌好词好句，
读者更愿意看到真实的细节：奶奶的围裙、雨后操场的味道、同桌悄悄递过来的半块橡皮。改的时候大声读一遍，不通顺的地方自然会露出来。
办理居住登记需要带上本人证件和租房合同，到所在街道的服务窗口填写表格。工作人员核对以后，一般三个工作日就能领到回执。
如果不方便到现场，也可以在网上提交照片，系统会用短信告诉您结果。遇到问题可以拨打服务热线，请说明所在的区县和办理的事项。
长江是我国最长的河流，从高原上的雪山出发，穿过峡谷和平原，最后流进东海。沿岸有许多城市，人们靠水吃水，修堤筑坝，也在慢慢
学着和洪水相处。地图上那条弯弯的蓝线，走起来要花好几个月。老师说，读万卷书，行万里路，两样都不能少。
"""


def run(json: bool = False, text_file: Path | None = None) -> dict[str, float]:
    """Measure, print a table (or JSON), and return the figures.

    Args:
        json: print JSON instead of a table.
        text_file: harmless Chinese text to use instead of the built-in one; in a JSON file
            every string counts.
    """
    source = NATURAL_TEXT if text_file is None else _read(text_file)
    text = "".join(re.findall(r"[\u3400-\u9fff，。！？：；、（）]+", source))
    dice = random.Random(_SEED)
    word_list = _random_list(dice, text)
    build_seconds = min(_seconds(lambda: compile_pipeline(word_list)) for _ in range(3))
    pipeline = compile_pipeline(word_list)
    harmless = _harmless_texts(pipeline, text)
    tokens = _tokens(dice, text)
    held = _held(pipeline, tokens)
    figures = {
        "num_words": float(NUM_WORDS),
        "num_texts": float(len(harmless)),
        "build_seconds": build_seconds,
        "check_us": _per_item_us(lambda: _check(pipeline, harmless), len(harmless)),
        "feed_us": _per_item_us(lambda: _stream(pipeline, tokens), len(tokens)),
        "mean_held_chars": mean(held),
        "most_held_chars": float(max(held)),
        "memory_mib": _memory_mib(word_list),
        "longest_stall_ms": min(_longest_stall_ms(word_list) for _ in range(3)),
        **_with_layers(pipeline, word_list, dice, harmless),
        **_with_every_lane(word_list, text, harmless),
        "false_positives": float(_false_positives(source)),
        "leaks": float(count_leaks(NUM_CASES)),
        "over_holds": float(count_over_holds(NUM_CASES)),
    }
    ratio = _ratio_to_rust(word_list, pipeline, harmless)
    if ratio is not None:
        figures["ratio_to_ahocorasick_rs"] = ratio
    if json:
        click.echo(json_format.dumps(figures))
    else:
        for name, figure in figures.items():
            click.echo(f"{name:<24}{figure:>12.3f}")
    return figures


def _read(text_file: Path) -> str:
    text = text_file.read_text(encoding="utf-8")
    return "\n".join(_strings(json_format.loads(text))) if text_file.suffix == ".json" else text


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for branch in tree.values() if isinstance(tree, dict) else tree:
            yield from _strings(branch)


def _random_list(dice: random.Random, text: str) -> WordList:
    """Words of two to five of the commonest characters, none of them in the text."""
    plain = fold(text)
    counts = Counter(char for char in plain if "\u3400" <= char <= "\u9fff")
    # A short text has few characters; others fill up to what a reader of newspapers knows.
    alphabet = [char for char, _ in counts.most_common(ALPHABET_CHARS)]
    alphabet += [chr(dice.randrange(0x4E00, 0x9FA6)) for _ in range(ALPHABET_CHARS - len(alphabet))]
    texts: set[str] = set()
    while len(texts) < NUM_WORDS:
        length = dice.choice((2, 3, 3, 4, 4, 5))
        drawn = "".join(dice.choices(alphabet, k=length))
        if drawn not in plain:
            texts.add(drawn)
    actions = dict.fromkeys(Direction, Action.MASK)
    words = tuple(Word(str(place), each, "bench", actions) for place, each in enumerate(sorted(texts)))
    return WordList(1, words)


def _harmless_texts(pipeline: Pipeline, text: str) -> list[str]:
    """Stretches of the text in which nothing is found, up to a hundred."""
    step = max(1, min(TEXT_CHARS, (len(text) - TEXT_CHARS) // 100))
    stretches = (text[at : at + TEXT_CHARS] for at in range(0, len(text) - TEXT_CHARS + 1, step))
    harmless = (each for each in stretches if not pipeline.check(each, Direction.ANSWER).matches)
    return list(islice(harmless, 100))


def _tokens(dice: random.Random, text: str) -> list[str]:
    """The text in pieces as a model writes them: one to three characters."""
    tokens: list[str] = []
    at = 0
    for size in cycle(dice.choices((1, 2, 3), (5, 4, 1), k=997)):
        if at >= len(text) or len(tokens) >= 5_000:
            return tokens
        tokens.append(text[at : at + size])
        at += size
    return tokens


def _check(pipeline: Pipeline, texts: list[str]) -> None:
    for text in texts:
        pipeline.check(text, Direction.ANSWER)


def _stream(pipeline: Pipeline, tokens: list[str]) -> None:
    stream = pipeline.stream(Direction.ANSWER)
    for token in tokens:
        stream.feed(token)
    stream.flush()


def _held(pipeline: Pipeline, tokens: list[str]) -> list[int]:
    stream, held = pipeline.stream(Direction.ANSWER), []
    for token in tokens:
        stream.feed(token)
        held.append(stream.held_chars)
    return held


def _with_layers(
    pipeline: Pipeline, word_list: WordList, dice: random.Random, harmless: list[str]
) -> dict[str, float]:
    """Small lists of many classes upon the large one: what all cost together, and what one costs a text."""
    lists = [
        replace(word_list, words=tuple(replace(word, text=word.text + "䶮") for word in chosen))
        for chosen in (dice.sample(word_list.words, LAYER_WORDS) for _ in range(NUM_LAYERS))
    ]
    tracemalloc.start()
    layers = [compile_pipeline(each, upon=pipeline) for each in lists]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {
        "layers_mib": size / 2**20,
        "build_layers_seconds": _seconds(lambda: [compile_pipeline(each, upon=pipeline) for each in lists]),
        "check_with_layer_us": _per_item_us(lambda: _check(layers[0], harmless), len(harmless)),
    }


def _with_every_lane(word_list: WordList, text: str, harmless: list[str]) -> dict[str, float]:
    """The same with every lane switched on; words that a lane finds in the harmless text are left out."""
    options = replace(word_list.options, lanes=LANE_DEFAULTS)
    every = replace(word_list, options=options)
    pipeline = compile_pipeline(replace(every, options=replace(options, report="all")))
    met = {match.word_id for match in pipeline.check(text, Direction.ANSWER).matches}
    met |= {m.word_id for each in harmless for m in pipeline.check(each, Direction.ANSWER).matches}
    spared = replace(every, words=tuple(word for word in every.words if word.id not in met))
    build_seconds = min(_seconds(lambda: compile_pipeline(spared)) for _ in range(2))
    pipeline = compile_pipeline(spared)
    return {
        "build_all_lanes_seconds": build_seconds,
        "check_all_lanes_us": _per_item_us(lambda: _check(pipeline, harmless), len(harmless)),
    }


def _false_positives(source: str) -> int:
    """Matches of the shipped demonstration, with every lane at its default, in harmless text."""
    from server.moderation.demonstration import demonstration

    pipeline = compile_pipeline(demonstration(0).word_list(1))
    texts = [*harmless_texts(), *source.splitlines()]
    return sum(len(pipeline.check(text, direction).matches) for text in texts for direction in Direction)


def _memory_mib(word_list: WordList) -> float:
    tracemalloc.start()
    pipeline = compile_pipeline(word_list)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pipeline.version
    return size / 2**20


def _longest_stall_ms(word_list: WordList) -> float:
    """How long another thread had to wait for its turn while a list was compiled in this process."""
    worst, over = 0.0, threading.Event()

    def tick() -> None:
        nonlocal worst
        last = time.perf_counter()
        while not over.wait(0.001):
            now = time.perf_counter()
            worst, last = max(worst, now - last), now

    ticking = threading.Thread(target=tick)
    ticking.start()
    compile_pipeline(word_list)
    over.set()
    ticking.join()
    return worst * 1e3


def _ratio_to_rust(word_list: WordList, pipeline: Pipeline, harmless: list[str]) -> float | None:
    """Our speed over that of ahocorasick_rs with the same folding, None where it is not installed."""
    try:
        from ahocorasick_rs import AhoCorasick
    except ImportError:
        return None
    automaton = AhoCorasick([fold(word.text) for word in word_list.words])

    def whole_job() -> None:
        # What we do: fold, find; allow phrases and spans in the raw text only where something is found.
        for text in harmless:
            if automaton.find_matches_as_indexes(fold(text), overlapping=True):
                pipeline.check(text, Direction.ANSWER)

    theirs = _per_item_us(whole_job, len(harmless))
    return theirs / _per_item_us(lambda: _check(pipeline, harmless), len(harmless))


def _per_item_us(work: Callable[[], object], num_items: int) -> float:
    """The best of several rounds, which is what the code costs when nothing disturbs it."""
    rounds = max(5, 20_000 // max(1, num_items) // 10)
    return min(_seconds(work) for _ in range(rounds)) / max(1, num_items) * 1e6


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    run()
