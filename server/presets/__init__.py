"""Presets: what a desk says and how it looks, one readable TOML file each.

Two ship with the product, `education` and `government`; an organisation copies one and
names its path. A preset knows words and numbers only; it does not know who reads them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.errors import SettingsProblem

SHIPPED = ("education", "government")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Bilingual(_Part):
    """One text in Chinese and in English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def get(self, lang: str) -> str:
        """The text in `lang` (`zh` or `en`); Chinese for anything else."""
        return self.en if lang == "en" else self.zh


FourQuestions = Annotated[list[str], Field(min_length=4, max_length=4)]
Sentences = Annotated[list[str], Field(min_length=1)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Examples(_Part):
    """Four questions for the first visit, in each language."""

    zh: FourQuestions
    en: FourQuestions


class Privacy(_Part):
    """What is kept, who sees it and for how long: sentences for the privacy panel."""

    zh: Sentences
    en: Sentences


class Accent(_Part):
    """The one accent colour, for each theme (contrast at least 4.5:1 on its background)."""

    light: Colour
    dark: Colour


class PresetSampling(_Part):
    """How answers are drawn."""

    temperature: float = Field(ge=0, le=2)
    top_p: float = Field(gt=0, le=1)
    repetition_penalty: float = Field(ge=1, le=2)
    max_tokens: int = Field(ge=1, le=8192)


class KnowledgePolicy(_Part):
    """How answers rest on what people have approved."""

    nothing_fits: Literal["model", "decline"] = "model"  # where there are documents and none of them fits
    grounding: Literal["off", "mark", "fallback"] = "mark"  # facts in an answer that no passage has
    budget_tokens: int = Field(900, ge=100, le=8192)  # of passages in a question


class Preset(_Part):
    """Everything in which one kind of desk differs from another."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")
    title: Bilingual
    organisation: str = Field(min_length=1, max_length=40)
    class_word: Bilingual  # what a group is called: a class, a desk
    teacher_word: Bilingual = Bilingual(zh="教师", en="teacher")  # who sees its statistics
    pupil_word: Bilingual = Bilingual(zh="学生", en="pupil")  # who asks
    accent: Accent
    system_prompt: str = Field(min_length=1)
    sampling: PresetSampling
    knowledge: KnowledgePolicy = KnowledgePolicy()
    greeting: Bilingual
    examples: Examples
    label: Bilingual  # the AI notice
    privacy: Privacy
    privacy_elsewhere: Bilingual  # the first of those sentences where another machine writes the answers
    refusal: Bilingual  # a question was blocked
    filtered: Bilingual  # an answer was cut
    masked_notice: Bilingual  # words were replaced by asterisks
    fallback: Bilingual  # where to turn when the answer is not to be had here
    failed: Bilingual  # the source broke off
    busy: Bilingual  # the queue is full


def load_preset(name: str) -> Preset:
    """Read a shipped preset by its name, or a TOML file by its path.

    Raises:
        SettingsProblem: there is no such preset, or its file has mistakes; every one is named.
    """
    file = Path(__file__).parent / f"{name}.toml" if name in SHIPPED else Path(name)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(SHIPPED)
        raise SettingsProblem(f"no preset {name!r}: use {known}, or the path of a TOML file") from None
    except OSError as error:
        raise SettingsProblem(f"preset {file}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsProblem(f"preset {file}: {error}") from None
    try:
        return Preset.model_validate(table)
    except ValidationError as error:
        found = "; ".join(
            f"{'.'.join(str(part) for part in row['loc'])}: {_mistake(row['type'], row['msg'])}"
            for row in error.errors(include_url=False, include_context=False)
        )
        raise SettingsProblem(f"preset {file}: {found}") from None


def _mistake(kind: str, message: str) -> str:
    return {"missing": "is missing", "extra_forbidden": "there is no such key"}.get(kind, message)
