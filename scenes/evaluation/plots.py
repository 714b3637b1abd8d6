"""Plots of an evaluation as PNG, drawn without a screen.

Speakers stand as the numbers of the report's table, since a machine need not have a Chinese font.
"""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from base.messages import _
from base.writing import replaced
from scenes.evaluation.figures import ModelComparison
from scenes.evaluation.heldout import by_speaker

BINS = 30
SPEAKERS = 20
"""Bars, the most frequent speakers first."""


def write_plots(
    comparison: ModelComparison, report: Path, inputs: Iterable[str | Path]
) -> list[tuple[str, Path]]:
    """Captions and files beside `report`, each written whole or not at all, none over `inputs`."""
    written = []
    for name, caption, figure in _plots(comparison):
        path = report.with_name(f"{report.stem}-{name}.png")
        image = io.BytesIO()
        FigureCanvasAgg(figure).print_png(image)
        with replaced(path, inputs) as file:
            file.write(image.getvalue())
        written.append((caption, path))
    return written


def _plots(comparison: ModelComparison) -> Iterator[tuple[str, str, Figure]]:
    if any(comparison.scored):
        yield "likelihood", _("Nats per character of the held-out replies"), _likelihood(comparison)
    if any(one.candidates for lines in comparison.scored for one in lines):
        yield "speakers", _("Lines guessed right, by speaker"), _speakers(comparison)


def _likelihood(comparison: ModelComparison) -> Figure:
    figure, axes = _paper("nats per character", "lines")
    values = [
        [-one.logprob / len(one.example.reply) for one in lines] for lines in comparison.scored
    ]
    top = sorted(value for one in values for value in one)
    most = top[int(0.99 * (len(top) - 1))] or 1.0
    for number, own in enumerate(values):
        if own:
            axes.hist(
                [min(value, most) for value in own],
                bins=[most * i / BINS for i in range(BINS + 1)],
                alpha=0.6,
                label=_label(comparison, number),
            )
    axes.legend()
    return figure


def _speakers(comparison: ModelComparison) -> Figure:
    figure, axes = _paper("speaker (number in the table)", "guessed right")
    columns = [by_speaker(lines) for lines in comparison.scored]
    names = list(next(one for one in columns if one))[:SPEAKERS]
    width = 0.8 / len(columns)
    for number, own in enumerate(columns):
        if own:
            places = [i + 1 + (number - (len(columns) - 1) / 2) * width for i in range(len(names))]
            shares = [own[name][0] / own[name][1] for name in names]
            axes.bar(places, shares, width, label=_label(comparison, number))
    chance = next((row for row in comparison.figures if row.key == "speaker_chance"), None)
    level = next((v for v in chance.values if v is not None), None) if chance else None
    if level is not None:
        axes.axhline(level, color="black", linewidth=0.8, linestyle="--", label="chance")
    axes.set_xticks(range(1, len(names) + 1))
    axes.set_ylim(0, 1)
    axes.legend()
    return figure


def _paper(across: str, up: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(8, 3.2), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    return figure, axes


def _label(comparison: ModelComparison, number: int) -> str:
    """A model's name where any font can write it, else its number; `$` and `_` have a meaning."""
    name = comparison.names[number]
    return name.lstrip("_").replace("$", "") if name.isascii() else f"model {number + 1}"
