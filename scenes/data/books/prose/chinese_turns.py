"""What tells who takes a turn of Chinese prose, beside whose turns are near it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Mapping, Sequence

from scenes.data.books.prose.evidence import SOMEBODY, Turn

TOLD = ("tag", "beat", "first")
"""How a speaker was told whose words show how they talk."""
_SELF = re.compile(
    "俺|咱家|老子|老娘|本王|本宫|本座|本官|老夫|老朽|老身|贫僧|贫道|奴婢|奴才|奴家|妾身|臣妾|微臣|"
    "属下|小的|在下|晚辈|弟子|本姑娘|本小姐|本少爷|寡人|洒家|哀家|草民|末将|卑职|小人|小女子|本系统|阿拉"
)
"""What somebody calls themselves."""
_STEPS = ((-1, "before"), (1, "behind"), (-2, "before that"), (2, "behind that"))


def signs(
    who: str,
    group: Sequence[Turn],
    before: Sequence[Turn],
    behind: Sequence[str],
    named_in: Callable[[Turn], Container[str]],
) -> dict[str, float]:
    """What speaks for and against somebody.

    `group` are the turns of one speaker, `before` those before them, `behind` who acts in the
    narration that follows; `named_in` tells whom words name.
    """
    flags = {
        "acts behind": bool(behind) and behind[0] == who,
        "acts behind alone": set(behind) == {who},
        "names self": any(who in named_in(turn) for turn in group),
        "named by before": any(who in named_in(turn) for turn in before),
    }
    return {name: 1.0 for name, true in flags.items() if true}


def voices(groups: Sequence[Sequence[Turn]], index: int) -> Mapping[str, float]:
    """What speaks for nobody who is known: a voice without a name takes turns near by."""
    found = {}
    for step, name in _STEPS:
        if 0 <= index + step < len(groups):
            other = groups[index + step][0]
            if other.who == SOMEBODY and not other.speaker:
                found[f"nobody {name}"] = 1.0
    return found


class Habits:
    """How each speaker talks, told from the turns whose speaker the text tells."""

    def __init__(self, turns: Sequence[Turn] = (), text: str = "") -> None:
        self._text = text
        self._polite: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        self._self: defaultdict[str, set[str]] = defaultdict(set)
        self._called: defaultdict[str, set[str]] = defaultdict(set)
        self._speaks: Counter[str] = Counter()
        for turn in turns:
            if turn.speaker and turn.how in TOLD:
                words = self._words(turn)
                self._speaks[turn.speaker] += 1
                self._self[turn.speaker].update(_SELF.findall(words))
                self._called[turn.speaker].update(turn.called)
                if "您" in words or "你" in words:
                    self._polite[turn.speaker]["您" in words] += 1

    def _words(self, turn: Turn) -> str:
        return self._text[turn.start : turn.end]

    def fit(self, who: str, group: Sequence[Turn]) -> dict[str, float]:
        """What of the words of a turn is as `who` talks elsewhere, or is not."""
        words = "".join(self._words(turn) for turn in group)
        found = {"speaks elsewhere": float(bool(self._speaks[who]))}
        used = self._polite.get(who)
        if used and ("您" in words or "你" in words):
            polite = (used[True] + 0.5) / (used.total() + 1)
            found["polite"] = 2 * polite - 1 if "您" in words else 1 - 2 * polite
        if own := set(_SELF.findall(words)):
            known = bool(own & self._self.get(who, set()))
            found["calls self so"] = 1.0 if known else -float(bool(self._speaks[who]))
        if any(name in self._called.get(who, ()) for turn in group for name in turn.called):
            found["calls them elsewhere"] = 1.0
        return found
