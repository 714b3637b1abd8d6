"""Figures as a table, as JSON, and as a report in Markdown with plots beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from base.errors import KnownError
from base.extras import not_installed
from base.messages import N_, _
from base.text import UNPRINTABLE
from base.writing import reason, replace_text
from models.train.data import Example
from scenes.evaluation.figures import Change, FigureRow, ModelComparison, wilson
from scenes.evaluation.heldout import by_speaker

SAID = N_("really said")
SPEAKERS = 30
"""Speakers in the report's table."""
SAMPLES = 6
"""Prompts whose candidates the report shows."""
HISTORY = 3
"""Lines of their history that it shows."""
GUESSED = (
    ("speaker_accuracy", "speaker_lines", N_("Who speaks, with Wilson's 95 % interval:")),
    (
        "voice_accuracy",
        "voice_lines",
        N_("Whose voice, without history or names, with Wilson's 95 % interval:"),
    ),
)
"""Shares of lines guessed right, the lines asked, and what stands over their intervals."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_NOT_SHOWN = re.compile(rf"{UNPRINTABLE.pattern}|[\r\n\t]")


def table(comparison: ModelComparison) -> list[tuple[str, ...]]:
    """Rows of cells, the first naming the columns."""
    with_said = any(row.said is not None for row in comparison.figures)
    head = ("", *comparison.names, *((_(SAID),) if with_said else ()))
    rows = [head]
    for row in comparison.figures:
        said = (_shown(row.said, row),) if with_said else ()
        rows.append((_(row.label), *(_shown(value, row) for value in row.values), *said))
    return rows


def changes(comparison: ModelComparison) -> list[str]:
    """A line for each difference between two models."""
    return [f"{_(one.label)}: {_change(one)}" for one in comparison.changes]


def as_value(comparison: ModelComparison, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What `--json` prints."""
    figures = [
        {row.key: value for row in comparison.figures if (value := row.values[at]) is not None}
        for at in range(len(comparison.names))
    ]
    said = {row.key: row.said for row in comparison.figures if row.said is not None}
    return {
        "models": [
            {"name": name, "figures": own, "speakers": _speakers(comparison, at)}
            for at, (name, own) in enumerate(zip(comparison.names, figures, strict=True))
        ],
        "said": said,
        "changes": [asdict(one) for one in comparison.changes],
        "settings": dict(settings),
        "notices": list(comparison.notices),
    }


def write_report(
    comparison: ModelComparison,
    settings: Mapping[str, Any],
    path: Path,
    inputs: Iterable[str | Path],
) -> list[str]:
    """Write the report to `path` and its plots beside it; returns what a person should know.

    None of `inputs` is written over. Raises `KnownError` where it cannot be written.
    """
    inputs = list(inputs)
    try:
        plots, notices = _plots(comparison, path, inputs)
        replace_text(path, markdown(comparison, settings, plots), inputs)
    except OSError as error:
        raise KnownError(
            _(
                "{path}: cannot be written: {reason}",
                path=error.filename or path,
                reason=reason(error),
            )
        ) from error
    return notices


def _plots(
    comparison: ModelComparison, path: Path, inputs: Sequence[str | Path]
) -> tuple[list[tuple[str, Path]], list[str]]:
    """The plots that were written, and a word where there can be none."""
    try:
        from scenes.evaluation.plots import write_plots
    except ModuleNotFoundError as error:
        return [], [
            _(
                "{path}: written without plots: {reason}",
                path=path,
                reason=not_installed(error.name, "train"),
            )
        ]
    return write_plots(comparison, path, inputs), []


def markdown(
    comparison: ModelComparison, settings: Mapping[str, Any], plots: Sequence[tuple[str, Path]]
) -> str:
    """The report; `plots` are captions and files that lie beside it."""
    parts = [
        f"# {_title(comparison)}",
        _table(table(comparison)),
        _explained(comparison),
        *(f"![{_safe(caption)}]({path.name})" for caption, path in plots),
        _speaker_table(comparison),
        _samples(comparison),
        f"## {_('Settings')}",
        _table([("", _("value")), *((key, str(value)) for key, value in settings.items())]),
        *(_safe(line) for line in comparison.notices),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(comparison: ModelComparison) -> str:
    """The names of the models."""
    names = [_safe(name) for name in comparison.names]
    if len(names) == 1:
        return names[0]
    return _("{first} against {second}", first=names[0], second=names[1])


def _explained(comparison: ModelComparison) -> str:
    lines = []
    if comparison.changes:
        lines += [
            _(
                "{models}, with the 95 % interval of the paired bootstrap over lines:",
                models=_title(comparison),
            ),
            "",
            *(f"- {line}" for line in changes(comparison)),
        ]
    lines += [
        *(line for guessed in GUESSED for line in _intervals(comparison, *guessed)),
        "",
        _(
            "Perplexity counts the reply alone, with its newline. To guess who speaks, the reply "
            "is put after the name of each speaker; the guess is right where it is likeliest "
            "after the name of the one who said it. Drawn lines are judged as they come, before "
            "play would reject and redraw any. distinct-n, self-BLEU-4 and ROUGE-L are counted in "
            "characters."
        ),
        "",
        _(
            "The rule without a model names the candidate whose name stands last in the history, "
            "but for the one who spoke last and those whom the line names. For the voice alone, "
            "lines that name nobody are put after three names, with no history before them."
        ),
    ]
    return "\n".join(lines).strip()


def _intervals(
    comparison: ModelComparison, share_key: str, lines_key: str, heading: str
) -> list[str]:
    """How sure a share of lines is whose speaker is guessed right."""
    accuracy, count = _figure(comparison, share_key), _figure(comparison, lines_key)
    if accuracy is None or count is None:
        return []
    lines = ["", _(heading), ""]
    for name, share, asked in zip(comparison.names, accuracy.values, count.values, strict=True):
        if share is not None and asked:
            low, high = wilson(share * asked, round(asked))
            interval = _("{share:.1%} ({low:.1%} to {high:.1%})", share=share, low=low, high=high)
            lines.append(f"- {_safe(name)}: {interval}")
    return lines


def _speaker_table(comparison: ModelComparison) -> str:
    """Right guesses by true speaker; numbered as in the plot."""
    columns = [by_speaker(one) for one in comparison.scored]
    first = next((one for one in columns if one), {})
    if not first:
        return ""
    rows = [("#", _("speaker"), _("lines"), *comparison.names)]
    for number, (name, (_right, lines)) in enumerate(list(first.items())[:SPEAKERS], 1):
        shares = [f"{one[name][0] / lines:.0%}" if name in one else "-" for one in columns]
        rows.append((str(number), name, str(lines), *shares))
    return f"## {_('Who speaks, by speaker')}\n\n{_table(rows)}"


def _samples(comparison: ModelComparison) -> str:
    """What was drawn for a few prompts, spread over all."""
    drawn = [one for one in comparison.drawings if one]
    if not drawn:
        return ""
    count = len(drawn[0])
    places = sorted({i * count // SAMPLES for i in range(SAMPLES)})
    parts = [f"## {_('What was drawn')}", _("The first candidate of each model, as it came.")]
    for at in places:
        parts.append(
            "\n".join(f"    {line}" for line in _sample(comparison, drawn[0][at].example, at))
        )
        parts.append("<!-- -->")  # keeps two blocks from joining
    return "\n\n".join(parts[:-1])


def _sample(comparison: ModelComparison, example: Example, at: int) -> Iterator[str]:
    """The end of a history, the line that was really said, and what each model drew instead."""
    yield from map(_plain, example.prompt.history.split("\n")[-HISTORY - 1 : -1])
    yield f"{_plain(example.prompt.cue + example.reply)}   ({_(SAID)})"
    for name, drawings in zip(comparison.names, comparison.drawings, strict=True):
        if drawings:
            text = _plain(example.prompt.cue + drawings[at].candidates[0].text)
            yield f"{text}   ({_plain(name)})"


def _speakers(comparison: ModelComparison, at: int) -> dict[str, dict[str, int]]:
    counted = by_speaker(comparison.scored[at])
    return {name: {"right": right, "lines": lines} for name, (right, lines) in counted.items()}


def _figure(comparison: ModelComparison, key: str) -> FigureRow | None:
    return next((row for row in comparison.figures if row.key == key), None)


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
    value, low, high = (f"{100 * number:+.1f}" for number in (one.value, one.low, one.high))
    if any(one.key == key for key, *__ in GUESSED):
        return _("{value} points ({low} to {high})", value=value, low=low, high=high)
    return _("{value} % ({low} to {high})", value=value, low=low, high=high)


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[_safe(cell.strip()) for cell in row] for row in rows]
    rule = ["---", *("---:" for __ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def _safe(text: str) -> str:
    """Text from outside on one line, its Markdown and HTML made plain."""
    return _MARKS.sub(r"\\\1", _plain(text)).replace("&", "&amp;")


def _plain(text: str) -> str:
    return _NOT_SHOWN.sub(" ", text).strip()
