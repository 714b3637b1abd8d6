"""`paotuan ask`: questions asked of several roles, with and without knowledge and adapters."""

import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from base.messages import _, _n
from tui.colour import redraws
from tui.commands import options
from tui.commands.group import one_of
from tui.commands.option_fields import options_of
from tui.commands.writing import not_over, write_lines
from tui.failures import FAILED, STOPPED, BadInput, given
from tui.logs import LogInput
from tui.output import json_text, word
from tui.preferences import sampling_under

if TYPE_CHECKING:
    from scenes.evaluation.asking import Asking, Cell
    from scenes.log import Entry
    from scenes.scene import Role, Scene
    from tui.model_options import Choice

FORMATS = ("markdown", "html", "json")
BY_SUFFIX = {".html": "html", ".htm": "html", ".json": "json"}


@dataclass
class AskOptions:
    """What is asked, of whom, in which ways."""

    questions: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUESTIONS]",
            help="A text with a question a line, `名字：…` by whom, `【…】` or `三国归晋，曰：` a "
            "situation; stdin where none is named, or -.",
        ),
    ] = None
    question: Annotated[
        list[str] | None,
        typer.Option(
            "-q",
            "--question",
            metavar="TEXT",
            help="A question, in place of a file; may be given several times.",
        ),
    ] = None
    speakers: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="NAME",
            help="Who is asked: a character, a card, a role of the scene, or any name; may be "
            "given several times.",
        ),
    ] = None
    scene: Annotated[
        str | None,
        typer.Option(
            "--scene",
            metavar="SCENE",
            help="The scene in which they are asked, with its knowledge.",
        ),
    ] = None
    asker: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who asks; a visitor by default."),
    ] = None
    n: options.N = None
    model: options.Model = None
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter",
            metavar="NAME[=PATH]",
            help="An adapter to ask beside the base, by its name or with its place; may be given "
            "several times.",
        ),
    ] = None
    knowledge: options.Knowledge = None
    plain: Annotated[
        bool | None,
        typer.Option(
            "--with-knowledge/--without-knowledge",
            help="Ask only with what is known, or only without; both by default.",
        ),
    ] = None
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="|".join(FORMATS),
            help="What to write; a table as it comes on a terminal, else Markdown.",
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option("-o", metavar="FILE", help="Write it there: .md, .html or .json."),
    ] = None
    context: options.Context = None
    quantization: options.Quantization = None
    threads: options.Threads = None
    temperature: options.Temperature = None
    top_p: options.TopP = None
    top_k: options.TopK = None
    max_tokens: options.MaxTokens = None
    seed: options.Seed = None


@options_of(AskOptions)
def ask(asked: AskOptions) -> None:
    """Ask roles the same questions: with and without knowledge, the base beside adapters."""
    from scenes.evaluation.asking import Asking, ways_of
    from tui.model_options import given_model, open_model

    form = _form(asked)
    inputs: list[str | Path] = [asked.questions or "-"] if not asked.question else []
    not_over(asked.output, inputs)
    with given():
        scene, roles, questions = _table(asked)
    scene = options.reading(scene, asked.knowledge, None)
    choice, names = _choice(asked, scene)
    ways = ways_of(scene, roles, names, asked.plain)
    seats = _with_adapters(scene, [way.adapter for way in ways if way.adapter])
    given_model(choice, seats)
    with given():
        asking = Asking(scene, roles, questions, ways, sampling_under(scene, choice.asked))
    live = form is None
    stopped = False
    with closing(open_model(choice, seats)) as backend, _shown(asking, live) as shown:
        tell_notices(backend.notices)
        try:
            with closing(asking.run(backend)) as cells:
                for cell in cells:
                    shown.update(cell)
        except KeyboardInterrupt:
            stopped = True
        tell_notices(backend.notices)
        name = backend.name
    tell_notices(asking.problems)
    if not live or asked.output is not None:
        write_lines(_written(asking, form or "markdown", name), asked.output, inputs)
    _report(asking, stopped)


def tell_notices(notices: list[str]) -> None:
    """Say each of some lines once, and forget them."""
    for notice in dict.fromkeys(notices):
        word(notice)
    notices.clear()


def _form(asked: AskOptions) -> str | None:
    """What is written; `None` is that it is shown as it comes."""
    if asked.to is not None:
        one_of(asked.to, FORMATS, "to")
        return asked.to
    if asked.output is not None:
        return BY_SUFFIX.get(asked.output.suffix.lower(), "markdown")
    return None if redraws(sys.stdout) else "markdown"


def _table(asked: AskOptions) -> "tuple[Scene, list[Role], list[Entry]]":
    """Where, who and what is asked. Raises `BadInput` and `KnownError`."""
    from scenes.evaluation.asking import read_questions
    from scenes.scene import Scene
    from scenes.scene_loader import load_scene
    from scenes.seats import VISITORS, named

    if not asked.speakers:
        raise BadInput(_("who is asked? Name them with --for NAME, several times for several"))
    if asked.question and asked.questions:
        raise BadInput(_("QUESTIONS and -q: give a file or questions, not both"))
    lines = asked.question or list(LogInput(asked.questions).lines())
    chinese = any("\u3400" <= sign <= "\u9fff" for line in lines for sign in line)
    asker = asked.asker or VISITORS[0 if chinese else 1]
    questions = read_questions(lines, asker)
    if not questions:
        raise BadInput(_("no question: expected one a line"))
    if asked.scene is not None:
        scene = load_scene(asked.scene)
        return scene, [scene.role(name) for name in dict.fromkeys(asked.speakers)], questions
    roles = [named(name) for name in dict.fromkeys(asked.speakers)]
    scene = Scene("ask", Path(), "", tuple(roles), language="zh" if chinese else "en")
    return scene, roles, questions


def _choice(asked: AskOptions, scene: "Scene") -> "tuple[Choice, list[str]]":
    """Which model answers and how, and the names of the adapters that are given."""
    from base.errors import KnownError
    from scenes.adapters import adapter_names, find_adapter
    from tui.model_options import choose, find_model

    wanted = {"n": asked.n, "temperature": asked.temperature, "top_p": asked.top_p}
    wanted |= {"top_k": asked.top_k, "max_tokens": asked.max_tokens, "seed": asked.seed}
    named = [one for one in asked.adapter or () if "=" in one]
    choice = choose(asked.model, asked.context, asked.quantization, wanted, named, asked.threads)
    names = [one.partition("=")[0] for one in asked.adapter or ()]
    bare = [name for name in names if name not in choice.adapters]
    if not bare:
        return choice, names
    from base.names import nearest
    from base.text import shown

    with given():
        backend = find_model(choice, scene).backend
        places = dict(choice.adapters)
        for name in bare:
            place = find_adapter(name, backend == "llamacpp")
            if place is not None:
                places[name] = str(place)
            elif backend in ("llamacpp", "local"):
                hint = nearest(name, adapter_names())
                raise KnownError(
                    _(
                        "adapter {name}: no adapter of that name is here{hint}; give it with: "
                        "--adapter {name}=PATH",
                        name=shown(name),
                        hint=hint,
                    )
                )
    return replace(choice, adapters=places), names


def _with_adapters(scene: "Scene", names: list[str]) -> "Scene":
    """The scene as a model is opened for it that is to have these adapters: with a seat for each,
    and none for those that nobody asks."""
    from scenes.scene import Role

    cast = [replace(role, adapter=None) for role in scene.cast]
    seats = [Role(f"adapter {at}", adapter=name) for at, name in enumerate(dict.fromkeys(names))]
    return replace(scene, cast=(*cast, *seats))


def _written(asking: "Asking", form: str, model: str) -> Iterator[str]:
    from scenes.evaluation.asked_tables import as_value, markdown, page

    if form == "json":
        yield json_text(as_value(asking, model), 1) + "\n"
    elif form == "html":
        yield from page(asking, model, asking.scene.language)
    else:
        yield from markdown(asking)


def _report(asking: "Asking", stopped: bool) -> None:
    cells = [cell for row in asking.rows for cell in row if not cell.skipped]
    drawn = sum(bool(cell.candidates) for cell in cells)
    if stopped:
        word(
            _(
                "stopped: {drawn} of {all} cells have answers, which are kept",
                drawn=drawn,
                all=len(cells),
            )
        )
        raise typer.Exit(STOPPED)
    empty = sum(cell.done and not cell.candidates for cell in cells)
    if empty:
        word(_n("{n} cell has no line in form", "{n} cells have no line in form", empty))
    if not drawn:
        raise typer.Exit(FAILED)


class _Shown(Protocol):
    def update(self, cell: "Cell") -> None: ...


class _Silent:
    def update(self, cell: "Cell") -> None:
        """Nothing is shown while it is drawn."""


def _shown(asking: "Asking", live: bool) -> Any:
    """What shows the cells as they come: a table on a terminal, else nothing."""
    if not live:
        return nullcontext(_Silent())
    from tui.asked_live import LiveTables

    return LiveTables(asking)
