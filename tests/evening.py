"""The evening in the old house that the picture of the README shows: its lines and its hands."""

from collections.abc import Generator

from models.backend import Delta, Prompt, Sampling
from models.scripted import Scripted

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
