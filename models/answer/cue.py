"""Reads what may stand before a line: an announcement, and the cue however a model dresses it.

Whatever the text so far leaves open raises `Undecided`.
"""

from models.answer.marks import (
    ANNOUNCING,
    BRACKETS,
    LABELS,
    LONGEST_ANNOUNCEMENT,
    POLITE,
    QUOTES,
    TAGS,
    blank,
    folded,
    pictured,
)

LONGEST_FRAME = 240
"""Characters in which a frame ends, if it is one."""
LONGEST_REMARK = 20
"""Characters in parentheses between a name and its colon: `苏晚（小声）：`."""
_PARENTHESES = {"（": "）", "(": ")"}
_SENTENCE_ENDS = "。！？!?\n\r"
_SPOKEN = (
    "说道", "说", "回答道", "回答", "答道", "问道", "问", "道", "的下一句台词", "的下一句",
    "的下一行", "的台词", "的回答", "的回复", "的回应", "的话",
    "says", "said", "replies", "'s line", "'s reply",
)  # fmt: skip
_COLONS = ("：", "∶", "꞉")


class Undecided(Exception):
    """More text is needed to tell what this is."""


class CueReader:
    """Reads a text whose end may not have come yet."""

    def __init__(self, text: str, final: bool) -> None:
        self.final = final or len(text) > LONGEST_FRAME
        self.text = text[:LONGEST_FRAME]
        self.folded = folded(self.text)
        self.at = 0

    def peek(self) -> str:
        """The next character; `""` at the end. Raises `Undecided` where more may come."""
        if self.at < len(self.text):
            return self.text[self.at]
        if self.final:
            return ""
        raise Undecided

    def takes(self, literal: str) -> bool:
        """Step over `literal`, in either width and case, if it comes next."""
        wanted = folded(literal)
        if self.folded.startswith(wanted, self.at):
            self.at += len(wanted)
            return True
        if not self.final and wanted.startswith(self.folded[self.at :]):
            raise Undecided
        return False

    def stands_at(self, literal: str) -> bool:
        """Whether `literal` comes next."""
        at, found = self.at, self.takes(literal)
        self.at = at
        return found

    def takes_one(self, literals: tuple[str, ...]) -> str | None:
        """Step over the first of `literals` that comes next."""
        return next((one for one in literals if self.takes(one)), None)

    def skip_blanks(self) -> None:
        """Step over what is not to be seen, tags too, but for ends of lines."""
        while (character := self.peek()) and character not in "\n\r":
            if blank(character):
                self.at += 1
            elif character != "<" or not self.takes_one(TAGS):
                break


def announcement(reader: CueReader, asked: bool) -> int:
    """Where `好的，以下是……：` ends, or 0. Raises `Undecided`."""
    if reader.takes_one(LABELS):
        reader.skip_blanks()
        return reader.at if reader.takes("：") else 0
    polite = reader.takes_one(POLITE)
    if polite:
        while (character := reader.peek()) and character in "，,。.！!~～ —-":
            reader.at += 1
    loose = not reader.takes_one(ANNOUNCING)
    if loose and not (polite and asked):
        return 0
    first = reader.at
    while reader.at - first < LONGEST_ANNOUNCEMENT:
        character = reader.peek()
        if not character or character in _SENTENCE_ENDS:
            return 0
        reader.at += 1
        if character in "：:":
            return reader.at if not loose or reader.peek() in ("\n", "\r") else 0
    return 0


def _beside_a_name(character: str) -> bool:
    """Whether it may stand before a name and means nothing there."""
    empty = blank(character) and character not in "\n\r"
    return empty or character in "#>-•·—@\\" or pictured(character)


class Cue:
    """A cue as models write it: `**苏晚：**`, `【苏晚】`, `「苏晚：`, `苏晚（小声）：`."""

    def __init__(self, cue: str, asked: bool) -> None:
        self._asked = asked
        self._colon = cue.endswith(("：", ":"))
        self._name = cue[:-1].rstrip() if self._colon else cue

    def at_start(self, text: str, final: bool) -> tuple[int, list[str]] | None:
        """How long it is, and what is to close its dress at the end of the line.

        Raises `Undecided`.
        """
        if not self._name:
            return None
        reader = CueReader(text, final)
        opened = self._dress(reader)
        if not reader.takes(self._name):
            return self._narrator(reader, opened)
        if not self._colon:
            return reader.at, opened
        bracketed = self._undress(reader, opened)
        behind = reader.at
        self._remark(reader)
        if self._ends_with_colon(reader):
            return self._settled(reader, opened)
        if bracketed:
            reader.at = behind
        if bracketed or (self._asked and reader.peek() in ("\n", "\r")):
            return self._settled(reader, opened)
        return None

    def _narrator(self, reader: CueReader, opened: list[str]) -> tuple[int, list[str]] | None:
        told = self._asked and not self._colon and reader.takes_one(("旁白", "narrator"))
        return (reader.at, opened) if told and self._ends_with_colon(reader) else None

    def _dress(self, reader: CueReader) -> list[str]:
        """Step over what is put before a name; returns what closes it, the last opened first."""
        opened: list[str] = []
        while (character := reader.peek()) and not reader.stands_at(self._name):
            if character in "*_":
                run = character
                reader.at += 1
                while reader.peek() == character:
                    run, reader.at = run + character, reader.at + 1
                opened.insert(0, run)
            elif character == "[" and self._stamped(reader):
                continue
            elif closer := (QUOTES | BRACKETS).get(character):
                opened.insert(0, closer)
                reader.at += 1
            elif _beside_a_name(character):
                reader.at += 1
            elif not self._numbered(reader):
                break
        return opened

    def _stamped(self, reader: CueReader) -> bool:
        """Step over a time of day: `[12:30]`."""
        start = reader.at
        reader.at += 1
        while (character := reader.peek()) and (character.isdecimal() or character in ":/.- "):
            reader.at += 1
        if reader.at > start + 3 and reader.takes("]"):
            return True
        reader.at = start
        return False

    def _numbered(self, reader: CueReader) -> bool:
        """Step over the number of a list: `1.`, `2、`."""
        start = reader.at
        while reader.peek().isdecimal():
            reader.at += 1
        if reader.at > start and reader.peek() in tuple(".)、．）"):
            reader.at += 1
            return True
        reader.at = start
        return False

    def _undress(self, reader: CueReader, opened: list[str]) -> bool:
        """Step over what closes the dress behind the name; whether brackets were around it."""
        bracketed = False
        reader.skip_blanks()
        while opened and reader.takes(opened[0]):
            closer = opened.pop(0)
            bracketed |= closer in ("】", "]", "］", ">") or (self._asked and closer[0] in "*_")
            if closer == ">":
                opened.append(f"</{self._name}>")
            reader.skip_blanks()
        return bracketed

    def _remark(self, reader: CueReader) -> None:
        closer = _PARENTHESES.get(reader.peek())
        if closer is None:
            return
        start = reader.at
        while reader.at - start <= LONGEST_REMARK and (character := reader.peek()):
            if character in _SENTENCE_ENDS:
                break
            reader.at += 1
            if character in ("）", ")"):
                return
        reader.at = start

    def _ends_with_colon(self, reader: CueReader) -> bool:
        while (character := reader.peek()) and pictured(character):
            reader.at += 1
        reader.skip_blanks()
        if self._asked:
            reader.takes_one(_SPOKEN)
        return reader.takes_one(_COLONS) is not None

    def _settled(self, reader: CueReader, opened: list[str]) -> tuple[int, list[str]]:
        self._undress(reader, opened)
        return reader.at, opened
