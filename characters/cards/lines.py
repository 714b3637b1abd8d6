"""Greetings and sample dialogues of cards as lines of the log format, and the other way."""

import re
from collections.abc import Iterator, Sequence

from base.text import printable
from characters.cards.labels import USER as USER
from characters.cards.labels import Voices as Voices
from characters.cards.labels import blocks
from characters.cards.labels import role_name as role_name
from characters.cards.prose import (
    NEAR,
    Telling,
    is_term,
    may_say_i,
    sentences,
    tells_of_itself,
    without_saying,
)

_DEEDS = r"\*\*{0,2}([^*\n]+)\*{1,3}|（([^（）()\n]+)[）)]|\(([^（）()\n]+)[）)]"
_QUOTES = (
    r"[“„]([^“”„\"\n]+)[”“\"]|«([^«»\n]+)»|\"([^“”\"\n]+)[”\"]"
    r"|「([^「」『』\n]+)[」』]|『([^「」『』\n]+)[」』]"
)
_PIECE = re.compile(f"{_DEEDS}|{_QUOTES}")
"""What is marked in a line; each way begins with one sign, by which the next one is soon found."""
_DEED_GROUPS = 3
_LOG_MARK = re.compile(r"\\me(?![A-Za-z])|\\emoji\s")
_SUBJECT = re.compile(r"(?:(?:[Ss]he|[Hh]e|[Tt]hey) (?=\S)|彼女?[はが]|[她他它](?![的们所这那]))")
_BOLD_LABEL = re.compile(
    r"^\s*\*{1,2}([^*\n:：]{1,40})(?:\*{1,2}\s*[:：]|[:：]\s*\*{1,2})", re.MULTILINE
)
_STARRED = re.compile(r"(?<!\*)\*[^*\n]+\*(?!\*)")
_LEADING = "，,、：:；; "
_NARRATIONS = re.compile("(?:【[^【】]*】)+")
_TOLD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\d_]{2}")
_BARE = re.compile(r"[\w\u3400-\u9fff]")
Marked = list[tuple[str, str]]
"""The parts of a line, each with what marks it."""


def spoken(
    text: str, voices: Voices, labels: bool = False, by_quotes: bool | None = None
) -> list[str]:
    """The lines of a log that a message is; what has no label is said by the role itself.

    `*…*` and `（…）` are actions, or narration where they tell of others. Where something is
    quoted that is said, the quotes are speech and all the rest is told; a quoted word is a part of
    its sentence. What others say and do is narration. A line that is in the log format already
    stays. With `labels`, as in sample dialogues, another's name before a colon begins a line of
    theirs; where nobody seems to speak, `性格：活泼`, it is a context line. `by_quotes` is whether
    only quotes are speech, or none are told from what is said, where that is known already.
    """
    plain = printable(text).replace("\t", " ")
    if "*" in plain and (":" in plain or "：" in plain):
        plain = _BOLD_LABEL.sub(r"\1：", plain)
    if "**" in plain and _STARRED.search(plain):
        plain = plain.replace("**", "")  # deeds have one star, what is stressed has two
    lines: list[str] = []
    telling = Telling((voices.name, *voices.aliases))
    for block in blocks(plain, voices, labels):
        marked = list(map(_marked, block.lines))
        quoting = any(map(_has_quote, marked)) if by_quotes is None else by_quotes
        if block.speaker == voices.name and quoting:
            telling.first_person = _tells_of_itself(block.lines, telling.names)
        for line, parts in zip(block.lines, marked, strict=True):
            lines += _told_line(line, parts, block.speaker, voices, telling, quoting)
        lines += [f"{{{one}}}" for one in block.facts]
    return lines


def is_quoting(text: str) -> bool:
    """Whether something is quoted in a text that is said."""
    return any(_has_quote(_marked(line)) for line in text.splitlines())


def _has_quote(parts: Marked) -> bool:
    return any(kind == "quote" for __, kind in parts)


def _tells_of_itself(lines: Sequence[str], names: Sequence[str]) -> bool:
    """Whether a role tells of itself as I in what is not marked in these lines."""
    if not any(map(may_say_i, lines)):
        return False
    return tells_of_itself("\n".join(_PIECE.sub("", line) for line in lines), names)


def _told_line(
    line: str, parts: Marked, speaker: str, voices: Voices, telling: Telling, by_quotes: bool
) -> list[str]:
    """The lines of a log that one line of a block is, marked as `parts`."""
    if line.startswith("【") and line.endswith("】"):
        return [line if _NARRATIONS.fullmatch(line) else _narration(line[1:-1])]
    if "\\" in line and _LOG_MARK.search(line):
        return [f"{speaker}：{line}"]
    if not speaker:
        return [_narration(line)] if _BARE.search(line) else []
    if voices.narrates and speaker == voices.name:
        return [_narration(line)] if _BARE.search(line) else []
    made: list[str] = []
    for part, kind in _whose(line, parts, telling, by_quotes):
        piece = part.lstrip(_LEADING) if _BARE.search(part) else part
        if kind == "bare" and piece.strip() in telling.names:
            continue  # a name above what is said
        if kind == "speech":
            made.append(f"{speaker}：{piece}")
        elif kind == "other":
            made.append(_narration(piece))
        else:
            made += _deeds(piece, speaker, telling, kind)
    return made


def _marked(line: str) -> Marked:
    """The parts of a line, each with what marks it: `deed`, `quote` where it is speech, `bare`; a
    quote is given with its signs, as a term is in its sentence."""
    parts: Marked = []
    end, held = 0, ""
    for found in _PIECE.finditer(line):
        between, end = line[end : found.start()], found.end()
        whole, group = found[0], found.lastindex or 0
        held += between
        if deed := group <= _DEED_GROUPS:
            is_bare = whole[0] != "*" and not _TOLD.search(found[group])  # (>_<) is no deed
        else:
            is_bare = is_term(held[-NEAR:], found[group], line[end : end + NEAR])
        if is_bare:
            held += whole
            continue
        parts.append((held, "bare"))
        parts.append((whole, "deed" if deed else "quote"))
        held = ""
    return [*parts, (held + line[end:], "bare")]


def _whose(
    line: str, parts: Marked, telling: Telling, by_quotes: bool
) -> Iterator[tuple[str, str]]:
    """The parts of a line in order, each with whose it is: `speech` of the role, its `deed`,
    `bare` prose, or an `other`'s words with the sentence that says so."""
    if not by_quotes:
        yield from _unquoted(parts, line)
        return
    texts = [text for text, __ in parts]
    own = False
    for at, (__, kind) in enumerate(parts):
        text = texts[at]
        if kind == "deed":
            yield text, "deed"
        elif kind == "bare":
            following = parts[at + 1][1] if at + 1 < len(parts) else ""
            if following == "quote":
                lead, text = _last_sentence(text)
                texts[at] = text
                if lead.strip():
                    yield lead, "bare"
            elif _BARE.search(text):
                yield text, "deed" if own and text[:1] in "，、" else "bare"
        else:
            before, behind = texts[at - 1], texts[at + 1]
            own = False
            by_other = telling.another_says(before[-NEAR:], behind[:NEAR])
            if by_other == "lead":
                yield (before + text).strip(), "other"
            elif by_other == "tail":
                first, texts[at + 1] = _first_sentence(behind)
                if _BARE.search(before):
                    yield before, "bare"
                yield (text + first).strip(), "other"
            else:
                if _BARE.search(before):
                    yield before, "bare"
                said, telling.other, own = _inner(text), False, True
                if said:
                    yield said, "speech"


def _unquoted(parts: Marked, line: str) -> Iterator[tuple[str, str]]:
    """The parts of a line by no quotes: what is not marked as a deed is said."""
    some, held = False, ""
    for text, kind in [*parts, ("", "deed")]:
        if kind != "deed":
            held += text
            continue
        if _BARE.search(held):
            some = True
            yield held.strip(" *"), "speech"
        held = ""
        if text:
            some = True
            yield text.strip(), "deed"
    if not some and line.strip(" *"):
        yield line.strip(" *"), "speech"


def _inner(quote: str) -> str:
    found = _PIECE.fullmatch(quote)
    return found[found.lastindex or 0].strip(" *") if found else quote.strip(" *")


def _last_sentence(text: str) -> tuple[str, str]:
    """What stands before the last sentence, and that; all is before where the last has ended."""
    if text.rstrip()[-1:] in "。！？!?….":
        return text, ""
    parts = list(sentences(text))
    last = parts[-1]
    cut = text.rfind(last)
    return text[:cut], text[cut:]


def _first_sentence(text: str) -> tuple[str, str]:
    first = next(sentences(text), "")
    cut = text.find(first) + len(first) if first else 0
    return text[:cut], text[cut:]


def _narration(text: str) -> str:
    """A line of narration, whose brackets end it nowhere else."""
    return f"【{text.replace('【', '〔').replace('】', '〕')}】"


def _deeds(text: str, speaker: str, telling: Telling, kind: str) -> Iterator[str]:
    """The actions of the speaker and the narration that a text of deeds is, sentence by sentence;
    those of one kind that follow each other are one line."""
    plain = _inner(text) if kind == "deed" else text.strip(" *")
    if kind == "bare" and telling.speaks_as_i(plain):
        yield f"{speaker}：{plain}"  # who is told of as she, says I where the marks were forgotten
        return
    held: list[str] = []
    held_own = says = False
    for sentence in sentences(plain):
        if kind == "bare":
            sentence, says = without_saying(sentence, telling.names)
            if not _BARE.search(sentence):
                continue
        own = says or telling.is_own(sentence)
        own = (kind == "deed") if own is None else own
        if held and own != held_own:
            yield _deed(held, speaker, telling, held_own)
            held = []
        held.append(sentence)
        held_own = own
    if held:
        yield _deed(held, speaker, telling, held_own)


def _deed(sentences: Sequence[str], speaker: str, telling: Telling, own: bool) -> str:
    joined = "".join(
        f"{' ' if at and one[:1].isascii() else ''}{one}" for at, one in enumerate(sentences)
    )
    if not own:
        return _narration(joined)
    name = telling.named(joined)
    after = joined[len(name) :].strip()
    if name and after and after[0] not in "'’的和与與":
        return rf"{speaker}：\me {after.lstrip('はが、') or after}"
    subject = _SUBJECT.match(joined)
    return rf"{speaker}：\me {joined[subject.end() :] if subject else joined}"


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
