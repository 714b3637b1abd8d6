"""What stands around the parts of a prompt, by the templates that models in use have."""

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from base.errors import KnownError
from models.backend import Prompt
from models.template import Frame, Render, frame_of

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
HYBRID = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}"
    "{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ALWAYS = CHATML.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
GLM = (
    "[gMASK]<sop>{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
NO_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise('no system') }}{% endif %}"
    "<start_of_turn>{{ m.role }}\n{{ m.content | trim }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


def render(template: str) -> Render:
    def refuse(why: str) -> None:
        raise KnownError(why)

    compiled = ImmutableSandboxedEnvironment().from_string(template, {"raise": refuse})
    return lambda messages, asked: compiled.render(
        messages=list(messages), add_generation_prompt=asked
    )


@pytest.mark.parametrize(
    ("template", "before_the_answer"),
    [
        (CHATML, "<|im_end|>\n<|im_start|>assistant\n"),
        (HYBRID, "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"),
        (ALWAYS, "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"),
        (GLM, "<|assistant|>\n"),
    ],
)
def test_the_answer_begins_where_the_model_would_write_it_its_thoughts_being_over(
    template: str, before_the_answer: str
) -> None:
    for system in (True, False):
        frame = frame_of(render(template), system)
        assert len(frame.marks) == 2 + system
        assert frame.marks[-1] == before_the_answer


def test_a_template_that_takes_no_system_gives_all_of_it_to_the_user() -> None:
    frame = frame_of(render(NO_SYSTEM), True)
    assert frame == Frame(("<start_of_turn>user\n", "<end_of_turn>\n<start_of_turn>model\n"))
    (text,) = frame.texts(Prompt("雨夜旧宅\n", "林默：到了。\n", "苏晚："))
    assert text.startswith("雨夜旧宅\n\n林默：到了。\n")
    assert "「苏晚：」" in text


@pytest.mark.parametrize("template", ["", "{{ messages[-1].content }} {{ messages[-1].content }}"])
def test_a_template_that_does_not_show_what_was_said_is_refused(template: str) -> None:
    with pytest.raises(KnownError, match="does not show a message"):
        frame_of(render(template), False)
