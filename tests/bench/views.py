"""What it costs that each role reads what it saw: a four-role scene on the embedded default.

python tests/bench/views.py [--turns 24] [--scripted]

The same lines are said and drawn after in turn by three roles, once with everything read by all,
once with thoughts, whispers and secrets that are a few lines among many, once with a role that
leaves early and so reads otherwise than the rest from then on. The line that is picked is always
given, so that all read the same lines. With `--scripted` nothing is computed: a token is a
character, and only what has to be read anew is told.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from models.backend import End, Progress  # noqa: E402  (a script beside the packages)
from models.llamacpp.backend import LlamaCpp  # noqa: E402
from models.scripted import Scripted  # noqa: E402
from models.starter import path  # noqa: E402
from scenes.log import Entry  # noqa: E402
from scenes.scene import Role, Scene  # noqa: E402
from scenes.table.draw import line_sampling  # noqa: E402
from scenes.table.play import Play  # noqa: E402

CONTEXT = 2048
CAST = (
    Role("林默", profile="退役军医，谨慎，话少，随身带着一只旧怀表。"),
    Role("苏晚", profile="作家，嘴快，好奇，胆子比看上去大。"),
    Role("顾三", profile="旧宅的看门人，笑起来没有声音，什么都知道一点。"),
    Role("周妈", profile="厨娘，爱唠叨，最怕打雷，三十年没出过这道门。"),
)
SECRETS = ("我认得那只怀表。", "老爷其实没有死，他在阁楼里。", "钥匙被我埋在灶灰下面了。")
SAID = (
    "楼上有脚步声，你们听见没有？",
    "灯油还够烧到天亮吗，谁去看一眼。",
    "这扇门昨天还开着，今天怎么锁上了。",
    "座钟停在三点一刻，没有人动过它。",
    "雨再不停，桥就要被冲走了。",
    "别碰那面镜子，先把布盖回去。",
)


@dataclass
class Drawn:
    """What one draw took."""

    prompt: int
    cached: int
    first: float
    total: float

    @property
    def read(self) -> int:
        return self.prompt - self.cached


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=24)
    parser.add_argument("--only", type=int, help="the row, from 0")
    parser.add_argument("--scripted", action="store_true")
    options = parser.parse_args()
    print("| the scene | tokens read anew, median | largest | cached | first token, s | draw, s |")
    print("|---|---|---|---|---|---|")
    chosen = list(variants())
    for name, scene, hidden, away in chosen if options.only is None else [chosen[options.only]]:
        draws = list(played(scene, hidden, away, options.turns, options.scripted))[4:]
        cached = sum(one.cached for one in draws) / sum(one.prompt for one in draws)
        print(
            f"| {name} | {statistics.median(one.read for one in draws):.0f} "
            f"| {max(one.read for one in draws)} | {cached:.0%} "
            f"| {statistics.median(one.first for one in draws):.2f} "
            f"| {statistics.median(one.total for one in draws):.2f} |",
            flush=True,
        )


def variants() -> Iterator[tuple[str, Scene, int, bool]]:
    """A name, the scene, how often a line is hidden, and whether somebody leaves."""
    shared = Scene("views", Path("views.yaml"), "旧宅", CAST, opening="【雨下了一整夜。】")
    secret = tuple(
        replace(role, secret=text) for role, text in zip(CAST, ("", *SECRETS), strict=True)
    )
    yield "all read all", shared, 0, False
    yield "secrets", replace(shared, cast=secret), 0, False
    private = replace(shared, thoughts="private", cast=secret)
    yield "secrets, a whisper or a thought in 8 lines", private, 8, False
    yield "secrets, a whisper or a thought in 3 lines", private, 3, False
    yield "one is away for four lines, early", private, 8, True


def played(scene: Scene, hidden: int, away: bool, turns: int, scripted: bool) -> Iterator[Drawn]:
    """Each draw of a play in which every role has its turn."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(opened(scripted)) as backend,
        closing(Play.start(scene, "林默", Path(folder))) as play,
    ):
        play.asked = {"n": 2, "max_tokens": 8}
        for turn in range(turns):
            if away and turn in (6, 10):
                play.session.set_away(["周妈"] if turn == 6 else [])
            play.say_entries([line_of(turn, hidden)])
            role = CAST[1 + turn % (2 if away and 6 <= turn < 10 else 3)]
            yield drawn(play, backend, scene.role(role.name))
            play.say_entries([Entry("speech", f"我看见了，第{turn}回了。", role.name)])


def opened(scripted: bool) -> LlamaCpp | Scripted:
    if scripted:
        return Scripted([f"第{number}句。" for number in range(999)], context=4 * CONTEXT)
    return LlamaCpp.open(path=path(), context=CONTEXT, adapters={})


def line_of(turn: int, hidden: int) -> Entry:
    text = f"{SAID[turn % len(SAID)]}（第{turn}夜）".replace("（", "，").replace("）", "。")
    if hidden and turn % hidden == hidden - 1:
        if turn // hidden % 2:
            return Entry("thought", text, "林默")
        return Entry("speech", text, "林默", to=(CAST[1 + turn % 3].name,))
    return Entry("speech", text, "林默")


def drawn(play: Play, backend: LlamaCpp | Scripted, role: Role) -> Drawn:
    """One round of a draw, without the lines that play would draw again."""
    prompt = play.prompt(backend, role)
    sampling = line_sampling(play.scene, role, play.asked)
    started, first, ends = time.perf_counter(), 0.0, list[End]()
    with closing(backend.generate(prompt, sampling, None)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                continue
            first = first or time.perf_counter() - started
            ends += [delta.end] if delta.end else []
    total = time.perf_counter() - started
    return Drawn(ends[0].prompt_tokens, min(one.cached_tokens for one in ends), first, total)


if __name__ == "__main__":
    main()
