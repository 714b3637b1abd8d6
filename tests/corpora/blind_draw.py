"""Draws hands after contexts through the path that play takes, to be scored blind.

    python tests/corpora/blind_draw.py CONDITION -o hands.jsonl [--adapter NAME=PATH] [--five]

The contexts are the 24 of `tests/corpora/blind/contexts` and one of each scene that is held out of
`corpus/tables`: the log up to a line that a role speaks, chosen by the scene's name. With `--voice`
they are those of `tests/corpora/blind/voices`, ten for each. With `--learnt` they are one of each
scene that is not held out (with `--places`, several of each), and all lines that were drawn are
kept, not the five that rank best: to make pairs of, by `scored_pairs.py`. A hand that is in the
file already is not drawn again. `blind.py` makes a sheet of such files.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from models.resolve import resolve  # noqa: E402  (a script)
from scenes.log import Entry, parse, write  # noqa: E402
from scenes.scene import Scene  # noqa: E402
from scenes.scene_loader import load_scene  # noqa: E402
from scenes.table.draw import Done, Ranked, draw_lines, line_sampling  # noqa: E402
from scenes.table.draws import Candidate  # noqa: E402
from scenes.table.ranking import pooled  # noqa: E402
from tui.scripts_of_scene import in_scripts_of  # noqa: E402

OURS = Path(__file__).parent / "blind" / "contexts"
TABLES = ROOT / "corpus" / "tables"
SEED = 16
LEAST = 6
"""Lines of a log before the one that is drawn for."""


@dataclass(frozen=True)
class Context:
    """Where a line is to be drawn."""

    name: str
    scene: Scene
    history: tuple[Entry, ...]
    speaker: str
    said: str = ""
    """The line that a log has there."""


def contexts() -> Iterator[Context]:
    """Ours, then those of the held-out scenes."""
    yield from _in(OURS, "new")
    for name in (TABLES / "held-out.txt").read_text("utf-8").splitlines():
        if name and not name.startswith("#"):
            yield _of_log("held-out", name)


def voice_contexts(voice: str) -> Iterator[Context]:
    """Those among the people of a voice."""
    yield from _in(OURS.with_name("voices") / voice, voice)


def _in(folder: Path, group: str) -> Iterator[Context]:
    for line in (folder / "speakers.tsv").read_text("utf-8").splitlines():
        name, speaker = line.split("\t")
        scene = load_scene(folder / f"{name}.yaml")
        yield Context(f"{group}/{name}", scene, tuple(parse(scene.opening)), speaker)


def learnt_contexts(places: int = 0, scenes: Sequence[str] = ()) -> Iterator[Context]:
    """One of each scene that is not held out, or `places` others of each; of those alone whose
    names begin with one of `scenes`."""
    held = set((TABLES / "held-out.txt").read_text("utf-8").splitlines())
    for path in sorted(TABLES.glob("*.yaml")):
        if path.stem in held or (scenes and not path.stem.startswith(tuple(scenes))):
            continue
        if places:
            yield from _several("learnt", path.stem, places)
        else:
            yield _of_log("learnt", path.stem)


def _of_log(group: str, name: str) -> Context:
    scene, log, at = _chosen(name)
    return _context(f"{group}/{name}", scene, log, at)


def _several(group: str, name: str, count: int) -> Iterator[Context]:
    """`count` places of a log, in its order, none of them that of `_of_log`."""
    scene, log, first = _chosen(name)
    others = [at for at in _places_of(scene, log) if at != first]
    for at in sorted(random.Random(f"{SEED} {name} {count}").sample(others, count)):
        yield _context(f"{group}/{name}@{at}", scene, log, at)


def _chosen(name: str) -> tuple[Scene, list[Entry], int]:
    scene = load_scene(TABLES / f"{name}.yaml")
    log = [one for one in parse((TABLES / f"{name}.log.txt").read_text("utf-8"))]
    log = [one for one in log if one.kind != "chapter"]
    at = random.Random(f"{SEED} {name}").choice(_places_of(scene, log))
    return scene, log, at


def _places_of(scene: Scene, log: list[Entry]) -> list[int]:
    cast = {role.name for role in scene.cast if not role.narrator}
    return [at for at, one in enumerate(log) if at >= LEAST and one.speaker in cast]


def _context(name: str, scene: Scene, log: list[Entry], at: int) -> Context:
    return Context(name, scene, tuple(log[:at]), str(log[at].speaker), write(log[at]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("condition")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--adapter", metavar="NAME=PATH")
    parser.add_argument("--five", action="store_true", help="draw five, not ten to choose from")
    parser.add_argument("--learnt", action="store_true", help="of the scenes not held out")
    parser.add_argument("--places", type=int, default=0, help="with --learnt: how many of a scene")
    parser.add_argument("--scenes", nargs="+", default=[], help="with --learnt: as names begin")
    parser.add_argument("--voice", help="of tests/corpora/blind/voices/VOICE")
    parser.add_argument("--limit", type=int)
    parser.add_argument(
        "--sampling", metavar="KEY=VALUE", action="append", default=[], help="such as top_p=0.7"
    )
    options = parser.parse_args()
    done = set()
    if options.output.exists():
        lines = options.output.read_text("utf-8").splitlines()
        done = {json.loads(line)["context"] for line in lines}
    backends: dict[str, Any] = {}
    with options.output.open("a", encoding="utf-8") as out:
        for one in list(_places(options))[: options.limit]:
            if one.name in done:
                continue
            hand = {"condition": options.condition, **_hand(one, options, backends)}
            out.write(json.dumps(hand, ensure_ascii=False) + "\n")
            out.flush()
    for backend in backends.values():
        backend.close()


def _places(options: argparse.Namespace) -> Iterator[Context]:
    if options.voice:
        return voice_contexts(options.voice)
    if options.learnt:
        return learnt_contexts(options.places, options.scenes)
    return contexts()


def _changed(given: str) -> tuple[str, Any]:
    key, __, value = given.partition("=")
    return key, yaml.safe_load(value)


def _hand(context: Context, options: argparse.Namespace, backends: dict[str, Any]) -> Any:
    scene = context.scene
    spec, __ = in_scripts_of(resolve("starter"), scene)
    assert spec.model is not None
    name, __, path = (options.adapter or "").partition("=")
    if spec.model.name not in backends:
        given = {"adapters": {name: Path(path)}} if name else {}
        backends[spec.model.name] = spec.open(context=2048, **given)
    role = scene.role(context.speaker)
    assert role is not None
    sampling = line_sampling(scene, role, model="starter")
    if not options.five:
        sampling = pooled(sampling, "starter")
    sampling = replace(sampling, seed=SEED, **dict(map(_changed, options.sampling)))
    places, order = dict[int, Candidate](), tuple[int, ...]()
    ways = backends[spec.model.name], scene, context.history, role, sampling, name or None
    with closing(draw_lines(*ways)) as updates:
        for update in updates:
            if isinstance(update, Done):
                places[update.place] = update.candidate
            elif isinstance(update, Ranked):
                order = update.order
    kept = [places[at] for at in order or sorted(places) if at in places]
    if not options.learnt:
        kept = kept[: sampling.n]
    hand = {
        "context": context.name,
        "title": scene.title,
        "summary": scene.summary,
        "speaker": context.speaker,
        "profile": role.profile,
        "before": [write(one) for one in context.history[-8:]],
        "lines": [write(one.entry) for one in kept],
    }
    if options.learnt:
        hand["said"] = context.said
        hand["logprobs"] = [one.logprob for one in kept]
        hand["finishes"] = [one.finish for one in kept]
    return hand


if __name__ == "__main__":
    main()
