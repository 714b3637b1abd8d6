import asyncio
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.teacher import Manner, Question, Teacher
from tests.models.made_server import QUICK, Request, Serve, chat_piece

SCHEMA = {
    "type": "object",
    "properties": {"mood": {"enum": ["平静", "惊讶"]}, "why": {"type": "string"}},
    "required": ["mood", "why"],
    "additionalProperties": False,
}
QUESTION = Question("只输出 JSON。", "他吓了一跳。", SCHEMA, 20)
"""Its answer ends before it is whole: a small base model would not end it at all."""


def in_form(text: str) -> bool:
    return re.match(r'\{"mood":"(平静|惊讶)"', re.sub(r"\s", "", text)) is not None


def test_a_gguf_file_is_a_teacher_in_this_process(starter_file: Path) -> None:
    with closing(Teacher.open(str(starter_file), context=256)) as teacher:
        assert in_form(asyncio.run(teacher.ask(QUESTION)).text)


def test_what_is_no_teacher_is_told() -> None:
    with pytest.raises(KnownError, match="a teacher is a server's address or a GGUF file"):
        Teacher.open("scripted")


JSON = '{"mood": "惊讶", "why": "</think>"}'


@pytest.mark.parametrize(
    "said",
    [
        JSON,
        f"<think>他吓了一跳 {{}}</think>\n{JSON}",
        f"他吓了一跳，{{所以}}\n</think>\n{JSON}",
        f"[THINK]他[/THINK]{JSON}",
        f"<think>一</think><think>二</think>{JSON}",
    ],
)
def test_what_a_teacher_thinks_aloud_is_no_part_of_its_answer(serve: Serve, said: str) -> None:
    def answer(request: Request) -> None:
        request.stream({"choices": [{"index": 0, "delta": {"reasoning_content": "{"}}]})
        request.stream(chat_piece(said, 0, "stop"), "[DONE]")

    with closing(Teacher.open(serve(answer), manner=Manner(patience=QUICK))) as teacher:
        assert json.loads(asyncio.run(teacher.ask(QUESTION)).text)["mood"] == "惊讶"


def test_a_teacher_is_told_not_to_think_and_one_that_cannot_but_think_is_given_room(
    serve: Serve,
) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(request: Request) -> None:
        if request.bodies[-1]["max_tokens"] < 1000:
            request.stream(chat_piece("<think>他吓了", 0, "length"), "[DONE]")
        else:
            request.stream(chat_piece(f"<think>他吓了一跳</think>{JSON}", 0, "stop"), "[DONE]")

    models = {"data": [{"id": "m", "owned_by": "vllm"}]}
    url = serve(answer, models=models, bodies=bodies)
    with closing(Teacher.open(url, manner=Manner(patience=QUICK))) as teacher:
        first = asyncio.run(teacher.ask(QUESTION))
        assert (first.text, first.cut) == ("", True)
        assert json.loads(asyncio.run(teacher.ask(QUESTION, 1)).text)["mood"] == "惊讶"
    assert bodies[0]["chat_template_kwargs"]["enable_thinking"] is False
