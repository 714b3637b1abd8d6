"""The curve of a run, in the terminal and as a picture."""

import math
from collections.abc import Sequence
from pathlib import Path

from models.train.checkpoints import put_in_place
from models.train.curve import Point

PICTURE = "curve.png"

Line = tuple[list[int], list[float]]


def lines_of(points: Sequence[Point]) -> tuple[Line, Line]:
    """Steps and losses, of what is learned and of what is held out."""
    learned = [(p.step, p.loss) for p in points if p.loss is not None and math.isfinite(p.loss)]
    held = [(p.step, p.held_out) for p in points if p.held_out is not None]
    return (
        ([step for step, _ in learned], [loss for _, loss in learned]),
        ([step for step, _ in held], [loss for _, loss in held]),
    )


def in_terminal(points: Sequence[Point], width: int, height: int, colour: bool) -> str:
    """The curve as text of `width` by `height` cells, with ANSI colours if wanted."""
    import plotext

    learned, held = lines_of(points)
    plotext.clear_figure()
    plotext.plotsize(width, height)
    plotext.theme("clear")
    for (steps, losses), label, tint in ((learned, "loss", "cyan"), (held, "held out", "orange")):
        if steps:
            plotext.plot(steps, losses, label=label, color=tint, marker="braille")
    text = str(plotext.build())
    return text if colour else str(plotext.uncolorize(text))


def write_picture(points: Sequence[Point], folder: Path) -> Path:
    """Write the curve as a PNG into `folder`. Raises `KnownError` where it cannot be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    learned, held = lines_of(points)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(*learned, label="loss", linewidth=1)
    axes.plot(*held, label="held out", marker="o")
    axes.set_xlabel("step")
    axes.set_ylabel("loss a token")
    axes.grid(alpha=0.3)
    axes.legend()

    def write(new: Path) -> None:
        FigureCanvasAgg(figure).print_png(new / PICTURE)

    put_in_place(folder, write)
    return folder / PICTURE
