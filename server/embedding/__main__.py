"""The embedding process: `python -m server.embedding FD`, started and watched by `child`.

Told over the socket FD which model to load, then texts, line by line; answers with a line and the vectors'
bytes. It ends with the server. Standard output is not used.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, BinaryIO

from server.errors import SettingsProblem

_PR_SET_PDEATHSIG = 1


def serve(asked: BinaryIO, told: BinaryIO) -> None:
    """Load, then embed until nobody asks any more."""
    order = json.loads(asked.readline())
    try:
        from server.embedding.folder import look_at

        model = look_at(Path(order["folder"]))
        # torch takes seconds to import: a folder that is none is said before.
        from server.embedding.encoder import Encoder

        encoder = Encoder(model, order["threads"])
        dimensions = encoder.embed(["第一句 first"], "question").shape[1]
    except SettingsProblem as problem:
        _tell(told, {"broken": str(problem)})
        return
    except Exception as error:  # whatever the files do to the libraries
        _tell(told, {"broken": f"{type(error).__name__}: {error}"[:500]})
        return
    _tell(told, {"ready": model.name, "dimensions": dimensions})
    while line := asked.readline():
        question = json.loads(line)
        try:
            vectors = encoder.embed(question["texts"], question["role"])
        except Exception as error:  # this text cannot be read, the next one can
            _tell(told, {"problem": f"{type(error).__name__}: {error}"[:500]})
            continue
        _tell(told, {"rows": vectors.shape[0], "dimensions": vectors.shape[1]}, vectors.tobytes())


def _tell(told: BinaryIO, line: dict[str, Any], content: bytes = b"") -> None:
    told.write(json.dumps(line).encode() + b"\n" + content)
    told.flush()


def main() -> None:
    """Run until the server is gone."""
    parent = os.getppid()
    if sys.platform == "linux":  # end with the server, even while native code does not return
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's: it ends this process in order
    with socket.socket(fileno=int(sys.argv[1])) as end:
        try:
            serve(end.makefile("rb"), end.makefile("wb"))
        except (BrokenPipeError, ConnectionError):
            return


if __name__ == "__main__":
    main()
