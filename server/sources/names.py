"""Model names: the text of the `model` setting, taken apart. Knows nothing of files or networks."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from server.errors import SettingsProblem

Kind = Literal["bundled", "hub", "modelscope", "dir", "gguf", "openai", "scripted"]

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
BUNDLED_SIZES = ("1.5b", "0.5b")

_FORMS = (
    "bundled:1.5b, bundled:0.5b, hub:OWNER/NAME, modelscope:OWNER/NAME, dir:FOLDER, gguf:FILE, "
    "openai:BASE_URL#MODEL, or scripted:"
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
    def has_weights(self) -> bool:
        """Whether there is something to prepare on this machine."""
        return self.kind not in ("openai", "scripted")

    @property
    def is_local(self) -> bool:
        """Whether the server of an `openai:` name is this very machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in ("localhost", "::1") or host.startswith("127.")

    @property
    def base_url(self) -> str:
        """Where the interface of an `openai:` name begins, without a slash at its end."""
        return self.value.partition("#")[0]

    @property
    def remote_model(self) -> str:
        """What the server of an `openai:` name calls the model."""
        return self.value.partition("#")[2]

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
    if kind == "openai":
        return _remote(value)
    if kind in ("hub", "modelscope"):
        match = _REPOSITORY.fullmatch(value)
        if match is None or (kind == "modelscope" and "/" not in match["id"]) or ".." in value:
            raise SettingsProblem(f"model {text!r}: wanted {kind}:OWNER/NAME or {kind}:OWNER/NAME@REVISION.")
        return ModelName(kind, match["id"], match["revision"])
    if not value or "\0" in value:
        raise SettingsProblem(f"model {text!r}: a path is missing after the colon.")
    return ModelName(kind, value)


def _remote(value: str) -> ModelName:
    # No message repeats the address: it may hold a password, and messages end in logs.
    form = "wanted openai:BASE_URL#MODEL, such as openai:http://127.0.0.1:8080/v1#qwen"
    base, _, model = value.partition("#")
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise SettingsProblem(f"model openai: there is a blank in the address or name; {form}.")
    try:
        url = urlsplit(base)
        with_port = url.port is not None
    except ValueError:
        raise SettingsProblem(f"model openai: the address is no URL; {form}.") from None
    if url.username is not None or url.password is not None or "@" in url.netloc:
        raise SettingsProblem(
            "model openai: a URL is shown and logged, so it may hold no user or password; "
            "the key belongs into the environment variable DAYI_OPENAI_KEY."
        )
    if url.query or "?" in base:
        raise SettingsProblem(
            "model openai: the address may have no ?query; a key belongs into DAYI_OPENAI_KEY."
        )
    if url.scheme not in ("http", "https") or not url.hostname or (with_port and not url.port):
        raise SettingsProblem(f"model openai: the address must begin with http:// or https://; {form}.")
    if not model:
        raise SettingsProblem(f"model openai: the name of the model is missing after a #; {form}.")
    return ModelName("openai", f"{base.rstrip('/')}#{model}")
