"""How `paotuan corpus examples` makes examples of its sources, all together or a part of them."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from base.messages import _
from base.text import shown
from tui.commands.example_sources import (
    SourceName,
    Wanted,
    read_source,
    source_name,
    source_of,
    speakers_of,
    tell_speakers,
)
from tui.commands.examples_options import ExampleOptions
from tui.failures import BadInput, given
from tui.output import word

if TYPE_CHECKING:
    from models.backend import Backend
    from models.local.counting import TokenCounter
    from models.resolve import ModelSpec
    from scenes.data.examples.heldout import HeldOut
    from scenes.data.examples.make import ExampleSet
    from scenes.data.examples.prompts import Bounds
    from scenes.data.examples.script import Script
    from scenes.scene import Scene
    from scenes.table.session import Session


def made(wanted: ExampleOptions, may_hold_out_nothing: bool = False) -> "ExampleSet":
    """The examples that the options ask for; `may_hold_out_nothing` is for files too short for it.

    Raises `BadInput`.
    """
    from scenes.data.examples.general import mixed
    from scenes.data.examples.make import make
    from scenes.table.session import Session

    whose = whose_of(wanted)
    names = [source_name(log) for log in wanted.logs]
    with given():
        texts = texts_of(wanted, names, whose)
        tell_speakers(speakers_of(texts), whose)
        table = next((one.scene for one in texts if isinstance(one, Session)), None)
    __, spec, context = counted_by(wanted, table)
    held = replace(held_out(wanted), may_be_none=may_hold_out_nothing)
    with closing(counter(spec, context)) as backend, given():
        sources = [
            source_of(text, whose, one.weight) for text, one in zip(texts, names, strict=True)
        ]
        bounds = bounds_of(backend, texts, wanted)
        result = make(sources, bounds, held, wanted.balance)
        if wanted.mix is not None:
            among = sum(one.split == "train" for one in result.examples)
            share, seed = wanted.mix_share, wanted.seed
            result.examples += mixed(wanted.mix, among, share, seed, bounds, result.tally)
    return result


def whose_of(wanted: ExampleOptions) -> Wanted:
    """Whose lines are learned. Raises `BadInput`."""
    from tui.commands.options import roles_of

    roles = roles_of(list(wanted.roles or ()))
    return Wanted(wanted.speakers or (), roles, wanted.without or (), wanted.steered)


def texts_of(
    wanted: ExampleOptions, names: Sequence[SourceName], whose: Wanted
) -> "list[Script | Session]":
    """Each source in the scene that it is read in. Raises `BadInput` through its caller."""
    from scenes.scene_loader import load_scene

    scene = load_scene(wanted.scene) if wanted.scene is not None else None
    return [
        read_source(one, load_scene(_beside(one.name)) if wanted.beside else scene, whose)
        for one in names
    ]


def counted_by(
    wanted: ExampleOptions, table: "Scene | None"
) -> "tuple[str, ModelSpec, int | None]":
    """What names the model whose tokens are counted, the model, and its context; `table` is the
    scene of the first session. Raises `BadInput`."""
    from models.resolve import resolve
    from scenes.scene_loader import load_scene
    from tui.model_options import choose, model_name

    choice = choose(wanted.model, wanted.context, None, {})
    with given():
        table = load_scene(wanted.scene) if wanted.scene is not None else table
        name = model_name(choice, table)
        spec = resolve(name)  # its adapters, which may not be there yet, apart
        spec.check()
    of_scene = table.model.context if table and spec.backend != "scripted" else None
    return name, spec, wanted.context or of_scene


def held_out(wanted: ExampleOptions) -> "HeldOut":
    """What is held out. Raises `BadInput` for a name in the list that is no log's."""
    from base.decoding import decode_utf8
    from base.folders import opened
    from scenes.data.examples.heldout import HeldOut

    if wanted.test_logs is None:
        share = 0.1 if wanted.test is None else wanted.test
        return HeldOut(share, wanted.test_chapters, wanted.seed)
    with given(), opened(wanted.test_logs) as file:
        lines = decode_utf8(file.read(), str(wanted.test_logs)).splitlines()
    names = {stem_of(line.strip()) for line in lines if line.strip() and not line.startswith("#")}
    logs = [stem_of(Path(source_name(log).name).name) for log in wanted.logs]
    if strangers := sorted(names - set(logs)):
        raise BadInput(
            _(
                "{file}: {name} is none of the logs that are given; correct the list",
                file=wanted.test_logs,
                name=shown(strangers[0]),
            )
        )
    return HeldOut(seed=wanted.seed, sources=tuple(log in names for log in logs))


def stem_of(name: str) -> str:
    """The name of a log without its endings, such as `x` of `x.log.txt`."""
    for end in (".txt", ".log"):
        name = name.removesuffix(end)
    return name


def _beside(log: str) -> Path:
    """The scene of the same name in the same folder. Raises `BadInput` where there is none."""
    scene = Path(log).with_name(f"{stem_of(Path(log).name)}.yaml")
    if not scene.is_file():
        raise BadInput(_("{log}: no scene lies beside it; expected {scene}", log=log, scene=scene))
    return scene


def counter(spec: "ModelSpec", context: int | None) -> "TokenCounter | Backend":
    """What counts tokens as the model does: of a model in PyTorch only its tokenizer is opened."""
    from models.resolve import weights

    if sys.stderr.isatty():
        word(_("counting tokens as {model} does …", model=spec.title))
    if spec.backend != "local":
        return spec.open(**({"context": context} if context else {}))
    from models.local.counting import TokenCounter

    return TokenCounter.open(
        weights(spec.model) if spec.model else str(spec.options["path"]), context
    )


def bounds_of(
    backend: "TokenCounter | Backend", texts: Iterable["Script | Session"], wanted: ExampleOptions
) -> "Bounds":
    """What a prompt may take, with the tokens of all lines counted beforehand."""
    from scenes.data.examples.prompts import Bounds, Counted
    from scenes.data.examples.script import Script
    from scenes.data.examples.script import texts_of as lines_of

    count = Counted(backend)
    for one in texts:
        if isinstance(one, Script):
            count.expect(lines_of(entry for part in one.chapters for entry in part.entries))
        else:
            count.expect(lines_of(one.entries))
    return Bounds(
        backend.context,
        count,
        wanted.max_tokens,
        wanted.by_chapter,
        wanted.by_passage,
        tokenizer=getattr(backend, "name", ""),
        shortens_recorded=True,
    )
