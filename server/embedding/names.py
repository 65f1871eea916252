"""The text of the `embedding` setting, taken apart. Knows nothing of files or networks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from server.errors import SettingsProblem

Kind = Literal["dir", "hub", "modelscope", "openai"]

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
_FORMS = "dir:FOLDER, hub:OWNER/NAME, modelscope:OWNER/NAME, or openai:BASE_URL#MODEL"


@dataclass(frozen=True, slots=True)
class EmbeddingName:
    """Where an embedding model is. `value` is what stands after the colon."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def path(self) -> Path:
        """The folder of a `dir:` name."""
        return Path(self.value).expanduser().resolve()

    @property
    def base_url(self) -> str:
        """Where the interface of an `openai:` name begins, without a slash at its end."""
        return self.value.partition("#")[0]

    @property
    def remote_model(self) -> str:
        """What the server of an `openai:` name calls the model."""
        return self.value.partition("#")[2]


def wrong(name: object, said: str, chinese: str) -> SettingsProblem:
    """The problem of a setting that cannot be used, for people of both languages."""
    return SettingsProblem(f"embedding {name}: {said}（{chinese}）")


def parse_embedding(text: str) -> EmbeddingName:
    """Read an embedding model's name.

    Raises:
        SettingsProblem: it is none of the known forms.
    """
    head, colon, value = text.strip().partition(":")
    kind = _KINDS.get(head)
    if not colon or kind is None:
        raise wrong(repr(text), f"not a known form; known are {_FORMS}", f"写法不对，可以是 {_FORMS}")
    if kind == "openai":
        return EmbeddingName(kind, _remote(value))
    if not value or "\0" in value:
        raise wrong(repr(text), "a name is missing after the colon", "冒号后面缺少名称")
    return EmbeddingName(kind, value)


def _remote(value: str) -> str:
    # No message repeats the address: it may hold a password, and messages end in logs.
    base, _, model = value.partition("#")
    form = "openai:http://127.0.0.1:8080/v1#bge-small-zh"
    if re.search(r"[\s\x00-\x1f\x7f]", value):
        raise wrong("openai:", f"there is a blank in it; wanted is {form}", f"其中有空白，应写成 {form}")
    try:
        url = urlsplit(base)
        is_web = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        is_web = False
    if not is_web:
        raise wrong("openai:", f"the address is no URL; wanted is {form}", f"地址不对，应写成 {form}")
    if "@" in url.netloc or "?" in base:
        said = "a URL is shown and logged, so no key belongs into it; give it as DAYI_EMBEDDING_KEY"
        raise wrong("openai:", said, "地址会显示在日志里，密钥请写在 DAYI_EMBEDDING_KEY")
    if not model:
        raise wrong("openai:", f"the model's name is missing; wanted is {form}", f"缺少模型名，应写成 {form}")
    return f"{base.rstrip('/')}#{model}"
