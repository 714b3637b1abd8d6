"""`paotuan draw`: candidates for the next line of any log, without a session."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.messages import _
from tui.commands import options
from tui.failures import FAILED, BadInput, given
from tui.logs import LogInput
from tui.output import as_json, escaped_line, word
from tui.preferences import sampling_under
from tui.settings import settings

if TYPE_CHECKING:
    from models.backend import Backend
    from scenes.log import Entry
    from scenes.scene import Role, Scene
    from scenes.table.draw import Cost
    from scenes.table.session import Candidate

ENOUGH = 8
"""Characters of history for each token of context; what is older could not fit."""


@dataclass
class Dealt:
    """What a draw brought."""

    candidates: list["Candidate"] = field(default_factory=list)
    cost: "Cost | None" = None
    why: str = ""
    """Why what was refused last is no line."""


def draw(
    speakers: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="NAME",
            help="Whose line to draw; may be given several times. A log that ends with "
            "`三国归晋，刘备曰：` says so itself.",
        ),
    ] = None,
    log: Annotated[
        str | None, typer.Argument(metavar="[LOG]", help="A file; stdin where none is named, or -.")
    ] = None,
    n: options.N = None,
    scene: Annotated[
        str | None, typer.Option("--scene", metavar="SCENE", help="The scene it is played in.")
    ] = None,
    as_data: options.Json = False,
    model: options.Model = None,
    context: options.Context = None,
    quantization: options.Quantization = None,
    adapter: options.Adapter = None,
    threads: options.Threads = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    top_k: options.TopK = None,
    max_tokens: options.MaxTokens = None,
    seed: options.Seed = None,
    history: options.Turns = None,
    knowledge: options.Knowledge = None,
) -> None:
    """Draw candidates for the next line of a log, each exactly one line by NAME."""
    from scenes.scene_loader import load_scene
    from tui.model_options import choose, given_model, open_model

    asked = {"n": n, "temperature": temperature, "top_p": top_p, "top_k": top_k, "seed": seed}
    asked["max_tokens"] = max_tokens
    choice = choose(model, context, quantization, asked, adapter or (), threads)
    with given():
        where = load_scene(scene) if scene is not None else None
        if where is not None:
            for speaker in speakers or ():
                where.role(speaker)
    given_model(choice, where)
    if where is None and choice.adapters:
        raise BadInput(_("--adapter: no role names an adapter; name a scene with --scene"))
    source = LogInput(log)
    read, strange = _history(source)
    said, speakers = _cued(read, where, list(speakers or ()))
    cued = len(said) < len(read) or said[-1:] != read[-1:]
    _tell_strange(source.where, strange[:-1] if cued and _is_last(strange, read) else strange)
    if where is None:
        where, said = scene_of(said, *speakers)
    where = options.reading(where, knowledge, history)
    roles = list(dict.fromkeys(where.role(speaker) for speaker in speakers))
    wanted = {**choice.asked, "logprobs": True} if as_data else choice.asked
    with closing(open_model(choice, where)) as backend:
        drawn = [_drawn(backend, where, said, role, wanted, as_data) for role in roles]
    if as_data:
        told = [_json(dealt, backend.name) for dealt in drawn]
        named = [{"for": role.name, **one} for role, one in zip(roles, told, strict=True)]
        as_json(told[0] if len(told) == 1 else named)
    if not all(dealt.candidates for dealt in drawn):
        raise typer.Exit(FAILED)


def _drawn(
    backend: "Backend",
    scene: "Scene",
    log: Sequence["Entry"],
    role: "Role",
    asked: Any,
    quiet: bool,
) -> Dealt:
    """What comes of a draw for one role, which is printed unless it is `quiet`."""
    from scenes.log import write
    from scenes.table.draw import line_sampling
    from scenes.table.knowledge import notes_of_log
    from scenes.view import view_of_log

    reply = line_sampling(scene, role, sampling_under(scene, asked)).max_tokens
    log = recent(log, backend.context)
    notes, problems = notes_of_log(scene, backend, log, role, reply)
    for problem in problems:
        word(problem)
    dealt = _deal(backend, scene, [*view_of_log(log, role, scene), *notes], role, asked)
    for notice in dict.fromkeys(backend.notices):
        word(notice)
    backend.notices.clear()
    for candidate in () if quiet else dealt.candidates:
        print(escaped_line(write(candidate.entry)), flush=True)
    if not dealt.candidates:
        word(
            _(
                "paotuan: no candidate of {model} was a well-formed line: {why}; try another "
                "model, or other values",
                model=backend.name,
                why=dealt.why,
            )
        )
    return dealt


def _is_last(strange: Sequence[tuple[int, str]], read: Sequence["Entry"]) -> bool:
    """Whether the last line of a log is none of the format."""
    return bool(strange) and read[-1].kind == "unrecognised"


def _cued(
    history: list["Entry"], scene: "Scene | None", speakers: list[str]
) -> tuple[list["Entry"], list[str]]:
    """A log and whose lines are drawn; what ends with `…，刘备曰：` is narration, and says whose.

    Raises `BadInput` where nothing says whose.
    """
    from scenes.log import write
    from scenes.table.typed_cue import typed_cue

    names = speakers or None
    if scene is not None:
        names = [name for role in scene.cast for name in (role.name, *role.aliases)]
    cue = typed_cue(write(history[-1]), names) if history else None
    if cue is not None:
        history = [*history[:-1], *cue.entries]
        speakers = speakers or [cue.name]
    if not speakers:
        raise BadInput(_("whose line? Name somebody with --for NAME"))
    return history, speakers


def scene_of(history: Sequence["Entry"], *speakers: str) -> tuple["Scene", list["Entry"]]:
    """A scene of those who speak in a log, with `speakers`, and the log without its title.

    Raises `BadInput` where one of `speakers` cannot be a name.
    """
    from pathlib import Path

    from base.names import name_problem, nearest
    from scenes.scene import EMOTIONS, Role, Scene

    names = list(dict.fromkeys(entry.speaker for entry in history if entry.speaker))
    for speaker in speakers:
        if problem := name_problem(speaker):
            raise BadInput(_("--for: {problem}", problem=problem))
        if names and speaker not in names:
            word(
                _(
                    "{speaker} has not spoken in this log yet{hint}",
                    speaker=speaker,
                    hint=nearest(speaker, names),
                )
            )
    labels = dict.fromkeys((*EMOTIONS, *(entry.emotion for entry in history if entry.emotion)))
    title, rest = "", list(history)
    if rest and rest[0].kind == "chapter":
        title, rest = rest[0].text, rest[1:]
    cast = tuple(Role(name) for name in dict.fromkeys((*names, *speakers)))
    return Scene("log", Path(), title, cast, emotions=tuple(labels)), rest


def recent(history: Sequence["Entry"], context: int) -> list["Entry"]:
    """The end of a long log that could fit into `context` tokens, and then some; its summaries,
    also those before."""
    from scenes.recall import recap_told, with_recaps

    entries: list[Entry] = []
    room = ENOUGH * context
    for entry in reversed(history):
        room -= len(entry.text) + 1
        if room < 0 and entries:
            break
        entries.append(entry)
    before = history[: len(history) - len(entries)]
    summaries = [entry for entry in before if recap_told(entry, 0)]
    return with_recaps([*summaries, *reversed(entries)])


def _history(source: LogInput) -> tuple[list["Entry"], list[tuple[int, str]]]:
    """All of a log, and what of it is none of the format, which is kept, by its line."""
    from scenes.log import read

    entries, strange = [], []
    for number, entry in read(source.lines()):
        if entry.kind == "unrecognised":
            strange.append((number, entry.text))
        entries.append(entry)
    return entries, strange


def _tell_strange(where: str, strange: Sequence[tuple[int, str]]) -> None:
    for number, text in strange:
        word(
            _(
                "{file}:{line}: not a line of a log, kept as it is: {text}",
                file=where,
                line=number,
                text=text[:60],
            )
        )


def _deal(
    backend: "Backend",
    scene: "Scene",
    history: Sequence["Entry"],
    role: "Role",
    asked: Any,
) -> Dealt:
    from scenes.steering import steering_of
    from scenes.table.draw import Cost, Done, Ranked, Rejected, draw_lines, line_sampling
    from scenes.table.voice import adapter_for

    sampling = line_sampling(scene, role, sampling_under(scene, asked), backend.name)
    places: dict[int, Candidate] = {}
    dealt, order = Dealt(), tuple[int, ...]()
    steering = steering_of(scene)
    steering = replace(steering, banned=(*steering.banned, *settings().banned))
    ways: Any = adapter_for(role, backend), (), "", steering
    with closing(draw_lines(backend, scene, history, role, sampling, *ways)) as updates:
        for update in updates:
            match update:
                case Done(place, candidate):
                    places[place] = candidate
                case Ranked():
                    order = update.order
                case Rejected():
                    dealt.why = update.why
                case Cost():
                    dealt.cost = update
    best_first = [places[place] for place in order or sorted(places) if place in places]
    dealt.candidates = best_first[: sampling.n]
    return dealt


def _json(dealt: Dealt, model: str) -> dict[str, Any]:
    cost = dealt.cost
    return {
        "candidates": list(_told(dealt.candidates)),
        "model": model,
        "prompt_tokens": cost.prompt_tokens if cost else 0,
        "cached_tokens": cost.cached_tokens if cost else 0,
        "first_token_s": round(cost.first_token_s, 4) if cost else 0.0,
        "total_s": round(cost.total_s, 4) if cost else 0.0,
    }


def _told(candidates: Iterable["Candidate"]) -> Iterable[dict[str, Any]]:
    from scenes.table.play import body_of

    for candidate in candidates:
        yield {
            "text": body_of(candidate.entry),
            "kind": candidate.entry.kind,
            "emotion": candidate.entry.emotion or None,
            "finish": candidate.finish,
            "tokens": candidate.tokens,
            "logprob": candidate.logprob,
        }
