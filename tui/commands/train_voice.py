"""`paotuan train --for NAME FILE…`: examples and a recipe beside the adapter, in one command."""

import gzip
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

import yaml

from base.messages import _
from tui.commands.examples_options import ExampleOptions
from tui.failures import BadInput
from tui.output import escaped_line, word

ADAPTERS = Path("adapters")
"""Where adapters lie that scenes find by their name."""
CONTEXT = 512
"""Tokens of a prompt and a reply on a CPU; on a GPU, `CONTEXT_ON_GPU`."""
CONTEXT_ON_GPU = 2048
PASSES = 3
PLACES = ("base", "out", "examples", "pairs", "start")
"""Keys of a recipe that name files."""
SHAPES = ("start", "method", "r", "lora_alpha", "target_modules")
"""Keys of a recipe that say what is trained, so that it is not the model's own adapter."""
REHEARSAL = "rehearsal.jsonl.gz"
"""Examples of an adapter's own, with which it keeps what it can (Robins 1995)."""
SHARE = 0.25
"""The most that they are of all examples."""


@dataclass(frozen=True)
class VoiceOptions:
    """What a voice is made of."""

    base: str | None
    speakers: Sequence[str]
    roles: Sequence[str]
    without: Sequence[str]
    scene: str | None
    output: Path | None

    @property
    def is_asked(self) -> bool:
        """Whether the whole way is asked for, rather than a recipe to be carried out."""
        given = (self.base, self.speakers, self.roles, self.without, self.scene, self.output)
        return any(given)


def is_change(text: str) -> bool:
    """Whether an argument is `KEY=VALUE` of a recipe, and not a file."""
    from models.train.settings import RENAMED, Settings

    key, sign, __ = text.partition("=")
    known = {one.name for one in fields(Settings)} | RENAMED.keys()
    return bool(sign) and (key.strip() in known or not Path(text).exists())


def recipe_of(wanted: VoiceOptions, files: Sequence[str], changes: Sequence[str]) -> Path:
    """Write the examples of `files` and a recipe for them, with `changes`, beside the adapter's
    folder; gives the recipe.

    One that is there already, and says something else, is kept. Raises `BadInput`.
    """
    from models.train.data import dumped
    from models.train.recipe import read_recipe
    from tui.commands.example_sources import source_name
    from tui.commands.examples_made import made
    from tui.commands.examples_shown import report
    from tui.commands.writing import not_over, write_lines

    if not files:
        raise BadInput(
            _("nothing to learn from: name logs, sessions, or questions and answers in JSON")
        )
    out = wanted.output or _named(wanted, files)
    examples, recipe = Path(f"{out}.jsonl"), Path(f"{out}.yaml")
    base = _base(wanted.base or "starter")
    start = _own_adapter(base, changes)
    kept = Path(f"{out}.kept.jsonl") if start and (start / REHEARSAL).exists() else None
    text = _text(base, out, [examples, kept] if kept else [examples], start, changes)
    if recipe.is_file() and recipe.read_text("utf-8", "replace") != text:
        raise BadInput(
            _(
                "{recipe}: there already, with another recipe in it; carry it out with: paotuan "
                "train {recipe}, or name another folder with -o",
                recipe=escaped_line(str(recipe)),
            )
        )
    asked = _examples_of(wanted, files, examples, base)
    inputs = [source_name(file).path for file in files]
    for file in filter(None, (examples, kept, recipe)):
        not_over(file, inputs)
    out.parent.mkdir(parents=True, exist_ok=True)
    result = made(asked, may_hold_out_nothing=True)
    report(result, False)
    write_lines(map(dumped, result.examples), examples, inputs)
    if start and kept:
        write_lines(_rehearsed(start / REHEARSAL, len(result.examples)), kept, inputs)
        word(_("{file}: actions, thoughts and feelings to keep in mind", file=kept))
    write_lines([text], recipe, inputs)
    read_recipe(recipe)
    word(_("recipe: {file}", file=escaped_line(str(recipe))))
    return recipe


def tell_what_next(out: Path, recipe: Path, is_model: bool, can_be_gguf: bool) -> None:
    """Say how the voice is looked at and played."""
    folder = shlex.quote(str(out))
    examples = shlex.quote(str(recipe.with_suffix(".jsonl")))
    word(_("figures: {command}", command=f"paotuan eval {folder} --on {examples} --split all"))
    if is_model:
        word(_("to play: {command}", command=f"paotuan play SCENE --model {folder}"))
        return
    if can_be_gguf:
        file = shlex.quote(f"{out}/{out.name}.gguf")
        command = f"paotuan models convert {folder} {file} --to gguf-lora"
        word(_("to play fast: {command}", command=command))
    word(
        _(
            "to play: `model: {{adapter: {name}}}` in a scene, or --adapter NAME={folder}",
            name=out.name,
            folder=folder,
        )
    )


def _examples_of(
    wanted: VoiceOptions, files: Sequence[str], examples: Path, base: str
) -> ExampleOptions:
    return ExampleOptions(
        list(files),
        examples,
        scene=wanted.scene,
        speakers=list(wanted.speakers),
        roles=list(wanted.roles),
        without=list(wanted.without),
        model=base,
        context=CONTEXT_ON_GPU if _on_gpu() else CONTEXT,
        by_passage=True,
    )


def _named(wanted: VoiceOptions, files: Sequence[str]) -> Path:
    from base.filenames import file_name

    name = wanted.speakers[0] if wanted.speakers else Path(files[0]).stem
    return ADAPTERS / file_name(name, "voice")


def _base(base: str) -> str:
    """A base as a recipe can say it from another folder."""
    place = Path(base).expanduser()
    return str(place.resolve()) if place.exists() else base


def _own_adapter(base: str, changes: Sequence[str]) -> Path | None:
    """The folder of the adapter that a base speaks with, where a voice is trained on top of it."""
    from models.catalog import known
    from scenes.adapters import find_adapter

    model = known(base)
    if model is None or model.adapter is None:
        return None
    if any(change.partition("=")[0].strip() in SHAPES for change in changes):
        return None
    folder = find_adapter(model.adapter, for_llama_cpp=False)
    return folder if folder and folder.is_dir() else None


def _rehearsed(file: Path, learned: int) -> Iterator[str]:
    """The first examples of `file`, at most `SHARE` of all where so many are learned besides."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from islice(lines, int(learned * SHARE / (1 - SHARE)))


def _text(
    base: str, out: Path, examples: Sequence[Path], start: Path | None, changes: Sequence[str]
) -> str:
    """The recipe. On a CPU it takes the starter an hour at most, however much there is to learn."""
    from models.train.recipe import HOUR

    names = [file.name for file in examples]
    values: dict[str, object] = {"base": base}
    values |= {"examples": names if len(names) > 1 else names[0], "out": out.name}
    if start:
        values["start"] = start.name
    values |= {"num_train_epochs": PASSES, "eval_steps": 25, "save_steps": 25}
    values |= (
        {"batch_tokens": 2048}
        if _on_gpu()
        else {
            "batch_tokens": 1024,
            "max_train_tokens": HOUR,
        }
    )
    for change in changes:
        key, __, value = change.partition("=")
        if key.strip() not in PLACES:  # from the working folder, and so no recipe's
            values[key.strip()] = yaml.safe_load(value)
    head = _("made by: {command}", command=f"paotuan {shlex.join(sys.argv[1:])}")
    about = _("every key and what it means: paotuan train --new")
    body = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
    return f"# {escaped_line(head)}\n# {about}\n{body}"


def _on_gpu() -> bool:
    from models.memory.machine import machine_memory

    return bool(machine_memory()[1])
