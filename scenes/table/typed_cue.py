"""A line that ends with who speaks next: `三国归晋，刘备曰：`. Pure.

What stands before the name is so, and is narrated; how it is said is narrated with it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from base.names import LONGEST_NAME, name_problem
from scenes.log import Entry

BOUNDARY = "，,。；;！!？?：:、…—”』」》）) 　"
"""What stands before the name."""
_SAYS = r"(?:曰|道|说|說|\s+(?:says?|said|asks?|asked|replies|replied))\s*[：:]$"
_MANNER = r"[\u4e00-\u9fff]{0,4}?"
_PLAIN = frozenset(
    ["", *"问問说說答言对對又便乃遂就也则則再回喊叫", "回答", "又问", "又問", "开口", "開口"]
)
"""What says nothing of how it is said."""
_MANNERS = (
    r"(?:又|便|乃|遂|就)?(?:问|問|说|說|答|言|喊|叫|笑|叹|嘆|怒|大怒|大笑|冷笑|大喜|大惊|大哭|哭)?"
)
"""The same and others, where anybody may be named."""
_OTHERS = re.compile(
    r"(?:.*[知人街管频轨隧通味渠难难铁赛弯王霸天河])道|(?:.*[听聽据據传傳小胡学學劝勸])(?:说|說)"
)
"""Words that end so and say nothing of who speaks."""


@dataclass(frozen=True)
class TypedCue:
    """What is so, and who speaks next."""

    told: str
    """Empty where there is nothing but the name."""
    name: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is so, as it is said."""
        return (Entry("narration", self.told),) if self.told else ()


def typed_cue(line: str, names: Iterable[str] | None = None) -> TypedCue | None:
    """What a line says that ends with one of `names`, or of anybody, and a word for speaking;
    `None` of any other."""
    line = line.strip()
    if line[-1:] not in ("：", ":"):
        return None
    names = None if names is None else list(names)
    if names is not None and line[:-1].strip().casefold() in map(str.casefold, names):
        return None
    if names is None:
        who, how = rf"[\w·]{{1,{LONGEST_NAME}}}?", _MANNERS
    else:
        known = sorted(filter(None, names), key=len, reverse=True)
        who, how = "|".join(map(re.escape, known)), _MANNER
    pattern = rf"(?:(?P<told>.*)(?<=[{re.escape(BOUNDARY)}]))?(?P<name>{who})(?P<how>{how}){_SAYS}"
    found = re.fullmatch(pattern, line, re.IGNORECASE) if who else None
    if found is None and names is not None and who:
        found = re.fullmatch(rf"(?P<told>.+)(?P<name>{who})(?P<how>)曰[：:]", line)
    if found is None or _OTHERS.fullmatch(f"{found['how']}{line[found.end('how')]}"):
        return None
    name = found["name"]
    if name_problem(name):
        return None
    return TypedCue(_told(found["told"] or "", name, found["how"]), name)


def _told(told: str, name: str, how: str) -> str:
    """What is so, and how somebody speaks where that is said."""
    told = told.strip()
    if how not in _PLAIN:
        return f"{told}{name}{how}"
    return told.rstrip("，,、：: 　")
