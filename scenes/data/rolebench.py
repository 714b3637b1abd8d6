"""RoleBench (Wang et al. 2023): questions to a role and several answers each, read and retold.

A record is `{"role", "question", "generated": [answer, …]}`; role-specific ones also say their
`type`. Nothing is dropped but empty answers, and those are counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.names import name_problem
from base.text import shown
from characters.character import Character
from models.backend import Prompt
from models.train.data import Example, Split
from scenes.data.records import read_records, text_of
from scenes.log import Entry, cue, dump, parse
from scenes.prompt import cue_of, stable_part
from scenes.scene import Role, Scene

ASKER = "来客"
"""Who asks, unless another name is given."""
VOICE_LINES = 4
VOICE_LENGTHS = range(12, 60)
"""Characters of an answer that may be a sample line."""

_BREAK = re.compile(r"\s*[\r\n]\s*")
_LETTER = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class BenchQuestion:
    """One record, its texts as they stand there."""

    role: str
    text: str
    answers: tuple[str, ...]
    kind: str = ""
    """`script_based`, `script_agnostic`, or nothing for a general question."""
    source: str = ""
    split: Split = "train"


@dataclass
class Bench:
    """The questions of files, and what was left out of them."""

    questions: list[BenchQuestion] = field(default_factory=list)
    empty: int = 0
    """Answers without a word."""

    @property
    def answers(self) -> int:
        return sum(len(one.answers) for one in self.questions)

    @property
    def roles(self) -> Counter[str]:
        """Questions by role."""
        return Counter(one.role for one in self.questions)


def read_bench(paths: Iterable[Path]) -> Bench:
    """The questions of files in their order; a file with `test` in its name is held out.

    Raises `KnownError` with file and line.
    """
    bench = Bench()
    for path in paths:
        split: Split = "test" if "test" in path.stem.lower() else "train"
        before = len(bench.questions)
        for where, record in read_records(path):
            bench.questions.append(_question(record, where, path.name, split, bench))
        if len(bench.questions) == before:
            raise KnownError(
                _("{path}: no question in it, expected JSON Lines of RoleBench", path=path)
            )
    return bench


def instructions(
    bench: Bench, characters: Mapping[str, Character], most: int | None = None
) -> Iterator[dict[str, str]]:
    """`{"instruction", "input", "output"}` for each answer, at most `most` a question: who to be,
    the question, the answer, the last two word for word."""
    for one in bench.questions:
        known = characters.get(one.role)
        profile = _one_line(known.profile) if known else ""
        instruction = f"扮演{one.role}。{profile}用{one.role}自己的口吻，直接回答。"
        for answer in one.answers[:most]:
            yield {"instruction": instruction, "input": one.text, "output": answer}


def entries(bench: Bench, asker: str = ASKER, most: int | None = 1) -> Iterator[Entry]:
    """Our log: a chapter for each role, and in it question and answer, a line each.

    Of several answers the first is told, or `most` of them, each after its question again.
    """
    for role in bench.roles:
        yield Entry("chapter", role)
        for one in bench.questions:
            if one.role == role:
                for answer in one.answers[:most]:
                    yield Entry("speech", _one_line(one.text), asker)
                    yield _line(role, answer)


def examples(
    bench: Bench,
    characters: Mapping[str, Character],
    asker: str = ASKER,
    most: int | None = None,
) -> Iterator[Example]:
    """An example for each answer, at most `most` a question, as if `asker` had come to the table.

    The answers of a question share a weight of 1.
    """
    for one in bench.questions:
        prompt = _prompt(one, characters, asker)
        answers = one.answers[:most]
        for answer in answers:
            yield Example(
                prompt,
                _reply(one.role, answer),
                one.role,
                one.source,
                one.kind,
                one.split,
                round(1 / len(answers), 4),
            )


def candidates(
    bench: Bench, characters: Mapping[str, Character], asker: str = ASKER
) -> Iterator[dict[str, Any]]:
    """The answers of each question side by side, as if they had been drawn for one prompt."""
    for one in bench.questions:
        prompt = _prompt(one, characters, asker)
        yield {
            "stable": prompt.stable,
            "history": prompt.history,
            "cue": prompt.cue,
            "candidates": [_reply(one.role, answer) for answer in one.answers],
            "speaker": one.role,
            "source": one.source,
            "chapter": one.kind,
            "split": one.split,
        }


def character_files(bench: Bench, characters: Mapping[str, Character]) -> dict[str, dict[str, Any]]:
    """For each role what its character's file says: the profile that is known, and some answers as
    sample lines: to questions about the role, where there are any."""
    files: dict[str, dict[str, Any]] = {}
    for role in bench.roles:
        known = characters.get(role)
        asked_of = [one for one in bench.questions if one.role == role and one.split == "train"]
        asked_of = [one for one in asked_of if one.kind] or asked_of
        texts = [text for one in asked_of for text in one.answers if len(text) in VOICE_LENGTHS]
        step = max(1, len(texts) // VOICE_LINES)
        voice = [dump([_line(role, text)]).strip() for text in texts[::step][:VOICE_LINES]]
        files[role] = {
            "name": role,
            **({"profile": known.profile} if known and known.profile else {}),
            **({"voice": voice} if voice else {}),
        }
    return files


def _question(
    record: Mapping[str, Any], where: str, source: str, split: Split, bench: Bench
) -> BenchQuestion:
    role, text = text_of(record, "role", where).strip(), text_of(record, "question", where)
    if problem := name_problem(role):
        raise KnownError(
            _("{where}: role {role}: {problem}", where=where, role=shown(role), problem=problem)
        )
    if not text.strip():
        raise KnownError(_("{where}: the question is empty", where=where))
    answers = record.get("generated")
    if isinstance(answers, str):
        answers = [answers]
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise KnownError(
            _("{where}: generated is not a list of texts, expected the answers", where=where)
        )
    worded = tuple(one for one in answers if one.strip())
    bench.empty += len(answers) - len(worded)
    kind = record.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    return BenchQuestion(role, text, worded, kind if isinstance(kind, str) else "", source, split)


def _prompt(one: BenchQuestion, characters: Mapping[str, Character], asker: str) -> Prompt:
    """What play would send in a scene of the role and who asks."""
    known = characters.get(one.role)
    role = Role(
        one.role,
        profile=known.profile if known else "",
        voice=known.voice if known else "",
        likes=known.likes if known else (),
    )
    scene = Scene("rolebench", Path(), one.role, (role, Role(asker)))
    history = dump([Entry("speech", _one_line(one.text), asker)])
    return Prompt(stable_part(scene), history, cue_of(role))


def _line(role: str, answer: str) -> Entry:
    """An answer as a line by `role`, without the name where it says that itself."""
    text = _one_line(answer)
    for colon in "：:":
        text = text.removeprefix(f"{role}{colon}").lstrip()
    read: Sequence[Entry] = parse(f"{cue(role)}{text}")
    whole = len(read) == 1 and read[0].speaker == role and (read[0].text or read[0].thought)
    return read[0] if whole else Entry("speech", text, role)


def _reply(role: str, answer: str) -> str:
    return dump([_line(role, answer)]).removeprefix(cue(role))


def _one_line(text: str) -> str:
    """A text on one line: Chinese sentences follow each other without a blank."""
    return _BREAK.sub(_joint, text.strip())


def _joint(gap: re.Match[str]) -> str:
    beside = gap.string[max(0, gap.start() - 1) : gap.start()] + gap.string[gap.end() :][:1]
    return " " if _LETTER.search(beside) else ""
