"""Every setting of the server, in one typed table; where values come from is not known here.

The README's table of settings is checked against this class by a test.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Chatters = Literal["open", "class_code", "login"]
HitText = Literal["none", "masked", "sealed"]

OPENAI_FIELDS = ("cache_salt", "user", "repetition_penalty")


class Settings(BaseSettings):
    """The settings; `description` is what `--help` and the README say of each."""

    model_config = SettingsConfigDict(env_prefix="DAYI_", extra="forbid", frozen=True, cli_parse_args=False)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(Path("dayi-data"), description="Folder of the database and the prepared models.")
    models: Path | None = Field(None, description="Folder of prepared models, if not DATA/models.")
    preset: str = Field("education", description="education, government, or the path of a TOML file.")
    model: str = Field(
        "bundled:1.5b",
        description="Where replies come from: bundled:1.5b, bundled:0.5b, hub:NAME, modelscope:NAME, "
        "dir:PATH, gguf:PATH, openai:BASE_URL#MODEL (another server), or scripted: for tests.",
    )
    openai_key: SecretStr | None = Field(
        None,
        description="Key for the server of an openai: model; give it as DAYI_OPENAI_KEY, since others on the "
        "machine can read command lines.",
    )
    openai_fields: str | None = Field(
        None,
        description="Further fields of a request that this server understands, with commas: cache_salt, "
        "user, repetition_penalty.",
    )
    embedding: str | None = Field(
        None,
        description="Embedding model that finds approved answers and passages by meaning, too: dir:PATH, "
        "hub:NAME, modelscope:NAME, or openai:BASE_URL#MODEL; none without it.",
    )
    embedding_key: SecretStr | None = Field(
        None, description="Key for the server of an openai: embedding model; give it as DAYI_EMBEDDING_KEY."
    )
    embedding_threads: int = Field(1, ge=1, le=8, description="Threads of the embedding model's process.")
    dtype: Literal["int8", "bf16", "fp32"] = Field(
        "int8", description="Arithmetic of the engine: int8, bf16 or fp32."
    )
    device: Literal["cpu", "cuda"] = Field(
        "cpu", description="Where the engine computes: cpu, or cuda for a GPU (always in bf16)."
    )
    operator: Literal["auto", "native", "fbgemm", "onednn", "woq8", "plain"] = Field(
        "auto",
        description="What multiplies int8 weights: auto (the fastest that computes right here), native, "
        "fbgemm, onednn, woq8 or plain.",
    )
    threads: int = Field(0, ge=0, description="Threads of the engine; 0 means one per core.")
    window_tokens: int = Field(4096, ge=256, description="Longest conversation the engine keeps, in tokens.")
    max_answer_tokens: int = Field(1024, ge=1, description="Longest answer, in tokens.")
    max_running: int = Field(
        48, ge=1, le=128, description="Conversations answered in one step of the engine."
    )
    max_waiting: int = Field(64, ge=0, description="Questions that may wait; beyond them the desk is busy.")
    max_wait_seconds: float = Field(
        120.0, ge=0, description="Longest estimated wait, in seconds; beyond it the desk is busy (0: any)."
    )
    guess_ahead: bool = Field(
        True, description="Check guessed words ahead while few conversations are answered: mostly faster."
    )
    kv_budget_mib: int = Field(1024, ge=16, description="Memory for keys and values, in MiB.")
    kv_spill_mib: int = Field(
        2048,
        ge=0,
        description="Disk in DATA for keys and values that memory has no room for, in MiB; 0 uses none.",
    )

    who_may_chat: Chatters = Field(
        "open",
        description="Who may ask: everyone (open), whoever joined a class (class_code), or whoever logs in "
        "(login).",
    )
    public_url: str | None = Field(None, description="Address under which browsers reach the server.")
    allowed_origins: list[str] = Field(
        default_factory=list,
        description="Further origins that may open the chat (in the environment: a JSON list).",
    )
    trusted_proxies: str = Field("127.0.0.1", description="Proxies whose X-Forwarded-* headers are believed.")
    question_chars: int = Field(2000, ge=1, description="Longest question, in characters.")
    frame_bytes: int = Field(65536, ge=1024, description="Largest WebSocket message, in bytes.")
    asks_per_minute: int = Field(20, ge=1, description="Questions a minute for one person.")
    asks_per_minute_address: int = Field(
        600, ge=1, description="Questions a minute for one address (a school shares one)."
    )
    connections_per_user: int = Field(8, ge=1, description="Open chat pages of one person.")
    connections_per_address: int = Field(500, ge=1, description="Open chat pages from one address.")
    grace_seconds: float = Field(
        30.0, ge=0, description="How long an answer goes on after its page has left."
    )
    idle_seconds: float = Field(
        600.0, ge=0, description="After this a quiet conversation leaves memory (it stays in the database)."
    )
    join_ms: int = Field(40, ge=0, le=1000, description="Text of an answer is joined over this time, in ms.")
    outbox_frames: int = Field(1000, ge=16, description="Frames that may wait for a slow reader.")

    timezone: str = Field("Asia/Shanghai", description="Time zone of the statistics.")
    small_group: int = Field(3, ge=2, description="Groups of fewer people are hidden in every statistic.")
    small_class: int = Field(
        20, ge=0, description="Classes with fewer people enrolled are small ones; 0: no class is."
    )
    small_class_group: int = Field(
        5, ge=2, description="Groups of fewer people are hidden in the statistics of small classes."
    )
    term_starts: list[str] = Field(
        default_factory=lambda: ["02-01", "09-01"],
        description="First days of the terms; each begins with the Monday of its week, and people get new "
        "pseudonyms (in the environment: a JSON list).",
    )
    anonymise_after_days: int = Field(
        30,
        ge=1,
        description="Days after its last turn until a conversation is removed; its questions stay as counts.",
    )
    delete_after_days: int = Field(
        365,
        ge=14,
        description="Days until counted questions are summed up by week and their pseudonyms removed.",
    )
    mask_private: bool = Field(
        True,
        description="Mask telephone, identity and bank card numbers, e-mail, WeChat, QQ, postal addresses "
        "and the listed names of a class in questions before anything is stored or answered.",
    )
    hit_text: HitText = Field(
        "none",
        description="What the hit log keeps of a text: none, masked (a short part with the hit and private "
        "numbers hidden), or sealed (encrypted to hit_key; the server cannot read it).",
    )
    hit_key: str | None = Field(
        None, description="Public key for sealed texts, as `dayi hits keys` prints it."
    )
    hit_days: int = Field(180, ge=1, le=3650, description="How many days hits and alerts are kept.")
    alert_webhook: str | None = Field(
        None, description="Address that is sent each new alert, without any text (JSON over http or https)."
    )
    login_hours: float = Field(12.0, gt=0, description="How long a login lasts.")
    log_format: Literal["text", "json"] = Field("text", description="Form of the log on stderr.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")

    @model_validator(mode="before")
    @classmethod
    def _arithmetic_of_a_gpu(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"dtype": "bf16", **values} if values.get("device") == "cuda" else values

    @field_validator("device")
    @classmethod
    def _dtype_of_the_device(cls, device: str, info: ValidationInfo) -> str:
        if device == "cuda" and info.data.get("dtype") != "bf16":
            raise ValueError(f"a GPU computes in bf16, and dtype is {info.data['dtype']}")
        return device

    @field_validator("alert_webhook")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://")
        return url or None

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # a folder, a strange path, an unknown name
            raise ValueError(f"no time zone {name!r}") from None
        return name

    @field_validator("term_starts")
    @classmethod
    def _days_of_a_year(cls, starts: list[str]) -> list[str]:
        if not starts or not all(re.fullmatch(r"\d\d-\d\d", each) for each in starts):
            raise ValueError('name one day or more as month and day, such as "09-01"')
        for each in starts:
            try:
                date.fromisoformat(f"2001-{each}")  # a year without 29 February
            except ValueError:
                raise ValueError(f"{each} is no day of every year") from None
        return starts

    @field_validator("openai_key", "embedding_key")
    @classmethod
    def _key_for_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        value = key.get_secret_value().strip() if key else ""  # keys from files end in a newline
        if not value:
            return None
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("a key has neither blanks nor other characters than ASCII")
        return SecretStr(value)

    @field_validator("openai_fields")
    @classmethod
    def _known_fields(cls, names: str | None) -> str | None:
        unknown = {name.strip() for name in (names or "").split(",")} - {"", *OPENAI_FIELDS}
        if unknown:
            known = ", ".join(OPENAI_FIELDS)
            raise ValueError(f"no such field: {', '.join(sorted(unknown))}; there are {known}")
        return names

    @property
    def openai_field_names(self) -> tuple[str, ...]:
        """The names in `openai_fields`."""
        return tuple(name for each in (self.openai_fields or "").split(",") if (name := each.strip()))

    @property
    def models_folder(self) -> Path:
        """Where prepared models lie."""
        return self.models or self.data / "models"

    @property
    def database_file(self) -> Path:
        """The one database file."""
        return self.data / "dayi.sqlite3"
