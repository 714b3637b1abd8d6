"""`paotuan sessions export` of a play as a chapter or a screenplay."""

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, _n, series
from tui.colour import redraws
from tui.failures import BadInput, given
from tui.output import word

if TYPE_CHECKING:
    from scenes.files.exports.prose import Passage
    from scenes.table.session import Session

STORIES = ("prose", "script", "fountain")
"""The formats that tell a play as a story."""
MARKDOWN = (".md", ".markdown")

Private = Annotated[
    bool,
    typer.Option(
        "--private",
        help="With prose, script and fountain: whispers and private thoughts, too.",
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="With prose: the model that tells it; where it loses or invents what was said, the "
        "paragraph by rules stands.",
    ),
]


@dataclass(frozen=True)
class StoryOptions:
    """How a story is told; `reader` is the role whose eyes it is told through."""

    reader: str | None = None
    private: bool = False
    model: str | None = None
    output: Path | None = None

    @property
    def markdown(self) -> bool:
        """Whether thoughts stand in italics: where the file is one of Markdown."""
        return self.output is not None and self.output.suffix.lower() in MARKDOWN


def check_story_options(form: str, options: StoryOptions) -> None:
    """Raise `BadInput` for an option that does not belong to the format."""
    if options.private and form not in STORIES:
        raise BadInput(_("--private: belongs to --to {forms}", forms=series(STORIES)))
    if options.model is not None and form != "prose":
        raise BadInput(_("--model: belongs to --to {forms}", forms="prose"))


def story_lines(form: str, session: "Session", options: StoryOptions) -> Iterator[str]:
    """The lines of a story; what it leaves out, and how the model fared, is said."""
    from scenes.files.exports.prose import passages, written
    from scenes.files.exports.script import screenplay
    from scenes.files.exports.telling import Telling, told_of

    telling = Telling(options.reader, options.private)
    told = told_of(session, telling)
    if options.reader is None and (told.whispers or told.thoughts):
        left = [
            _n("{n} whisper", "{n} whispers", told.whispers) if told.whispers else "",
            _n("{n} private thought", "{n} private thoughts", told.thoughts)
            if told.thoughts
            else "",
        ]
        word(
            _(
                "left out: {what}; --private tells all, --for NAME what NAME knows",
                what=series(filter(None, left)),
            )
        )
    if form != "prose":
        return screenplay(session, telling, as_fountain=form == "fountain")
    story = passages(told, session.scene.language)
    if options.model is not None:
        story = _by_model(options.model, session, story)
    return written(session, story, options.markdown)


def _by_model(name: str, session: "Session", story: "list[Passage]") -> "list[Passage]":
    """The story as a model tells it, where it may stand."""
    from scenes.files.exports.retelling import blocks, retold
    from tui.model_options import Choice, given_model, open_model

    choice = Choice(model=name)
    given_model(choice)
    parts, made, taken, why = list(blocks(story)), list["Passage"](), 0, ""
    with given(), closing(open_model(choice)) as backend:
        for at, block in enumerate(parts, 1):
            if redraws(sys.stderr):
                print(f"\r{at}/{len(parts)} ", end="", file=sys.stderr, flush=True)
            one = retold(backend, session.scene, block)
            made += one.passages
            taken += one.passages != tuple(block)
            why = one.why or why
        if redraws(sys.stderr):
            print("\r\x1b[K", end="", file=sys.stderr)
        many = sum(not block[0].heading for block in parts)
        word(
            _(
                "{model} told {taken} of {many} passages; the others are by rules{why}",
                model=backend.name,
                taken=taken,
                many=many,
                why=_(" ({why})", why=why) if why else "",
            )
        )
    return made
