"""Answers side by side as Markdown, as a page of HTML, and as JSON; no text is markup there."""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from base.messages import _
from base.text import UNPRINTABLE
from scenes.evaluation.asking import Asking, Cell
from scenes.log import write

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_NOT_SHOWN = re.compile(rf"{UNPRINTABLE.pattern}|[\r\n\t]")
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif; }
body { max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td ol { margin: 0; padding-left: 1.4rem; }
.note { opacity: .7; font-size: .85em; margin: .3rem 0 0; }
"""


def _blocks(asking: Asking) -> Iterator[tuple[str, list[list[Cell]]]]:
    """The rows of each question, of which something was drawn."""
    rows = [row for row in asking.rows if any(cell.done or cell.candidates for cell in row)]
    for line, group in groupby(rows, key=lambda row: write(row[0].question)):
        yield line, list(group)


def empty_cell(cell: Cell) -> str:
    """What stands in a cell without answers."""
    if cell.skipped:
        return f"({cell.skipped})"
    if cell.done:
        return _("(no line in form: {why})", why=cell.why)
    return "…"


def markdown(asking: Asking) -> Iterator[str]:
    """A table for each question: a row for each role and answer, a column for each way."""
    for question, rows in _blocks(asking):
        yield f"### {_plain(question)}\n\n"
        yield _row(["", *(way.label for way in asking.ways)])
        yield "|" + " --- |" * (len(asking.ways) + 1) + "\n"
        for row in rows:
            yield from _answers(row, asking.n)
        yield "\n"
        for note in notes_of(rows):
            yield f"> {_plain(note)}\n"
        yield "\n"


def _answers(row: Sequence[Cell], n: int) -> Iterator[str]:
    columns = [cell.lines(n) or [empty_cell(cell)] for cell in row]
    for at in range(max(map(len, columns))):
        name = f"**{_plain(row[0].role.name)}**" if at == 0 else ""
        cells = [_plain(lines[at]) if at < len(lines) else "" for lines in columns]
        yield f"| {name} | " + " | ".join(cells) + " |\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |\n"


def notes_of(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """What came up of knowledge, as it was told, with whom it was told for."""
    return list(
        dict.fromkeys(
            f"{cell.role.name}：{note.line}" for row in rows for cell in row for note in cell.notes
        )
    )


def _plain(text: str) -> str:
    """A text in which nothing is Markdown, on one line."""
    return _MARKS.sub(r"\\\1", _NOT_SHOWN.sub(" ", text)).replace("\\&", "&amp;")


def page(asking: Asking, title: str, language: str) -> Iterator[str]:
    """One page that needs no other file."""
    name = html.escape(title)
    yield f'<!doctype html>\n<html lang="{html.escape(language)}">\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width">\n'
    yield f"<title>{name}</title>\n<style>{_STYLE}</style>\n<h1>{name}</h1>\n"
    for question, rows in _blocks(asking):
        yield f"<h2>{_escaped(question)}</h2>\n<div><table>\n<tr><th></th>"
        yield "".join(f"<th>{_escaped(way.label)}</th>" for way in asking.ways) + "</tr>\n"
        for row in rows:
            cells = "".join(f"<td>{_cell(cell, asking.n)}</td>" for cell in row)
            yield f"<tr><th>{_escaped(row[0].role.name)}</th>{cells}</tr>\n"
        yield "</table></div>\n"
    yield "</html>\n"


def _cell(cell: Cell, n: int) -> str:
    lines = cell.lines(n)
    told = "".join(f'<p class="note">{_escaped(note.line)}</p>' for note in cell.notes)
    if not lines:
        return _escaped(empty_cell(cell)) + told
    return "<ol>" + "".join(f"<li>{_escaped(line)}</li>" for line in lines) + "</ol>" + told


def _escaped(text: str) -> str:
    return html.escape(_NOT_SHOWN.sub(" ", text))


def as_value(asking: Asking, model: str) -> dict[str, Any]:
    """What `--to json` writes."""
    return {
        "model": model,
        "answers": [
            {
                "question": write(cell.question),
                "role": cell.role.name,
                "adapter": cell.way.adapter,
                "knowledge": cell.way.informed,
                "notes": [note.text for note in cell.notes],
                "answers": cell.lines(asking.n),
            }
            for row in asking.rows
            for cell in row
            if (cell.done or cell.candidates) and not cell.skipped
        ],
    }
