"""The picture of the README: an evening in the old house, played in the app by a scripted model.

`python tests/picture.py` writes `docs/table.svg`; run it again after a change of the screen.
"""

import asyncio
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from models.backend import Delta, Prompt, Sampling
from models.scripted import Scripted
from scenes.scene_loader import load_scene
from scenes.table.play import Play
from tests.tui.tables import dealt, say
from tui.app import PaotuanApp
from tui.model_options import Choice

PICTURE = Path(__file__).parents[1] / "docs" / "table.svg"
SIZE = (128, 32)
EVENING = (
    ("苏晚，鞋底是干的，鞋面是湿的。你照一下楼梯。 \\emoji 专注", "2"),
    ("【白光一闪。楼梯上站着一排孩子，背朝着他们。再一眨眼，只剩楼梯。】", ""),
    ("苏晚，你看见了几个？", "1"),
    ("（那年在战壕里，也是七个。） \\emoji 恐惧", ""),
    ("苏晚，底片收好，我们上去。", ""),
)
"""What 林默 says, and which candidate is picked after it."""
HANDS = {
    "楼梯": (
        "别催，我手冷。 \\emoji 白眼",
        "\\me 把镁光灯举到眼前，对准楼梯口",
        "（千万别有东西看回来。）",
        "要是照出什么来，你可不许跑。",
        "好，我数三下。",
    ),
    "几个": (
        "七个。最小的那个只穿了一只鞋。 \\emoji 恐惧",
        "\\me 说不出话，比了一个手势",
        "（我宁可什么也没看见。）",
        "没有，什么也没有。你眼花了。",
        "我不敢数。",
    ),
    "底片": (
        "上去可以，你走前面，我数台阶。 \\emoji 专注",
        "\\me 把底片塞进大衣里层，扣好扣子",
        "（他的手在抖。他从来不抖的。）",
        "等等，座钟停了。刚才还在走。 \\emoji 惊讶",
        "林默，那只鞋呢？ \\emoji 恐惧",
    ),
}
"""The candidates after a line that holds such a word."""


class Evening(Scripted):
    """Recites the hand that belongs to the last line."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        last = prompt.history.splitlines()[-1]
        hand = next((hand for word, hand in HANDS.items() if word in last), HANDS["楼梯"])
        return Scripted(hand, delay=0.02).generate(prompt, sampling, adapter)


async def evening(folder: Path) -> str:
    """The screen as SVG when five candidates lie on the table."""
    play = Play.start(load_scene("rain-house"), "林默", folder)
    app = PaotuanApp(play, Choice(), Evening())
    async with app.run_test(size=SIZE) as pilot:
        for line, picked in EVENING:
            await say(pilot, line)
            if line.startswith("苏晚"):
                await dealt(pilot)
            if picked:
                await pilot.press(picked)
                await pilot.pause()
        app.screen.set_focus(None)
        await pilot.pause()
        return app.export_screenshot(title="paotuan")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PAOTUAN_LANG": "zh", "XDG_DATA_HOME": folder, "TEXTUAL_ANIMATIONS": "none"}
        PICTURE.write_text(asyncio.run(evening(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
