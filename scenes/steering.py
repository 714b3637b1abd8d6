"""What steers a draw: a line to the director, an author's note, banned phrases. Pure.

Both lines stand in the prompt alone, as context lines of the log: `{下一句：她拒绝}`. No log has
them.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from base.errors import KnownError
from base.messages import _
from base.text import one_line
from models.backend import Prompt
from scenes.log import Entry, write
from scenes.scene import NO_NOTE as NO_NOTE
from scenes.scene import AuthorNote, Scene

LONGEST = 1000
"""Characters of a director's line, of a note, and of a banned phrase, at most."""
LONGEST_BAN = 60
_BRACKETS = str.maketrans("【】{}", "〔〕（）")


@dataclass(frozen=True)
class Steering:
    """What a draw is made with beside the log; nothing of it is neutral."""

    director: str = ""
    """What is to happen in the very next line."""
    note: AuthorNote = NO_NOTE
    banned: tuple[str, ...] = ()
    """Phrases that no candidate may hold."""

    def lines(self, language: str = "zh") -> tuple[str, str]:
        """The note and the director's line as they stand in a prompt, each with its newline or
        empty."""
        return note_line(self.note.text, language), director_line(self.director, language)

    def tokens(self, count: Callable[[str], int], language: str = "zh") -> int:
        """How much of the history's room they take."""
        return sum(count(line) for line in self.lines(language) if line)

    def bans(self, text: str) -> str:
        """The first banned phrase that a text holds, however wide its letters are; else nothing."""
        if not self.banned:
            return ""
        plain = _plain(text)
        return next((phrase for phrase in self.banned if _plain(phrase) in plain), "")


UNSTEERED = Steering()


def steering_of(scene: Scene) -> Steering:
    """What the scene itself says of it."""
    return Steering(note=scene.note, banned=scene.banned)


def room(steering: Steering, scene: Scene, budget: int, count: Callable[[str], int]) -> int:
    """Tokens of the history's `budget` that are kept free for what steers.

    Raises `KnownError` where that is more than half of it.
    """
    tokens = steering.tokens(count, scene.language)
    if tokens > budget // 2:
        raise KnownError(
            _(
                "the note and the director's line take {tokens} of the {budget} tokens that what "
                "was said may have; shorten them",
                tokens=tokens,
                budget=budget,
            )
        )
    return tokens


def steered(prompt: Prompt, steering: Steering, language: str = "zh", secret: str = "") -> Prompt:
    """A prompt with the note so many lines before the end of what was said, and the director's line
    just before the cue; `secret` is the line of its history behind that, where there is one."""
    note, director = steering.lines(language)
    if not note and not director:
        return prompt
    said = prompt.history.removesuffix(secret)
    lines = [f"{line}\n" for line in said.split("\n")[:-1]]
    if note:
        lines.insert(max(0, len(lines) - steering.note.depth), note)
    return replace(prompt, history="".join([*lines, secret, director]))


def director_line(text: str, language: str = "zh") -> str:
    """How a director's line stands in a prompt."""
    if not text:
        return ""
    form = "下一句：{text}" if language.startswith("zh") else "Next line: {text}"
    return _line(form.format(text=one_line(text).translate(_BRACKETS)))


def note_line(text: str, language: str = "zh") -> str:
    """How an author's note stands in a prompt."""
    return _line(one_line(text).translate(_BRACKETS)) if text else ""


def _line(text: str) -> str:
    return write(Entry("context", text)) + "\n"


def sayable(text: str) -> str:
    """A text on one line, without what could end the line that it stands in.

    Raises `KnownError` for one that is too long.
    """
    line = one_line(text).translate(_BRACKETS)
    if len(line) > LONGEST:
        raise KnownError(
            _("{count} characters, {most} at most; shorten it", count=len(line), most=LONGEST)
        )
    return line


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def phrases(words: Sequence[str]) -> tuple[str, ...]:
    """Phrases on one line, each once."""
    return tuple(dict.fromkeys(map(one_line, words)))


def ban_problem(phrase: str) -> str | None:
    """Why a phrase cannot be banned."""
    if _plain(phrase) and len(one_line(phrase)) <= LONGEST_BAN:
        return None
    return _("a banned phrase has 1 to {most} characters", most=LONGEST_BAN)
