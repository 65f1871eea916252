"""Model names: the text of the `model` setting, taken apart. Knows nothing of files or networks."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from server.errors import SettingsProblem

Kind = Literal["bundled", "hub", "modelscope", "dir", "gguf", "scripted"]

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
BUNDLED_SIZES = ("1.5b", "0.5b")

_FORMS = (
    "bundled:1.5b, bundled:0.5b, hub:OWNER/NAME, modelscope:OWNER/NAME, dir:FOLDER, gguf:FILE, or scripted:"
)
# Both hubs name a repository `owner/name`; `@` introduces a branch, tag or commit.
_REPOSITORY = re.compile(r"(?P<id>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelName:
    """Where a model comes from. `value` is what stands after the colon, without the revision."""

    kind: Kind
    value: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" + (f"@{self.revision}" if self.revision else "")

    @property
    def path(self) -> Path:
        """The file or folder of a `gguf:` or `dir:` name."""
        return Path(self.value).expanduser().resolve()

    @property
    def slug(self) -> str:
        """A file name for this model: readable, and different for different names."""
        if self.kind in ("dir", "gguf"):
            mark = hashlib.sha256(str(self.path).encode()).hexdigest()[:8]
            readable = f"{self.kind}-{self.path.stem if self.kind == 'gguf' else self.path.name}-{mark}"
        else:
            readable = f"{self.kind}-{self.value}" + (f"@{self.revision}" if self.revision else "")
        # `--` cannot come from the replacement of other characters, so `a/b` and `a-b` stay apart.
        return re.sub(r"[^\w.@-]", "_", readable.replace("/", "--"))


def parse_name(text: str) -> ModelName:
    """Read a model name.

    Raises:
        SettingsProblem: it is none of the known forms; the message says which there are.
    """
    head, colon, value = text.strip().partition(":")
    kind = _KINDS.get(head)
    if not colon or kind is None:
        guess = "not a known form."
        if text.strip() in BUNDLED_SIZES:
            guess = f"did you mean bundled:{text.strip()}?"
        elif _REPOSITORY.fullmatch(text.strip()) and "/" in text.strip("./"):
            guess = f"did you mean hub:{text.strip()}?"
        raise SettingsProblem(f"model {text!r}: {guess} Known are {_FORMS}.")
    if kind == "bundled" and value not in BUNDLED_SIZES:
        raise SettingsProblem(f"model {text!r}: bundled are {' and '.join(BUNDLED_SIZES)}.")
    if kind == "scripted":
        if value and not value.isdecimal():
            raise SettingsProblem(
                f"model {text!r}: after scripted: there may stand a number, the pause between pieces in ms."
            )
        return ModelName("scripted", value)
    if kind in ("hub", "modelscope"):
        match = _REPOSITORY.fullmatch(value)
        if match is None or (kind == "modelscope" and "/" not in match["id"]) or ".." in value:
            raise SettingsProblem(f"model {text!r}: wanted {kind}:OWNER/NAME or {kind}:OWNER/NAME@REVISION.")
        return ModelName(kind, match["id"], match["revision"])
    if not value or "\0" in value:
        raise SettingsProblem(f"model {text!r}: a path is missing after the colon.")
    return ModelName(kind, value)
