"""What a person has settled, where it takes effect: under options, environment and scene."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from base.errors import KnownError
from base.messages import LANGUAGES, N_, _, decided, matched, rendered, series, speak
from base.text import shown
from tui.failures import BadInput, problems_of
from tui.output import word
from tui.settings import change, settings

if TYPE_CHECKING:
    from scenes.scene import MemoryChoice, Scene
    from scenes.table.play import Play

OPTION = "--lang"
SMALL_MODEL = "small-model"
"""The notice that the embedded model is small, which a person is given once."""

# --- the language ---


def settle_language(arguments: Sequence[str]) -> list[str]:
    """Speak as `--lang`, the environment, the settings or the locale say; the arguments without
    `--lang`. Raises `BadInput` for a language that is not spoken."""
    rest, wish = _without_option(arguments)
    speak(wish, settings().language)
    if wish is not None and not matched(wish):
        raise BadInput(
            _(
                "{option} {word}: expected one of {words}",
                option=OPTION,
                word=shown(wish),
                words=series(LANGUAGES),
            )
        )
    return rest


def _without_option(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """The arguments without `--lang`, wherever it stands before `--`, and its value."""
    rest: list[str] = []
    wish = None
    words = iter(arguments)
    for argument in words:
        if argument == "--":
            rest += [argument, *words]
        elif argument == OPTION:
            wish = next(words, "")
        elif argument.startswith(f"{OPTION}="):
            wish = argument.removeprefix(f"{OPTION}=")
        else:
            rest.append(argument)
    return rest, wish


def ask_language() -> None:
    """Ask once which language to speak, where nothing says one and a person sits there."""
    if decided() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    print("语言 / Language\n  1  中文\n  2  English")
    answers = {"1": "zh_CN", "2": "en"}
    code = None
    while code is None:
        try:
            answer = input("1/2: ").strip()
        except EOFError:
            return
        code = answers.get(answer) or matched(answer or "zh")
    speak(None, code)
    if problem := remember("language", code):
        word(problem)


# --- what lies under options and scenes ---


def model_named(name: str) -> str:
    """The address or the path that the settings keep under a name, else the name itself."""
    return settings().models.get(name, name)


def preferred_model() -> str | None:
    """The model of the settings, unless there is none of that name."""
    model = settings().model
    return None if model is None or _model_problem(model) else model


def ahead_under(scene: "Scene") -> int:
    """How many turns are drawn while the person reads: what the settings say, since it is about
    this machine, else what the scene does, else none."""
    wanted = settings().ahead
    return wanted if wanted is not None else scene.ahead or 0


def memory_under(scene: "Scene") -> "MemoryChoice":
    """Who sums up and how much that may take: what the scene says, else what the person prefers."""
    from scenes.scene import MemoryChoice

    preferred, said, usual = settings().memory, scene.memory, MemoryChoice()
    model = said.model or preferred.get("model")
    share = said.share if said.share != usual.share else preferred.get("share", usual.share)
    return MemoryChoice(model and model_named(model), float(share))


def sampling_under(scene: "Scene", options: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked of sampling in a scene: the options, and what the person prefers where neither
    they nor the scene say it."""
    preferred = settings().sampling
    unsaid = {name: value for name, value in preferred.items() if name not in scene.sampling}
    return {**unsaid, **options}


def settle_play(play: "Play", options: Mapping[str, Any]) -> None:
    """Have a play that begins, or is gone on with, be drawn as options and settings say."""
    from scenes.table.taste import read_ranker

    play.asked = sampling_under(play.scene, options)
    play.given = set(options)
    play.ahead = ahead_under(play.scene)
    play.banned_always = settings().banned
    try:
        play.ranker = read_ranker()
    except KnownError as error:
        play.notices.append(str(error))


def problems() -> tuple[str, ...]:
    """What is wrong with the settings, a line each."""
    mine = settings()
    wrong = _model_problem(mine.model) if mine.model else None
    # they may have been read before it was settled which language is spoken
    return (*map(rendered, mine.problems), *((wrong,) if wrong else ()))


def _model_problem(model: str) -> str | None:
    from models.resolve import resolve

    try:
        resolve(model_named(model))
    except KnownError as error:
        return _(
            "{origin}: {key}: {problem}; its default is used",
            origin=settings().origin("model"),
            key="model",
            problem=str(error),
        )
    return None


# --- what the program itself settles ---


def remember(key: str, value: Any) -> str | None:
    """Keep a value in the settings; why that cannot be done, if it cannot."""
    try:
        change(key, value, template())
    except (KnownError, OSError) as error:
        return problems_of(error)[0]
    return None


def is_new(notice: str) -> bool:
    """Whether something has never been said to this person, who is told it now."""
    seen = settings().notices
    if notice in seen:
        return False
    remember("notices", [*seen, notice])
    return True


EXAMPLES: Mapping[str, tuple[str, str]] = {
    "language": (N_("The language: zh_CN, zh_TW or en."), '"zh_CN"'),
    "theme": (N_("The colours of the screen, as the command palette names them."), '"nord"'),
    "model": (
        N_("Who plays where the scene names no model: a name, a file or a server's address."),
        '"starter"',
    ),
    "columns": (N_("The widest that text at the table may be, in columns."), "100"),
    "ahead": (N_("1 draws the likely next lines while you read: more work, less waiting."), "1"),
    "banned": (
        N_("Phrases that no candidate may hold; one that does is drawn again."),
        '["a shiver runs down"]',
    ),
    "notices": (N_("Hints that you have seen and that are not shown again."), '["small-model"]'),
}
"""What each key of no table is for, and a value that it may have."""
TABLES: Mapping[str, tuple[str, Sequence[str]]] = {
    "models": (
        N_("Models under names of your own, for `model` above and for --model."),
        ('home = "http://localhost:8000/v1?mode=chat#qwen3-8b"',),
    ),
    "keys": (
        N_("Keys, by the id of what they do; `paotuan settings` lists every id."),
        ('"app.help" = "f1"',),
    ),
    "sampling": (
        N_("How candidates are drawn where the scene does not say it."),
        ("n = 5", "temperature = 0.95", "top_p = 0.8", "max_tokens = 96"),
    ),
    "memory": (
        N_(
            "Who sums up long stories where the scene does not say it, and how much of the history "
            "the summaries may take."
        ),
        ('model = "none"', "share = 0.25"),
    ),
    "hosts": (
        N_("Servers that scenes name: whether they may be asked; you are asked once for each."),
        ('"192.168.1.2:8000" = true',),
    ),
}


def template() -> str:
    """A settings file in which everything is explained and nothing is set."""
    head = (
        _("Settings of paotuan. Take away the # before a line, and it holds."),
        _("Options, PAOTUAN_… variables and what a scene says come before it."),
    )
    lines = [f"# {line}" for line in head]
    for key, (about, value) in EXAMPLES.items():
        lines += ["", f"# {_(about)}", f"# {key} = {value}"]
    for table, (about, examples) in TABLES.items():
        lines += ["", f"# {_(about)}", f"[{table}]", *(f"# {each}" for each in examples)]
    return "\n".join(lines) + "\n"
