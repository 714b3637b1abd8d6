"""`paotuan talk`: a table with one character or card, or several, at once."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import options
from tui.commands.play import KittyKeys, Plain, is_by_line, line_by_line, on_screen
from tui.failures import given
from tui.reading import check_encoding

if TYPE_CHECKING:
    from scenes.scene import Scene


def talk(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Who sits there: a character by name or alias, a card or a character's file, a "
            "role of a scene, or 'NAME：WHO THEY ARE'.",
        ),
    ],
    role: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help="What you are called there; a visitor by default."
        ),
    ] = None,
    model: options.Model = None,
    line: Annotated[
        bool, typer.Option("--line", help="Play line by line instead of on the whole screen.")
    ] = False,
    plain: Plain = False,
    encoding: options.Encoding = "utf-8",
    n: options.N = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    top_k: options.TopK = None,
    max_tokens: options.MaxTokens = None,
    seed: options.Seed = None,
    context: options.Context = None,
    quantization: options.Quantization = None,
    adapter: options.Adapter = None,
    threads: options.Threads = None,
    history: options.Turns = None,
    knowledge: options.Knowledge = None,
    kitty_keys: KittyKeys = False,
) -> None:
    """Talk with a character or a card, or with several at one table; a scene is not needed."""
    from scenes.table.play import Play
    from tui.model_options import choose, given_model

    asked = {"n": n, "temperature": temperature, "top_p": top_p, "top_k": top_k, "seed": seed}
    asked["max_tokens"] = max_tokens
    choice = choose(model, context, quantization, asked, adapter or (), threads)
    by_line = is_by_line(line, plain)
    check_encoding(encoding)
    scene = _seats(names, role)
    scene = options.reading(scene, knowledge, history, scene.play_as)
    given_model(choice, scene)
    start = partial(Play.start, scene, scene.play_as)
    if by_line:
        line_by_line(start(), choice, encoding)
    else:
        on_screen(start, choice, kitty_keys, scene.name)


def _seats(names: list[str], player: str | None) -> "Scene":
    from scenes.seats import VISITORS, seat, table_of

    with given():
        return table_of([seat(name, player or VISITORS[0]) for name in names], player)
