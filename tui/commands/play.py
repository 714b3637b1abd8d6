"""`paotuan play`: sits down at the table, on the screen or line by line."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, series
from tui.colour import be_plain
from tui.commands import auto_options, options
from tui.commands.option_fields import options_of
from tui.failures import BadInput, given
from tui.model_options import Choice, choose, given_model
from tui.output import word
from tui.preferences import settle_play
from tui.reading import check_encoding
from tui.web import in_browser

if TYPE_CHECKING:
    from scenes.scene import Scene
    from scenes.table.play import Play

KittyKeys = Annotated[
    bool,
    typer.Option(
        "--kitty-keys",
        help="Use the kitty keyboard protocol, with which some input methods do not work.",
    ),
]

Plain = Annotated[
    bool,
    typer.Option(
        "--plain",
        help="Play line by line without colours, and without drawing anything over: for screen "
        "readers.",
    ),
]


@dataclass(frozen=True)
class PlayOptions:
    """What is played, as whom, with which model, and where."""

    scene: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENE]",
            help="A name, a title, or a file; without one you choose on the screen.",
        ),
    ] = None
    role: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="NAME",
            help="The role that you play; by default the one that the scene proposes.",
        ),
    ] = None
    watch: Annotated[
        bool,
        typer.Option(
            "--watch", help="Play nobody: the table plays by itself until you press a key."
        ),
    ] = False
    auto: auto_options.Auto = None
    wait_for_me: auto_options.WaitForMe = False
    pace: auto_options.Pace = None
    model: options.Model = None
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="[ID]",
            help="Go on with a saved session; without an ID, with the newest.",
        ),
    ] = None
    line: Annotated[
        bool, typer.Option("--line", help="Play line by line instead of on the whole screen.")
    ] = False
    plain: Plain = False
    encoding: options.Encoding = "utf-8"
    n: options.N = None
    temperature: options.Temperature = None
    top_p: options.TopP = None
    top_k: options.TopK = None
    max_tokens: options.MaxTokens = None
    seed: options.Seed = None
    context: options.Context = None
    quantization: options.Quantization = None
    adapter: options.Adapter = None
    threads: options.Threads = None
    history: options.Turns = None
    knowledge: options.Knowledge = None
    kitty_keys: KittyKeys = False

    @property
    def choice(self) -> Choice:
        """Which model plays, and how. Raises `BadInput`."""
        asked = {
            "n": self.n,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
        }
        adapters = self.adapter or ()
        model = choose(self.model, self.context, self.quantization, asked, adapters, self.threads)
        return auto_options.by_itself(model, self.watch, self.auto, self.wait_for_me, self.pace)

    def read(self, scene: "Scene", player: str | None) -> "Scene":
        """A scene with the knowledge and the history that are asked for. Raises `BadInput`."""
        return options.reading(scene, self.knowledge, self.history, player)


@options_of(PlayOptions)
def play(wanted: PlayOptions) -> None:
    """Play a scene: say your line, pick what the others answer, go on."""
    choice = wanted.choice
    by_line = is_by_line(wanted.line, wanted.plain)
    check_encoding(wanted.encoding)
    is_unnamed = wanted.scene is None and wanted.resume is None
    if is_unnamed and (wanted.knowledge or wanted.history):
        raise BadInput(_("--knowledge and --history belong to a scene; name one"))
    table = partial(_table, wanted, choice)
    if by_line:
        line_by_line(table(), choice, wanted.encoding)
    else:
        on_screen(table, choice, wanted.kitty_keys, wanted.scene or wanted.resume)


def played(scene: str) -> int:
    """Play a scene, everything else being as it is by default; the status to exit with."""
    try:
        play(scene=scene)
    except typer.Exit as ended:
        return ended.exit_code
    return 0


def is_by_line(line: bool, plain: bool) -> bool:
    """Whether a table is played line by line: where it is wished, and where there is no screen."""
    if plain:
        be_plain()
    return line or plain or not (in_browser() or (sys.stdin.isatty() and sys.stdout.isatty()))


def on_screen(
    table: "Callable[[], Play | None]", choice: Choice, kitty_keys: bool, name: str | None
) -> None:
    """Play on the whole screen. Raises `typer.Exit` with a status that is not 0."""
    from tui.run_app import show

    if status := show(table, choice, kitty_keys, name):
        raise typer.Exit(status)


def line_by_line(table: "Play | None", choice: Choice, encoding: str) -> None:
    """Play line by line. Raises `typer.Exit` with a status that is not 0."""
    if table is None:
        from scenes.scene_list import scene_names

        raise BadInput(_("which scene? There are {scene_names}", scene_names=series(scene_names())))
    from scenes.table.recap import where_it_was_left
    from tui.line import play_by_line

    settle_play(table, choice.asked)
    if not table.journal.just_begun and (left := where_it_was_left(table.session)):
        word(left)
    if status := play_by_line(table, replace(choice, by_line=True), encoding):
        raise typer.Exit(status)


def _table(wanted: PlayOptions, choice: Choice) -> "Play | None":
    """The play that is asked for, begun or gone on with; `None` where none is named."""
    from scenes.scene_loader import load_scene
    from scenes.table.play import Play
    from scenes.table.session_list import find_session

    scene, role, watch = wanted.scene, wanted.role, wanted.watch
    if watch and role is not None:
        raise BadInput(_("--as and --watch: you play a role or you watch; give one of them"))
    if scene is not None and wanted.resume is not None:
        raise BadInput(
            _("a scene and --resume: begin a new play or go on with one; give one of them")
        )
    if wanted.resume is not None:
        with given():
            path = find_session(wanted.resume or None)
        table = Play.resume(path)
        try:
            given_model(choice, table.scene)
            with given():
                _recast(table, role, watch)
            table.read_as(wanted.read(table.scene, table.session.role))
        except BaseException:
            table.close()
            raise
        return table
    if scene is None:
        if role is not None or watch:
            raise BadInput(_("--as and --watch belong to a scene; name one"))
        given_model(choice)
        return None
    with given():
        opened = load_scene(scene)
        part = opened.role(role).name if role is not None else opened.play_as
    given_model(choice, opened)
    player = None if watch else part
    return Play.start(wanted.read(opened, player), player)


def _recast(table: "Play", role: str | None, watch: bool) -> None:
    """Give the player of a resumed play another role where one is asked for."""
    if role is not None or watch:
        table.session.play_as(table.scene.role(role).name if role is not None else None)
        table.turned()
