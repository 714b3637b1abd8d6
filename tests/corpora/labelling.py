"""Chapters with speakers marked where they speak, as plain text and labels.

    python tests/corpora/labelling.py

Makes `modern/*.txt` and `labels/modern-{tune,held,unseen}.jsonl` out of
`modern/marked/{tune,held,unseen}/*.txt`.
A marked chapter begins with its people, a line each: `⟦key=name|other name⟧`; a blank line; then
the text, in which `⟦key⟧` stands behind each quotation, and `⟦-why⟧` behind one that nobody says.
A quotation opens with `“`, `「`, or `——` at the start of a paragraph, and ends at the mark.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
MARKED, PLAIN, LABELS = HERE / "modern" / "marked", HERE / "modern", HERE / "labels"
PERSON = re.compile(r"⟦([^=⟧\n]+)=([^⟧\n]+)⟧\n")
MARK = re.compile(r"⟦([^⟧\n]*)⟧")
OPENING = re.compile("[“「]|(?<=\n)——|(?<=\n　　)——")
CLOSING = {"“": "”", "「": "」"}
WHY = {"letter", "nameless", "several", "sound", "term", "writing"}


class Labelled(NamedTuple):
    """A chapter without its marks, and its labels as rows of `labels/*.jsonl`."""

    text: str
    labels: list[dict[str, str | int]]


def labelled(novel: str, marked: str) -> Labelled:
    """The text and labels of a marked chapter. Raises `ValueError` where a mark is amiss."""
    people, body = _people(marked)
    text, labels, at = "", [], 0
    for mark in MARK.finditer(body):
        piece = body[at : mark.start()]
        start = len(text) + _quotation(novel, piece)
        text, at = text + piece, mark.end()
        row: dict[str, str | int] = {"novel": novel, "at": start, "length": len(text) - start}
        labels.append(row | _who(novel, mark[1], people))
    rest = body[at:]
    if found := OPENING.search(rest):
        raise ValueError(f"{novel}: no mark behind {rest[found.start() : found.start() + 20]!r}")
    text += rest
    if strange := [
        name for names in people.values() for name in names.split("|") if name not in text
    ]:
        raise ValueError(f"{novel}: names that the text does not have: {', '.join(strange)}")
    return Labelled(text, labels)


def _people(marked: str) -> tuple[dict[str, str], str]:
    people, at = {}, 0
    while found := PERSON.match(marked, at):
        people[found[1]], at = found[2], found.end()
    return people, marked[at:].removeprefix("\n")


def _quotation(novel: str, piece: str) -> int:
    """Where the one quotation of a piece of text opens; it ends where the piece does."""
    openings = [found.start() for found in OPENING.finditer(piece)]
    if len(openings) != 1:
        raise ValueError(f"{novel}: {len(openings)} quotations, expected one: {piece[-60:]!r}")
    closed = piece.find(CLOSING.get(piece[openings[0]], "\0"), openings[0])
    if closed not in (-1, len(piece) - 1):
        raise ValueError(f"{novel}: a mark that is not behind a quotation: {piece[-60:]!r}")
    return openings[0]


def _who(novel: str, key: str, people: dict[str, str]) -> dict[str, str]:
    if key.removeprefix("-") in WHY and key.startswith("-"):
        return {"speaker": "", "why": key[1:]}
    if key not in people:
        raise ValueError(f"{novel}: {key!r} is not among its people")
    return {"speaker": people[key]}


def made() -> dict[Path, str]:
    """Every file that the marked chapters make, with what is to stand in it."""
    files = {}
    for part in ("tune", "held", "unseen"):
        rows = []
        for path in sorted((MARKED / part).glob("*.txt")):
            chapter = labelled(path.stem, path.read_text("utf-8"))
            files[PLAIN / path.name] = chapter.text
            rows += [json.dumps(row, ensure_ascii=False) + "\n" for row in chapter.labels]
        files[LABELS / f"modern-{part}.jsonl"] = "".join(rows)
    return files


def main() -> None:
    for path, text in made().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
