"""What degrees and difficulties are called in a log, in its language, and which are read. Pure."""

from scenes.dice.rules import Degree, Difficulty

CHINESE: dict[Degree, str] = {
    **{"critical": "大成功", "extreme": "极难成功", "hard": "困难成功", "success": "成功"},
    **{"failure": "失败", "fumble": "大失败", "style": "漂亮成功", "tie": "平手"},
    **{"full": "完全成功", "partial": "部分成功", "miss": "失手"},
    **{"ladder+8": "传奇", "ladder+7": "史诗", "ladder+6": "惊人", "ladder+5": "卓越"},
    **{"ladder+4": "极好", "ladder+3": "良好", "ladder+2": "尚可", "ladder+1": "一般"},
    **{"ladder+0": "平庸", "ladder-1": "差劲", "ladder-2": "糟糕"},
}
ENGLISH: dict[Degree, str] = {
    **{"critical": "critical success", "extreme": "extreme success", "hard": "hard success"},
    **{"success": "success", "failure": "failure", "fumble": "fumble"},
    **{"style": "success with style", "tie": "tie"},
    **{"full": "full success", "partial": "partial success", "miss": "miss"},
    **{"ladder+8": "legendary", "ladder+7": "epic", "ladder+6": "fantastic"},
    **{"ladder+5": "superb", "ladder+4": "great", "ladder+3": "good", "ladder+2": "fair"},
    **{"ladder+1": "average", "ladder+0": "mediocre", "ladder-1": "poor", "ladder-2": "terrible"},
}
_OTHERS: dict[str, Degree] = {
    **{"極難成功": "extreme", "困難成功": "hard", "失敗": "failure", "大失敗": "fumble"},
    **{"成功(困难)": "hard", "成功(极难)": "extreme", "一般成功": "success"},
    **{"普通成功": "success", "常规成功": "success", "致命的失敗": "fumble"},
    **{"通常成功": "success", "極限成功": "extreme", "极限成功": "extreme"},
    **{"決定的成功": "critical", "スペシャル": "extreme", "ハード成功": "hard"},
    **{"イクストリーム成功": "extreme", "レギュラー成功": "success", "决定性成功": "critical"},
}
DEGREES: dict[str, Degree] = {
    **{word: degree for words in (CHINESE, ENGLISH) for degree, word in words.items()},
    **_OTHERS,
}
"""Every word for a degree that is read."""
DIFFICULTIES: dict[str, Difficulty] = {
    **{"困难": "hard", "困難": "hard", "极难": "extreme", "極難": "extreme"},
    **{"大成功": "critical", "普通": "", "常规": "", "常規": ""},
    **{"hard ": "hard", "extreme ": "extreme", "regular ": ""},
}
"""What may stand before a skill, and asks for more."""
_ASKED: dict[Difficulty, tuple[str, str]] = {
    "": ("", ""),
    "hard": ("困难", "hard "),
    "extreme": ("极难", "extreme "),
    "critical": ("大成功", "critical "),
}


def is_chinese(language: str) -> bool:
    """Whether a scene of that language has Chinese words in its log."""
    return language.partition("-")[0] not in ("en",)


def degree_word(degree: str, language: str = "zh") -> str:
    """What a degree is called; itself, where it is none that is known."""
    words: dict[Degree, str] = CHINESE if is_chinese(language) else ENGLISH
    return next((word for known, word in words.items() if known == degree), degree)


def asked_word(difficulty: Difficulty, language: str = "zh") -> str:
    """What stands before the skill of a check of that difficulty."""
    return _ASKED[difficulty][0 if is_chinese(language) else 1]


_LONGEST_FIRST = sorted(DIFFICULTIES, key=len, reverse=True)


def without_difficulty(text: str) -> tuple[Difficulty, str]:
    """The difficulty that a text begins with, and what it is of."""
    for word in _LONGEST_FIRST:
        if text[: len(word)].casefold() == word and text[len(word) :].strip():
            return DIFFICULTIES[word], text[len(word) :].strip()
    return "", text
