"""Presets: what a desk says and how it looks, one readable TOML file each.

Two ship with the product, `education` and `government`; an organisation copies one and
names its path. A preset knows words and numbers only; it does not know who reads them.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from server.errors import SettingsProblem
from server.presets.mistakes import mistakes_of
from server.presets.phrases import mistake_in

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
ListAction = Literal["block", "mask", "replace", "review", "warn", "log"]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def _phrase(text: str) -> str:
    if mistake := mistake_in(text):
        raise ValueError(mistake)
    return text


# A tuple, so that what is made of it once is kept by it.
Phrases = tuple[Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_phrase)], ...]


class Examples(_Part):
    """Four questions for the first visit, in each language."""

    zh: FourQuestions
    en: FourQuestions


class Privacy(_Part):
    """What is kept, who sees it and for how long: sentences for the privacy panel."""

    zh: Sentences
    en: Sentences


class Kept(_Part):
    """What the hit log keeps of texts: one sentence for each value of the setting `hit_text`."""

    none: Bilingual
    masked: Bilingual
    sealed: Bilingual


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


class OwnMatters(_Part):
    """How a question about the organisation's own affairs is known: words and patterns (`phrases`)."""

    ours: Phrases = ()  # names for itself; with one of `questions` in the same clause
    questions: Phrases = ()
    matters: Phrases = Field(min_length=1)  # what it has; with one of `asks` in the same clause
    asks: Phrases = Field(min_length=1)
    always: Phrases = ()  # enough by themselves
    general: Phrases = ()  # a question with one of these is a general task, whatever else it has
    declined: Bilingual | None = None  # what is said then; the fallback text where there is none

    @model_validator(mode="after")
    def _no_list_undoes_another(self) -> Self:
        for name in ("ours", "questions", "matters", "asks", "always"):
            if both := set(getattr(self, name)) & set(self.general):
                raise ValueError(f"{min(both)!r} stands in {name} and in general, so it never counts")
        return self


class KnowledgePolicy(_Part):
    """How answers rest on what people have approved."""

    # Where there are documents and none of them fits; `decline_own` declines what `own` knows, and holds
    # answers about it to what the documents say.
    nothing_fits: Literal["model", "decline_own", "decline"] = "model"
    own: OwnMatters | None = None
    grounding: Literal["off", "mark", "fallback"] = "mark"  # facts in an answer that no passage has
    budget_tokens: int = Field(900, ge=100, le=8192)  # of passages in a question
    passages: int = Field(3, ge=1, le=20)  # at most so many
    notice: Bilingual | None = None  # before an answer of the model where nothing fits

    @model_validator(mode="after")
    def _own_is_known(self) -> Self:
        if self.nothing_fits == "decline_own" and self.own is None:
            raise ValueError("nothing_fits is decline_own, and [knowledge.own] does not say what is own")
        return self


class Actions(_Part):
    """What a new word list of a category does with a word: in questions and in answers."""

    question: ListAction = "block"
    answer: ListAction = "mask"


class FilterPolicy(_Part):
    """What a new word list begins with; lists that are there stay as they are."""

    default: Actions = Actions()
    categories: dict[str, Actions] = {}

    def actions(self, category: str) -> Actions:
        """Those of this category."""
        return self.categories.get(category, self.default)


class Retention(_Part):
    """How long texts and names are kept; a setting that is given overrides it."""

    anonymise_after_days: int | None = Field(None, ge=1, le=3650)
    delete_after_days: int | None = Field(None, ge=14, le=3650)


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
    # What is added to it in a class that wants hints before solutions.
    hints_prompt: str = (
        "学生问题目时，第一次先给思路和提示，不直接给出答案和完整解法，请他先试一试；"
        "学生试过之后再问，才给出完整的解答。"
    )
    window_tokens: int | None = Field(None, ge=256, le=1_048_576)  # as the setting of this name
    mask_private: bool | None = None  # likewise
    topics: str = ""  # a shipped preset's, or a TOML file beside this one; empty: those of this name
    markdown: bool = True  # false: a model's answer loses its marks before it is shown
    asks_without_class: bool = False  # questions for people go to the administrators' desk, too
    sampling: PresetSampling
    knowledge: KnowledgePolicy = KnowledgePolicy()
    filter: FilterPolicy = FilterPolicy()
    retention: Retention = Retention()
    greeting: Bilingual
    examples: Examples
    label: Bilingual  # the AI notice
    privacy: Privacy
    privacy_kept: Kept | None = None  # stands where a sentence of `privacy` is "{kept}"
    privacy_elsewhere: Bilingual  # the first of those sentences where another machine writes the answers
    refusal: Bilingual  # a question was blocked
    filtered: Bilingual  # an answer was cut
    masked_notice: Bilingual  # words were replaced by asterisks
    fallback: Bilingual  # where to turn when the answer is not to be had here
    failed: Bilingual  # the source broke off
    busy: Bilingual  # the queue is full


def preset_file(name: str) -> Path:
    """The file of a shipped preset, or the one at this path."""
    return Path(__file__).parent / f"{name}.toml" if name in SHIPPED else Path(name)


KEPT = "{kept}"  # among the sentences of `privacy`: stands for the one of `privacy_kept` that holds


def check_kept(preset: Preset, hit_text: str) -> None:
    """Make sure that the privacy panel says what is kept of texts.

    Raises:
        SettingsProblem: texts are to be kept, and this preset's panel does not say so.
    """
    says = preset.privacy_kept is not None and KEPT in preset.privacy.zh and KEPT in preset.privacy.en
    if hit_text != "none" and not says:
        raise SettingsProblem(
            f"hit_text {hit_text}: the privacy panel of preset {preset.name!r} does not say so; "
            f'put "{KEPT}" among its privacy sentences, and write [privacy_kept] as the shipped presets do'
        )


def load_preset(name: str) -> Preset:
    """Read a shipped preset by its name, or a TOML file by its path.

    Raises:
        SettingsProblem: there is no such preset, or its file has mistakes; every one is named.
    """
    file = preset_file(name)
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
        preset = Preset.model_validate(table)
    except ValidationError as error:
        found = "; ".join(f"{mistake.place}: {mistake.reason}" for mistake in mistakes_of(error, Preset))
        raise SettingsProblem(f"preset {file}: {found}") from None
    if preset.topics and preset.topics not in SHIPPED:
        topics = file.absolute().parent / preset.topics
        if not topics.is_file():
            raise SettingsProblem(f"preset {file}: topics: there is no file {topics}")
        preset = preset.model_copy(update={"topics": str(topics)})
    return preset
