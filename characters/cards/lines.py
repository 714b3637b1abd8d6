"""Greetings and sample dialogues of cards as lines of the log format, and the other way."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from base.names import LONGEST_NAME, RESERVED
from base.text import printable

USER = "{{user}}"
"""Stands for the player's role until a scene says who that is."""

_START = re.compile(r"^\s*(?:<START>|\*{3,}|-{3,}|END_OF_DIALOG)\s*$", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(\{\{user\}\}|[^\s:：\[\]【】\"“「*<>|][^\n:：\[\]【】\"“「*<>|]{0,40}?)\s*[:：]\s*(.*)$"
)
_DEEDS = r"\*\*{0,2}([^*\n]+)\*{1,3}|（([^（）()\n]+)[）)]|\(([^（）()\n]+)[）)]"
_QUOTES = (
    r"“([^“”\"\n]+)[”\"]|\"([^“”\"\n]+)[”\"]|「([^「」『』\n]+)[」』]|『([^「」『』\n]+)[」』]"
)
_PIECE = re.compile(f"{_DEEDS}|{_QUOTES}")
"""What is marked in a line; each way begins with one sign, by which the next one is soon found."""
_DEED_GROUPS = 3
_QUOTED = re.compile(r"[“\"「『]")
_LOG_MARK = re.compile(r"\\me(?![A-Za-z])|\\emoji\s")
_SECOND = re.compile(r"(?:you|your|yours)\b|你|您|\{\{user\}\}", re.IGNORECASE)
_THIRD = re.compile(r"(?:she|he|they|her|his|their|i|my)\b|她|他|它|我", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:(?:She|He|They) (?=\S)|[她他它](?![的们]))")
_NARRATIONS = re.compile("(?:【[^【】]*】)+")
_BARE = re.compile(r"[\w\u3400-\u9fff]")


def role_name(name: str) -> str:
    """A card's name as one that can begin a line of a log; empty where nothing of it can.

    `Rika (v2)` becomes `Rika`; signs that the log needs become blanks.
    """
    plain = printable(name)
    short = re.sub(r"[\[（(【《].*", "", plain, flags=re.DOTALL)
    for one in (short, plain):
        cleaned = " ".join(RESERVED.sub(" ", one).split())[:LONGEST_NAME].strip()
        if cleaned:
            return cleaned
    return ""


@dataclass(frozen=True)
class Voices:
    """Who may speak in a card's texts: the role, by which other names, and the player."""

    name: str
    aliases: tuple[str, ...] = ()

    def speaker(self, label: str) -> str | None:
        """The role that a label before a colon means, `USER`, or `None` where it means nobody."""
        word = label.strip()
        if word.lower() in (USER, "you"):
            return USER
        if word == self.name or word in self.aliases or word.lower() == self.name.lower():
            return self.name
        return None


def spoken(text: str, voices: Voices, labels: bool = False) -> list[str]:
    """The lines of a log that a message is; what has no label is said by the role itself.

    `*…*` and `（…）` are actions, or narration where they tell of the player; what is quoted is
    speech, and then what is bare is action or narration. A line that is in the log format already
    stays. With `labels` any short `name：` begins a line by that name, as in sample dialogues.
    """
    lines: list[str] = []
    speaker = voices.name
    code = quoted = False
    for raw in printable(text).replace("\t", " ").splitlines():
        line = raw.strip()
        if not line or _START.match(line):
            speaker, quoted = (voices.name, False) if _START.match(line) else (speaker, quoted)
            continue
        if line.startswith("```"):
            code = not code
            continue
        label = _LABEL.match(line) if not code and (":" in line or "：" in line) else None
        named = _named(label[1], voices, labels) if label else None
        if label and named:
            speaker, line, quoted = named, label[2].strip(), False
        quoted = quoted or bool(_QUOTED.search(line))
        if not code and line.startswith("【") and line.endswith("】"):
            lines.append(line if _NARRATIONS.fullmatch(line) else _narration(line[1:-1]))
        elif code or _LOG_MARK.search(line):
            lines.append(f"{speaker}：{line}")
        else:
            for piece, deed in _pieces(line, quoted):
                lines.append(_deed(piece, speaker, voices, deed) if deed else f"{speaker}：{piece}")
    return lines


def _named(label: str, voices: Voices, labels: bool) -> str | None:
    if speaker := voices.speaker(label):
        return speaker
    name = role_name(label) if labels else ""
    return name if name == label.strip() and len(name.split()) <= 3 else None


def _pieces(line: str, quoted: bool) -> Iterator[tuple[str, str]]:
    """The texts of a line in order, each with what marked it: `""` speech, `*`, or `bare` prose."""
    end = 0
    held: list[str] = []
    for found in _PIECE.finditer(line):
        between, end = line[end : found.start()], found.end()
        deed = (found.lastindex or 0) <= _DEED_GROUPS
        if not deed and not quoted:
            held += [between, found[0]]
            continue
        if (bare := "".join([*held, between]).strip()) and _BARE.search(bare):
            yield bare, "bare" if quoted else ""
        held = []
        text = found[found.lastindex or 0].strip(" *")
        if text:
            yield text, "*" if deed else ""
    if (bare := "".join([*held, line[end:]]).strip(" *")) and _BARE.search(bare):
        yield bare, "bare" if quoted else ""
    elif bare and end == 0:
        yield bare, ""


def _narration(text: str) -> str:
    """A line of narration, whose brackets end it nowhere else."""
    return f"【{text.replace('【', '〔').replace('】', '〕')}】"


def _deed(text: str, speaker: str, voices: Voices, mark: str) -> str:
    """An action by the speaker, or narration where somebody else does it."""
    own = speaker if text.startswith(speaker) else ""
    for name in () if own else voices.aliases:
        if name and text.startswith(name):
            own = name
            break
    after = text[len(own) :]
    if (
        own
        and after[:1] not in ("'", "’", "的", "和", "与", "")
        and (after[0] == " " or own[-1] > "⺀")
    ):
        return rf"{speaker}：\me {after.strip()}"
    if _SECOND.match(text) or (mark == "bare" and not own and not _THIRD.match(text)):
        return _narration(text)
    subject = _SUBJECT.match(text)
    return rf"{speaker}：\me {text[subject.end() :] if subject else text}"


# --- the other way -------------------------------------------------------------------------------

_SPOKEN = re.compile(r"^([^：【】{#=\\]{1,40}|\{\{user\}\})：(.*)$")
_EMOTION = re.compile(r"\\emoji\s{1,9}\S{1,99}$")


def message(lines: Sequence[str], name: str) -> str:
    """Lines of a log as a message of a card: actions in asterisks, the role's own unlabelled."""
    return "\n".join(_told(line, name, labelled=False) for line in lines if line.strip())


def dialogue(lines: Sequence[str], name: str) -> str:
    """Lines of a log as the sample dialogue of a card, each with `{{char}}:` or another's name."""
    messages = [_told(line, name, labelled=True) for line in lines if line.strip()]
    return "\n".join(["<START>", *messages]) if messages else ""


def _told(line: str, name: str, labelled: bool) -> str:
    line_of_log = _SPOKEN.match(line.strip())
    if line_of_log is None:
        return line.strip()
    speaker, body = line_of_log[1].strip(), _EMOTION.sub("", line_of_log[2]).strip()
    if body.startswith("\\me "):
        body = f"*{body[4:].strip().replace('*', '')}*"
    if speaker == name:
        return f"{{{{char}}}}: {body}" if labelled else body
    return f"{speaker}: {body}"
