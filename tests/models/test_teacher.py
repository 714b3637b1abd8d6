import asyncio
import re
from contextlib import closing
from pathlib import Path

import pytest

from models.errors import ModelError
from models.teacher import Question, Teacher

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
    with pytest.raises(ModelError, match="a teacher is a server's address or a GGUF file"):
        Teacher.open("scripted")
