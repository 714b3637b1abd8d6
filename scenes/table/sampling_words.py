"""How sampling is talked about at the table: names, presets, neutral values, steps. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from base.errors import KnownError
from base.messages import N_, _, series
from base.names import nearest
from base.ranges import WHOLE, expected_of, is_inside
from base.text import shown
from models.backend import Sampling

Changes = Mapping[str, float | None]
"""New values by the names of `Sampling`; `None` is as the scene says."""


@dataclass(frozen=True)
class Slider:
    """One setting of `Sampling` that can be moved at the table."""

    name: str
    label: str
    step: float
    least: float
    most: float
    neutral: float | None = None
    """The value at which it does nothing."""
    words: tuple[str, ...] = ()
    """What else it is called."""

    def moved(self, value: float, steps: int) -> float:
        """The value so many steps further on, on the grid of steps and inside the slider; one that
        was set outside of it only comes back."""
        to = round(round(value / self.step) * self.step + steps * self.step, 4)
        low, high = min(self.least, value), max(self.most, value)
        to = min(max(to, low), high)
        return int(to) if self.name in WHOLE else to


SLIDERS = (
    Slider("temperature", N_("temperature"), 0.05, 0, 2, 1, ("温度", "溫度", "temp", "t")),
    Slider("top_p", N_("top_p"), 0.05, 0.05, 1, 1, ("核采样", "核採樣", "topp", "top-p")),
    Slider("min_p", N_("min_p"), 0.01, 0, 0.5, 0, ("minp", "min-p")),
    Slider("top_k", N_("top_k"), 5, 0, 200, 0, ("topk", "top-k")),
    Slider(
        "repetition_penalty",
        N_("repetition penalty"),
        0.05,
        0.8,
        1.5,
        1,
        ("重复惩罚", "重複懲罰", "重复", "重複", "penalty", "rep"),
    ),
    Slider("dry_multiplier", N_("DRY"), 0.1, 0, 2, 0, ("dry",)),
    Slider("xtc_probability", N_("XTC"), 0.1, 0, 1, 0, ("xtc",)),
    Slider(
        "max_tokens",
        N_("most tokens"),
        8,
        8,
        400,
        None,
        ("长度", "長度", "最长", "最長", "length"),
    ),
    Slider("n", N_("candidates"), 1, 1, 12, None, ("条数", "條數", "候选数", "候選數")),
    Slider("draw", N_("to choose from"), 1, 0, 20, 0, ("多抽", "择优", "擇優", "pool")),
)
"""What can be moved on the screen, in its order."""
BY_WORD = {word: slider for slider in SLIDERS for word in (slider.name, *slider.words)}


@dataclass(frozen=True)
class Preset:
    """Values that go together under a name."""

    name: str
    label: str
    about: str
    values: Mapping[str, float]
    words: tuple[str, ...]


PRESETS = (
    Preset(
        "faithful",
        N_("faithful"),
        N_("close to what is likely: short scenes, small models"),
        {"temperature": 0.5, "top_p": 0.8, "min_p": 0.0, "xtc_probability": 0.0},
        ("稳", "穩", "稳妥", "穩妥"),
    ),
    Preset(
        "lively",
        N_("lively"),
        N_("with more room than by default"),
        {"temperature": 0.95, "top_p": 0.9, "min_p": 0.0, "xtc_probability": 0.0},
        ("活", "活泼", "活潑"),
    ),
    Preset(
        "wild",
        N_("wild"),
        N_("the unlikely, cut where it makes no sense (min_p)"),
        {"temperature": 1.25, "top_p": 1.0, "min_p": 0.05, "xtc_probability": 0.0},
        ("野", "狂野"),
    ),
)
PRESET_BY_WORD = {word: one for one in PRESETS for word in (one.name, *one.words)}
DEFAULT = frozenset(
    {"default", "scene", "off", "reset", "默认", "預設", "默認", "重置", "还原", "還原"}
)
"""What takes a setting, or all of them, back to what the scene says."""
_BETWEEN = re.compile(r"[\s=:：，,、]+")


def read_sampling(text: str) -> Changes | None:
    """What a person asks for: `lively`, `温度 1.1`, `top_p=0.9 n 3`; `None` is all as the scene
    says. Raises `KnownError`."""
    words = [word for word in _BETWEEN.split(text.casefold()) if word]
    if len(words) == 1 and words[0] in DEFAULT:
        return None
    changes: dict[str, float | None] = {}
    while words:
        word = words.pop(0)
        if word in PRESET_BY_WORD:
            changes |= PRESET_BY_WORD[word].values
        elif word in BY_WORD:
            slider = BY_WORD[word]
            changes[slider.name] = _value(slider, words.pop(0) if words else "")
        elif glued := _glued(word):
            changes[glued[0].name] = _value(*glued)
        else:
            raise _unknown(word)
    return changes


def _glued(word: str) -> tuple[Slider, str] | None:
    """A name with its value right behind it, as in `温度1.1`."""
    for name in sorted(BY_WORD, key=len, reverse=True):
        behind = word.removeprefix(name)
        if behind != word and behind[:1].isdecimal():
            return BY_WORD[name], behind
    return None


def _value(slider: Slider, word: str) -> float | None:
    if word in DEFAULT:
        return None
    kind = int if slider.name in WHOLE else float
    try:
        value = kind(word)
    except ValueError:
        value = None
    if value is None or not is_inside(slider.name, value):
        raise KnownError(
            _(
                "{name} {value}: expected {expected}",
                name=slider.name,
                value=shown(word),
                expected=expected_of(slider.name),
            )
        )
    return value


def _unknown(word: str) -> KnownError:
    known = [*PRESET_BY_WORD, *BY_WORD]
    presets = series(_(one.label) for one in PRESETS)
    return KnownError(
        _(
            "{word} is no setting of sampling{hint}; there are {presets}, and {names}",
            word=shown(word),
            hint=nearest(word, known),
            presets=presets,
            names=series(one.name for one in SLIDERS),
        )
    )


def preset_of(sampling: Sampling) -> Preset | None:
    """The preset whose values a sampling has."""
    return next(
        (p for p in PRESETS if all(getattr(sampling, k) == v for k, v in p.values.items())), None
    )


def told(sampling: Sampling) -> str:
    """A sampling in one line: its preset, and all that is not neutral."""
    preset = preset_of(sampling)
    parts = [_(preset.label)] if preset else []
    for slider in SLIDERS:
        value = getattr(sampling, slider.name)
        if value != slider.neutral:
            parts.append(f"{_(slider.label)} {number(value)}")
    return " · ".join(parts)


def number(value: float) -> str:
    """A value as it is written for people."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
