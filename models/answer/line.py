"""Takes the one line that was wished for out of what a model says, while it is being said.

It knows how models frame an answer, and neither servers nor roles.
"""

import html
import json
import re

from models.answer.cue import Cue, CueReader, Undecided, announcement
from models.answer.marks import (
    BEGINNING,
    BULLET,
    DROPPED,
    END,
    ENTITY,
    FENCE,
    GROWING,
    GROWING_ENTITY,
    GROWING_FRAME,
    LONGEST_OBJECT,
    MEANT,
    OBJECT,
    QUOTES,
    SAID_IN,
    TEMPLATE_LABEL,
    THINKING,
    THOUGHT,
    UNOPENED,
    blank,
)

TAIL = 64
"""Characters of a thought that are kept, so that its end is seen when it comes in pieces."""
_GROWING_VALUE = re.compile(r"[A-Za-z0-9.+-]*\s*")
_LINE_END = re.compile(r"[\n\r]")


class AnswerFilter:
    """Follows one candidate. `push` returns what is certain to belong to its line.

    What comes back does not depend on where the text was cut into pieces. Thoughts, fences,
    announcements, the cue however it is dressed and quotes around the whole are left out; the line
    ends at its first newline or at a mark of a chat template.
    """

    def __init__(self, cue: str, asked: bool = False) -> None:
        """`asked`: the model was told to begin with the cue, so what stands before it is not the
        line; where no line begins with it, nothing is certain before `flush`."""
        self.ended = False
        """Whether the line is complete, so that what else comes is not needed."""
        self.thinking = False
        """Whether a thought has begun that has not ended."""
        self.thought = False
        """Whether what seemed the line was a thought whose beginning did not come."""
        self._cue = Cue(cue.strip(), asked)
        self._asked = self._awaits_cue = asked and bool(cue.strip())
        self._held = ""
        self._entity = ""
        self._marks = _Marks()
        self._line: _Line | None = None

    def push(self, text: str) -> str:
        """Take some more text and return what belongs to the line."""
        if self.ended:
            return ""
        text = self._entity + text
        growing = GROWING_ENTITY.search(text)
        at = growing.start() if growing else len(text)
        self._entity = text[at:]
        return self._take(_unescaped(text[:at]), final=False)

    def flush(self, cut: bool = False) -> str:
        """Return what was held back, once no more text comes; `cut`: it ran out of tokens."""
        return "" if self.ended else self._take(self._entity, final=True, cut=cut)

    @property
    def awaiting(self) -> bool:
        """Whether nothing is known yet to be the line, since the cue may still come."""
        return self._line is None and self._awaits_cue

    def _take(self, text: str, final: bool, cut: bool = False) -> str:
        if self._line is None:
            self._held += text
            self._line = self._begin(final, cut)
            if self._line is None:
                self.ended = final
                return ""
            text, self._held = self._held, ""
        clean = self._marks.push(text, final)
        self.ended = self._marks.ended
        self.thought = self._marks.thought
        return self._line.push(clean, self.ended)

    def _begin(self, final: bool, cut: bool) -> "_Line | None":
        """Leave out what stands before the line; `None` while it has not begun."""
        try:
            while True:
                if self.thinking and not self._end_thought():
                    return None
                closers = self._frame(final)
                if self.thinking:
                    continue
                if not self._awaits_cue:
                    return _Line(closers)
                if not self._find_later(final):
                    if not final and END.search(self._held) is None:
                        return None
                    self._awaits_cue = False
                    if cut and "\n" in self._held.strip():
                        self.thinking = True
                        return None
        except Undecided:
            return None

    def _end_thought(self) -> bool:
        if thought := THOUGHT.search(self._held):
            self.thinking = False
            self._held = self._held[thought.end() :]
            return True
        self._held = self._held[-TAIL:]
        return False

    def _frame(self, final: bool) -> list[str]:
        """Cut off the frame, up to the line or to a thought; return what closes the frame.

        Raises `Undecided`.
        """
        closers: list[str] = []
        while True:
            self._held = _without_blanks(self._held)
            if not final and (not self._held or GROWING_FRAME.fullmatch(self._held)):
                raise Undecided
            if opening := THINKING.match(self._held):
                self._held, self.thinking = self._held[opening.end() :], True
                return closers
            marks = (BEGINNING, FENCE, BULLET)
            if opening := next((m for mark in marks if (m := mark.match(self._held))), None):
                self._held = self._held[opening.end() :]
            elif (cue := self._cue.at_start(self._held, final)) is not None:
                self._held, closers = self._held[cue[0] :], cue[1] + closers
                self._awaits_cue = False
            elif end := self._announced(final):
                self._held = self._held[end:]
            elif OBJECT.match(self._held) and (line := self._in_json(final)) is not None:
                self._held = f"{line}\n"
            else:
                return closers

    def _in_json(self, final: bool) -> str | None:
        """The line that an answer in JSON has; `""` where it is cut, `None` where it is no answer.

        Raises `Undecided`.
        """
        head = self._held[:LONGEST_OBJECT]
        try:
            value, _ = json.JSONDecoder(strict=False).raw_decode(head)
        except RecursionError:
            return None
        except json.JSONDecodeError as error:
            if len(head) == LONGEST_OBJECT or not _is_cut(error):
                return None
            if final:
                return ""
            raise Undecided from None
        texts = {key: text for key, text in value.items() if isinstance(text, str)}
        for key in SAID_IN:
            if key in texts:
                return texts[key]
        return next(iter(texts.values())) if len(texts) == 1 else None

    def _announced(self, final: bool) -> int:
        """Where an announcement ends that stands before the line, or 0. Raises `Undecided`."""
        end = announcement(CueReader(self._held, final), self._asked)
        if not end or not MEANT.search(self._held[:end]):
            return 0
        if TEMPLATE_LABEL.match(self._held):
            return end
        rest = self._held[end:].lstrip(" \t*_")
        if not rest and not final:
            raise Undecided
        if self._asked or rest[:1] in ("", "\n", "\r"):
            return end
        return end if self._cue.at_start(rest, final) else 0

    def _find_later(self, final: bool) -> bool:
        """Cut off what stands before a line that begins with the cue, or a thought that ends.

        Raises `Undecided`.
        """
        end = END.search(self._held)
        thought = UNOPENED.search(self._held)
        if thought and end and thought.start() <= end.start():
            self._held = self._held[thought.end() :]
            return True
        text = self._held[: end.start()] if end else self._held
        for newline in _LINE_END.finditer(text):
            rest = text[newline.end() :]
            if self._cue.at_start(rest, final or end is not None) is not None:
                self._held = self._held[newline.end() :]
                return True
        return False


class _Marks:
    """Ends a text at its first newline or mark of a template, and drops what says nothing."""

    def __init__(self) -> None:
        self.ended = False
        self.thought = False
        self._held = ""

    def push(self, text: str, final: bool) -> str:
        held = self._held + text
        marks = [found for mark in (_LINE_END, END) if (found := mark.search(held))]
        ends = [found.start() for found in marks]
        first = min(marks, key=re.Match.start, default=None)
        self.thought = first is not None and UNOPENED.fullmatch(first[0]) is not None
        growing = GROWING.search(held)
        self.ended = final or bool(ends)
        certain = len(held) if final or growing is None else growing.start()
        certain = min(ends, default=certain)
        self._held = held[certain:]
        return DROPPED.sub("", held[:certain])


class _Line:
    """The line itself, without what closes its frame and the quotes around all of it."""

    def __init__(self, closers: list[str]) -> None:
        self._closers = closers
        self._held = ""
        self._begun = False

    def push(self, text: str, final: bool) -> str:
        self._held += text
        certain = self._finished(self._held) if final else self._certain(self._held)
        self._held = self._held[len(certain) :]
        self._begun |= bool(certain)
        return certain

    def _certain(self, held: str) -> str:
        """What can be shown: not what may close the frame, nor quotes that may be around it."""
        if self._closers:
            held = held.rstrip(" \t" + "".join(self._closers))
        if not self._begun and (closer := QUOTES.get(held[:1])):
            _, _, after = held[1:].partition(closer)
            return held if after.strip() else ""
        return held

    def _finished(self, held: str) -> str:
        for closer in self._closers:
            bare = held.rstrip()
            if bare.endswith(closer):
                held = bare[: -len(closer)]
        bare = held.strip()
        closer = "" if self._begun else QUOTES.get(bare[:1], "")
        if closer and len(bare) > 1 and bare.find(closer, 1) == len(bare) - 1:
            return bare[1:-1]
        return held


def _unescaped(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _is_cut(error: json.JSONDecodeError) -> bool:
    """Whether what is wrong with a text in JSON may only be that its end is missing."""
    rest = error.doc[error.pos :]
    return error.msg.startswith("Unterminated") or _GROWING_VALUE.fullmatch(rest) is not None


def _without_blanks(text: str) -> str:
    at = 0
    while at < len(text) and blank(text[at]):
        at += 1
    return text[at:]
