"""Figures as a table, as JSON, and as a report in Markdown with plots beside it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.text import UNPRINTABLE
from base.writing import reason, replace_text
from scenes.evaluation.figures import Change, Comparison, FigureRow, wilson
from scenes.evaluation.heldout import by_speaker

SAID = "really said"
SPEAKERS = 30
"""Speakers in the report's table."""
SAMPLES = 6
"""Prompts whose candidates the report shows."""
HISTORY = 3
"""Lines of their history that it shows."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_NOT_SHOWN = re.compile(rf"{UNPRINTABLE.pattern}|[\r\n\t]")


def table(found: Comparison) -> list[tuple[str, ...]]:
    """Rows of cells, the first naming the columns."""
    with_said = any(row.said is not None for row in found.figures)
    head = ("", *found.names, *((SAID,) if with_said else ()))
    rows = [head]
    for row in found.figures:
        said = (_shown(row.said, row),) if with_said else ()
        rows.append((row.label, *(_shown(value, row) for value in row.values), *said))
    return rows


def changes(found: Comparison) -> list[str]:
    """A line for each difference between two models."""
    return [f"{one.label}: {_change(one)}" for one in found.changes]


def as_value(found: Comparison, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `--json` prints."""
    figures = [
        {row.key: value for row in found.figures if (value := row.values[at]) is not None}
        for at in range(len(found.names))
    ]
    said = {row.key: row.said for row in found.figures if row.said is not None}
    return {
        "models": [
            {"name": name, "figures": own, "speakers": _speakers(found, at)}
            for at, (name, own) in enumerate(zip(found.names, figures, strict=True))
        ],
        "said": said,
        "changes": [asdict(one) for one in found.changes],
        "settings": dict(settings),
        "notices": list(found.notices),
    }


def write_report(
    found: Comparison, settings: Mapping[str, Any], path: Path, inputs: Iterable[str | Path]
) -> list[str]:
    """Write the report to `path` and its plots beside it; returns what a person should know.

    None of `inputs` is written over. Raises `KnownError` where it cannot be written.
    """
    inputs = list(inputs)
    notices: list[str] = []
    try:
        try:
            from scenes.evaluation.plots import write_plots

            plots = write_plots(found, path, inputs)
        except ModuleNotFoundError as error:
            plots = []
            notices.append(
                _(
                    "{path}: without plots, since {error} is not installed; install it with: "
                    "pip install 'paotuan[train]'",
                    path=path,
                    error=error.name,
                )
            )
        replace_text(path, markdown(found, settings, plots), inputs)
    except OSError as error:
        raise KnownError(
            _(
                "{value}: cannot be written: {error}",
                value=error.filename or path,
                error=reason(error),
            )
        ) from error
    return notices


def markdown(
    found: Comparison, settings: Mapping[str, Any], plots: Sequence[tuple[str, Path]]
) -> str:
    """The report; `plots` are captions and files that lie beside it."""
    parts = [
        f"# {' against '.join(map(_safe, found.names))}",
        _table(table(found)),
        _explained(found),
        *(f"![{_safe(caption)}]({path.name})" for caption, path in plots),
        _speaker_table(found),
        _samples(found),
        "## Settings",
        _table([("", "value"), *((key, str(value)) for key, value in settings.items())]),
        *(_safe(line) for line in found.notices),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _explained(found: Comparison) -> str:
    lines = []
    if found.changes:
        names = " against ".join(map(_safe, found.names))
        lines += [f"{names}, with the 95 % interval of the paired bootstrap over lines:", ""]
        lines += [f"- {line}" for line in changes(found)]
    guessed = _figure(found, "speaker_accuracy")
    asked = _figure(found, "speaker_lines")
    if guessed is not None and asked is not None:
        lines += ["", "Who speaks, with Wilson's 95 % interval:", ""]
        for name, share, count in zip(found.names, guessed.values, asked.values, strict=True):
            if share is not None and count:
                low, high = wilson(share * count, round(count))
                lines.append(f"- {_safe(name)}: {share:.1%} ({low:.1%} to {high:.1%})")
    lines += [
        "",
        "Perplexity is that of the reply alone, its newline included. Who speaks: the reply under "
        "the cue of each candidate, right where it is likeliest under that of its speaker. Drawn "
        "lines are judged as they come, before play refuses and redraws any. distinct-n, "
        "self-BLEU-4 and ROUGE-L are on characters.",
    ]
    return "\n".join(lines).strip()


def _speaker_table(found: Comparison) -> str:
    """Right guesses by true speaker; numbered as in the plot."""
    columns = [by_speaker(one) for one in found.scored]
    first = next((one for one in columns if one), {})
    if not first:
        return ""
    rows = [("#", "speaker", "lines", *found.names)]
    for number, (name, (__, lines)) in enumerate(list(first.items())[:SPEAKERS], 1):
        shares = [f"{one[name][0] / lines:.0%}" if name in one else "-" for one in columns]
        rows.append((str(number), name, str(lines), *shares))
    return "## Who speaks, by speaker\n\n" + _table(rows)


def _samples(found: Comparison) -> str:
    """What was drawn for a few prompts, spread over all."""
    there = [one for one in found.drawings if one]
    if not there:
        return ""
    count = len(there[0])
    places = sorted({i * count // SAMPLES for i in range(SAMPLES)})
    parts = ["## What was drawn", "The first candidate of each model, as it came."]
    for at in places:
        example = there[0][at].example
        history = example.prompt.history.split("\n")[-HISTORY - 1 : -1]
        lines = [f"    {_plain(line)}" for line in history]
        lines.append(f"    {_plain(example.prompt.cue + example.reply)}   ({SAID})")
        for name, drawings in zip(found.names, found.drawings, strict=True):
            if drawings:
                text = _plain(example.prompt.cue + drawings[at].candidates[0].text)
                lines.append(f"    {text}   ({_plain(name)})")
        parts.append("\n".join(lines))
        parts.append("<!-- -->")  # keeps two blocks from joining
    return "\n\n".join(parts[:-1])


def _speakers(found: Comparison, at: int) -> dict[str, dict[str, int]]:
    counted = by_speaker(found.scored[at])
    return {name: {"right": right, "lines": lines} for name, (right, lines) in counted.items()}


def _figure(found: Comparison, key: str) -> FigureRow | None:
    return next((row for row in found.figures if row.key == key), None)


def _shown(value: float | None, row: FigureRow) -> str:
    if value is None:
        return "-"
    match row.style:
        case "share":
            return f"{value:.1%}"
        case "count":
            return f"{value:,.0f}"
        case "score":
            return f"{value:.3f}"
    return f"{value:,.2f}"


def _change(one: Change) -> str:
    unit = " points" if one.key == "speaker_accuracy" else " %"
    value, low, high = (f"{100 * number:+.1f}" for number in (one.value, one.low, one.high))
    return f"{value}{unit} ({low} to {high})"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[_safe(cell.strip()) for cell in row] for row in rows]
    rule = ["---", *("---:" for __ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def _safe(text: str) -> str:
    """Text from outside on one line, its Markdown and HTML made plain."""
    return _MARKS.sub(r"\\\1", _plain(text)).replace("&", "&amp;")


def _plain(text: str) -> str:
    return _NOT_SHOWN.sub(" ", text).strip()
