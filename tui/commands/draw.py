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


def draw(
    speaker: Annotated[str, typer.Option("--for", metavar="NAME", help="Whose line to draw.")],
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
    max_tokens: options.MaxTokens = None,
    seed: options.Seed = None,
) -> None:
    """Draw candidates for the next line of a log, each exactly one line by NAME."""
    from scenes.scene_loader import load_scene
    from scenes.view import view_of_log
    from tui.model_options import choose, given_model, open_model

    asked = {"n": n, "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}
    choice = choose(model, context, quantization, {**asked, "seed": seed}, adapter or (), threads)
    with given():
        where = load_scene(scene) if scene is not None else None
        role = where.role(speaker) if where else None
    given_model(choice, where)
    if where is None and choice.adapters:
        raise BadInput(_("--adapter: no role names an adapter; name a scene with --scene"))
    history = _history(LogInput(log))
    if where is None:
        where, history = scene_of(history, speaker)
    role = role or where.role(speaker)
    history = view_of_log(history, role, where)
    with closing(open_model(choice, where)) as backend:
        wanted = {**choice.asked, "logprobs": True} if as_data else choice.asked
        dealt = _deal(backend, where, recent(history, backend.context), role, wanted)
        for notice in backend.notices:
            word(notice)
    if as_data:
        as_json(_json(dealt, backend.name))
    else:
        from scenes.log import write

        for candidate in dealt.candidates:
            print(escaped_line(write(candidate.entry)))
    if not dealt.candidates:
        word(
            _(
                "paotuan: no candidate of {model} was a well-formed line; try another model",
                model=backend.name,
            )
        )
        raise typer.Exit(FAILED)


def scene_of(history: Sequence["Entry"], speaker: str) -> tuple["Scene", list["Entry"]]:
    """A scene of those who speak in a log, with `speaker`, and the log without its title.

    Raises `BadInput` where `speaker` cannot be a name.
    """
    from pathlib import Path

    from base.names import name_problem, nearest
    from scenes.scene import EMOTIONS, Role, Scene

    if problem := name_problem(speaker):
        raise BadInput(_("--for: {problem}", problem=problem))
    names = list(dict.fromkeys(entry.speaker for entry in history if entry.speaker))
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
    cast = tuple(Role(name) for name in dict.fromkeys((*names, speaker)))
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


def _history(source: LogInput) -> list["Entry"]:
    """All of a log; what is none of the format is kept, and told."""
    from scenes.log import read

    entries = []
    for number, entry in read(source.lines()):
        if entry.kind == "unrecognised":
            word(
                _(
                    "{file}:{line}: not a line of a log, kept as it is: {text}",
                    file=source.where,
                    line=number,
                    text=entry.text[:60],
                )
            )
        entries.append(entry)
    return entries


def _deal(
    backend: "Backend",
    scene: "Scene",
    history: Sequence["Entry"],
    role: "Role",
    asked: Any,
) -> Dealt:
    from scenes.steering import steering_of
    from scenes.table.draw import Cost, Done, Ranked, draw_lines, line_sampling
    from scenes.table.voice import adapter_for

    sampling = line_sampling(scene, role, sampling_under(scene, asked))
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
