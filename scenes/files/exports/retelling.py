"""Has a model tell a chapter, a few paragraphs at a time; what loses or invents words is not taken.

The rules' paragraphs stand wherever it does. It is asked in the log's own form, so that whatever
continues logs can do it: the lines, a line in braces that says what is wanted, and a cue.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from base.messages import N_, _
from base.text import UNPRINTABLE
from models.backend import Backend, Progress, Prompt, Sampling
from models.stop_strings import StopScanner
from scenes.dice.words import is_chinese
from scenes.files.exports.prose import Passage
from scenes.files.exports.sentences import Paragraph
from scenes.files.exports.telling import folded, heard_of, key_of, lost
from scenes.log import Entry, dump, parse
from scenes.scene import Scene

TRIES = 2
MOST_PASSAGES, MOST_CHARACTERS = 3, 400
"""What is told at once."""
SHORTEST, LONGEST = 0.7, 3.0
"""How long a text may be, beside what the rules make of the same lines."""
MARGIN = 16
ASKED_ZH = (
    "接下来一行把上面几行写成一段小说：每句台词一字不改，放在“”里，先后不变；动作、神情和想法写成叙述；"
    "不加台词，不加上面没有的人和事"
)
ASKED_EN = (
    "The next line tells the lines above as a paragraph of a novel: every spoken line word for "
    "word in “”, in the same order; what is done, felt and thought as narration; no further "
    "speech, nobody and nothing that is not above"
)
CUE_ZH, CUE_EN = "正文：", "Prose:"
LOST = N_("a line that was said is missing")
INVENTED = N_("it says what nobody said")
MARKS = N_("it is a log, not prose")
LENGTH = N_("it is too short or too long")
_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]+)[”」』\"]")
_MARKED = re.compile(r"[【】{}]|\\(?:me|emoji)\b")


@dataclass(frozen=True)
class Retold:
    """What stands for some paragraphs, and why it is not the model's where it is the rules'."""

    passages: tuple[Passage, ...]
    why: str = ""


def blocks(story: Sequence[Passage]) -> Iterator[list[Passage]]:
    """The paragraphs that are told together; a heading stands alone."""
    block: list[Passage] = []
    for passage in story:
        long = sum(len(one.paragraph.text) for one in block) + len(passage.paragraph.text)
        if block and (passage.heading or len(block) == MOST_PASSAGES or long > MOST_CHARACTERS):
            yield block
            block = []
        block.append(passage)
        if passage.heading:
            yield block
            block = []
    if block:
        yield block


def retold(
    backend: Backend, scene: Scene, block: Sequence[Passage], seed: int | None = None
) -> Retold:
    """Some paragraphs as the model tells them, or as they are. Raises `KnownError`."""
    if block[0].heading:
        return Retold(tuple(block))
    lines = [heard_of(entry) for passage in block for entry in passage.lines]
    prompt, why = prompt_for(scene, lines), ""
    rules = "\n".join(passage.paragraph.text for passage in block)
    tokens = int(LONGEST * backend.count(rules)) + MARGIN
    if backend.count(prompt.text) + tokens + MARGIN > backend.context:
        return Retold(tuple(block), _(LENGTH))
    for attempt in range(TRIES):
        again = None if seed is None else seed + attempt
        sampling = Sampling(n=1, temperature=0.6, top_p=0.9, max_tokens=tokens, seed=again)
        text = _written(backend, prompt, sampling)
        why = problem(text, rules, lines)
        if not why:
            paragraph = Paragraph()
            paragraph.add(text)
            return Retold((Passage(paragraph, tuple(lines)),))
    return Retold(tuple(block), _(why))


def prompt_for(scene: Scene, lines: Sequence[Entry]) -> Prompt:
    """What a model reads before it tells these lines: nothing that a reader may not know."""
    chinese = is_chinese(scene.language)
    about = dump([Entry("chapter", scene.title), *_about(scene)])
    asked = dump([Entry("context", ASKED_ZH if chinese else ASKED_EN)])
    return Prompt(about, dump(lines) + asked, CUE_ZH if chinese else CUE_EN)


def _about(scene: Scene) -> Iterator[Entry]:
    if scene.summary:
        yield Entry("context", scene.summary)


def problem(text: str, rules: str, lines: Sequence[Entry]) -> str:
    """Why a text may not stand for what the rules make of these lines; nothing where it may."""
    spoken = [entry.text for entry in lines if entry.kind == "speech"]
    names = {entry.speaker for entry in lines}
    if _MARKED.search(text) or any(one.speaker in names - {""} for one in parse(text)):
        return MARKS
    if not SHORTEST * len(rules) <= len(text) <= LONGEST * len(rules):
        return LENGTH
    quotes = _QUOTED.findall(text)
    if lost(spoken, "".join(quotes)):
        return LOST
    said = "".join(map(folded, spoken))
    if any(key_of(quote) not in said for quote in quotes):
        return INVENTED
    return ""


def _written(backend: Backend, prompt: Prompt, sampling: Sampling) -> str:
    """What a model writes on one line."""
    scanner, text = StopScanner(("\n",), ()), ""
    with closing(backend.generate(prompt, sampling)) as deltas:
        for delta in deltas:
            if not isinstance(delta, Progress):
                text += scanner.push(delta.text)
            if scanner.stopped:
                break
        else:
            text += scanner.flush()
    return " ".join(UNPRINTABLE.sub("", text).split())
