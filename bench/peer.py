"""Another engine to measure beside ours: a process with an interpreter of its own, asked in JSON lines.

Finds it, starts it and asks it. What is asked is in `llama_cpp_worker`, which knows llama.cpp.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from server.errors import SettingsProblem
from server.settings import Settings
from server.sources.bundled import BUNDLES, Bundle, assemble
from server.sources.names import parse_name
from server.sources.progress import silent

PEERS: Final = ("llama.cpp",)
FOLDER: Final = Path(__file__).parents[1] / ".cache" / "bench-peer"  # made by `make bench-peer`
WORKER: Final = Path(__file__).with_name("llama_cpp_worker.py")


class Peer:
    """A peer with a model open; to be used in a `with` statement.

    Args:
        command: what to run; it reads commands on stdin and answers on stdout.
        file: the GGUF file.
        threads: as many as ours.
        flash: its flash attention on or off; None lets it take the faster.

    Raises:
        SettingsProblem: from every method, when it does not do what was asked.
    """

    def __init__(self, command: Sequence[str], file: Path, threads: int, flash: bool | None = None) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            opened = self._ask(do="open", file=str(file), threads=threads, flash=flash)
        except BaseException:
            self.close()
            raise
        self.flash_attention = bool(opened["flash_attention"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self._process.kill()  # it has nothing to tidy up
        with suppress(OSError):  # what was not written
            self._process.communicate()

    def prefill(self, cached: int, tokens: int) -> float:
        """Seconds to compute so many ids of one conversation after others that are cached."""
        return float(self._ask(do="prefill", cached=cached, tokens=tokens)["seconds"])

    def decode(self, conversations: int, cached: int, steps: int) -> float:
        """Tokens a second of conversations with so many ids cached, over some steps of all together."""
        answer = self._ask(do="decode", conversations=conversations, cached=cached, steps=steps)
        return conversations * steps / float(answer["seconds"])

    def memory(self) -> int:
        """Bytes that it takes, without its interpreter."""
        return int(self._ask(do="memory")["bytes"])

    def _ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
            answer = dict(json.loads(self._process.stdout.readline()))
        except (OSError, ValueError):
            raise SettingsProblem(f"the peer ended at {command}: its last words are above") from None
        if "problem" in answer:
            raise SettingsProblem(f"the peer says: {answer['problem']}")
        return answer


def peer_command(name: str) -> list[str]:
    """How a peer's worker is run.

    Raises:
        SettingsProblem: it is unknown, or not built here.
    """
    if name not in PEERS:
        raise SettingsProblem(f"--peer {name}: there is only {', '.join(PEERS)}")
    interpreter = FOLDER / "bin" / "python"
    if not (FOLDER / "done").exists():
        raise SettingsProblem(
            f"--peer {name}: it is not built here; run `make bench-peer` in a checkout (some ten minutes)"
        )
    return [str(interpreter), "-I", str(WORKER)]


def gguf_file(settings: Settings, folder: Path = FOLDER) -> Path:
    """The file that our weights were prepared from; bundled parts are joined in a folder, and kept there.

    Raises:
        SettingsProblem: the model comes from no GGUF file, or its parts are missing.
        SourceProblem: the parts are not the official file.
    """
    name = parse_name(settings.model)
    if name.kind == "gguf":
        return name.path
    if name.kind != "bundled":
        raise SettingsProblem(f"--peer: {settings.model} comes from no GGUF file; take bundled: or gguf:")
    bundle = BUNDLES[name.value]
    file = folder / f"bundled-{bundle.size}.gguf"
    if not _is_whole(file, bundle):
        folder.mkdir(parents=True, exist_ok=True)
        assemble(bundle, file, silent)
    return file


def _is_whole(file: Path, bundle: Bundle) -> bool:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == bundle.sha256
    except OSError:
        return False
