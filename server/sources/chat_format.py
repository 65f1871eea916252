"""Does a model expect the prompt that the engine builds? Its own chat template is asked when it is prepared.

The template comes with the model and is run in Jinja's sandbox. Does not know how a prompt is tokenised.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from server.errors import SourceProblem

_TALK = [("system", "S one"), ("user", "U one"), ("assistant", "A one"), ("user", "U two")]


def check_template(template: str | None) -> None:
    """Hold a chat template against the prompt that the engine makes of the same conversation.

    Args:
        template: the Jinja text; None is taken on trust (the ChatML marks are checked elsewhere).

    Raises:
        SourceProblem: `bad_model`, when the template makes another prompt, or none.
    """
    if not template:
        return
    wanted = (
        "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in _TALK) + "<|im_start|>assistant\n"
    )
    try:
        made = (
            _environment()
            .from_string(template)
            .render(
                messages=[{"role": role, "content": text} for role, text in _TALK],
                add_generation_prompt=True,
                enable_thinking=False,
                tools=None,
            )
        )
    except (TemplateError, TypeError, ValueError, AttributeError) as error:
        raise SourceProblem("bad_model", f"the model's chat template does not run: {error}") from None
    if "<think>" in made[len(_TALK) :] and made.replace("<think>\n\n</think>\n\n", "") == wanted:
        raise SourceProblem(
            "bad_model",
            "this model thinks aloud before it answers; take its instruct version, which does not",
        )
    if made != wanted:
        raise SourceProblem(
            "bad_model",
            "the model's chat template is not ChatML as the Qwen family writes it; it would answer badly",
        )


def _environment() -> ImmutableSandboxedEnvironment:
    # The settings and functions that chat templates are written for.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = lambda value, **how: json.dumps(value, ensure_ascii=False, **how)
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: datetime.now().astimezone().strftime(form)
    return environment


def _refuse(message: Any) -> NoReturn:
    raise TemplateError(str(message))
