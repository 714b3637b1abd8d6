"""What the commands that ask a teacher can be told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from base.messages import _
from tui.failures import BadInput

Teachers = Annotated[
    list[str] | None,
    typer.Option(
        "--teacher",
        metavar="URL|MODEL",
        help="A server's address such as http://localhost:8000/v1#model, a GGUF file, a name of "
        "`paotuan models list`, or vllm:FOLDER; several times for several that share the "
        "questions.",
    ),
]
Out = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write it.")]
Jobs = Annotated[
    int, typer.Option("-j", "--jobs", min=1, max=1024, help="Questions asked side by side.")
]
Journal = Annotated[
    Path | None,
    typer.Option(
        "--journal", metavar="FILE", help="Where answers are kept; OUT.journal by default."
    ),
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait",
        metavar="SECONDS",
        min=0,
        help="How long a teacher may be away or busy, from the first failure.",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        min=0.1,
        help="Silence, before an answer or within it, that counts as a failure.",
    ),
]
Price = Annotated[
    str | None,
    typer.Option("--price", metavar="IN,OUT", help="What a million tokens in and out cost."),
]
Estimate = Annotated[
    bool,
    typer.Option("--estimate", help="Tell what would be asked and what it costs; ask nothing."),
]


@dataclass(frozen=True)
class TeacherOptions:
    """How teachers are asked."""

    teachers: Sequence[str]
    output: Path
    journal: Path | None
    jobs: int
    wait: float
    timeout: float
    price: str | None = None

    @property
    def path(self) -> Path:
        return self.journal or self.output.with_name(f"{self.output.name}.journal")

    def __post_init__(self) -> None:
        """Raises `BadInput` for a price that is none."""
        self.cost(0, 0)

    def cost(self, into: float, out: float) -> float | None:
        """What so many tokens cost, where a price is said."""
        if self.price is None:
            return None
        try:
            first, last = (float(part) for part in self.price.split(","))
        except ValueError:
            first = last = math.nan
        if not (0 <= first < math.inf and 0 <= last < math.inf):
            raise BadInput(_("--price {price}: expected IN,OUT such as 0.15,0.6", price=self.price))
        return (into * first + out * last) / 1e6

    def costs(self, into: float, out: float) -> str:
        """`, costs 1.20`, or nothing where no price is said."""
        cost = self.cost(into, out)
        return "" if cost is None else _(", costs {cost:.2f}", cost=cost)
