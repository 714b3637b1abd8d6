"""Which format of a table's log a text is in, told by its beginning."""

import re
from collections.abc import Callable

from scenes.files.trpg.headers import CHANNEL, FVTT, NAMED, PAINTED, QQ, SINANYA, TIMED, Header
from scenes.files.trpg.rgl import LINE as RGL_LINE
from scenes.files.trpg.rgl import SETTING as RGL_SETTING
from scenes.log import read

SAMPLE = 400
"""Lines that are looked at."""
_JSON = re.compile(r"[\s\ufeff]*[\[{]\s*[\[{\"]")
_KINDS: tuple[tuple[str, Header], ...] = (
    *(("named", NAMED), ("qq", QQ), ("sinanya", SINANYA), ("fvtt", FVTT)),
)


def detect(text: str, name: str) -> str | None:
    """The format of a log whose file begins with `text` and is called `name`."""
    start = text.lstrip("\ufeff \t\n")
    if start.startswith("{") or start.startswith("["):
        if found := _json(start):
            return found
        if start.startswith("{"):
            return None
    lines = _lines(text)
    counts = {kind: sum(map(bool, map(header.pattern.fullmatch, lines))) for kind, header in _KINDS}
    best = max(counts, key=lambda kind: counts[kind])
    if counts[best]:
        return _named(lines, name) if best == "named" else best
    if any(map(TIMED.pattern.fullmatch, lines)):
        return "rendered"
    if any(map(RGL_LINE.fullmatch, lines)) and 2 * _count(lines, _is_script) > len(lines):
        return "rgl"
    if 2 * _count(lines, PAINTED.pattern.fullmatch) > len(lines):
        return "painted"
    return "qq-channel" if _count(lines, CHANNEL.pattern.fullmatch) > 1 else None


def detect_own(text: str, name: str) -> str | None:
    """`paotuan` where most lines are entries of a log of ours; JSON is none, though it reads."""
    if _JSON.match(text):
        return None
    entries = [line.entry for line in read(_lines(text))]
    right = sum(entry.kind != "unrecognised" for entry in entries)
    return "paotuan" if right * 2 > len(entries) else None


def _json(text: str) -> str | None:
    def holds(*keys: str) -> bool:
        return all(re.search(rf'"{key}"\s*:', text) for key in keys)

    if holds("isDice", "message"):
        return "sealdice-json"
    if holds("sender", "message", "type"):
        return "olivadice"
    if holds("logs", "text") and (holds("channel") or holds("isChapter")):
        return "ccfolia"
    return "sealdice-json" if holds("version", "items") else None


def _named(lines: list[str], name: str) -> str:
    """Which of the programs that write `名字(ID) …` wrote these lines."""
    headers = [line for line in lines if NAMED.pattern.fullmatch(line)]
    first = headers[0]
    if name.endswith(".trpglog"):
        return "trpglog"
    if re.search(r"\d{4}/\d", first):
        return "sealdice-editor"
    if first.endswith(" ") or not re.search(r"\d{4}-\d", first):
        return "dice"
    return "sealdice"


def _is_script(line: str) -> bool:
    return bool(RGL_LINE.fullmatch(line) or RGL_SETTING.fullmatch(line)) or line.startswith("#")


def _count(lines: list[str], matches: Callable[[str], object]) -> int:
    return sum(bool(matches(line)) for line in lines)


def _lines(text: str) -> list[str]:
    """The first lines that are not blank, the last one whole."""
    lines = text.removeprefix("\ufeff").split("\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    if len(text) < 20_000 and lines[-1].strip():
        whole = lines
    return [line[:1000] for line in whole if line.strip()][:SAMPLE]
