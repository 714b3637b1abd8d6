"""Books whose lines end inside sentences, as old electronic texts do: for matching, lines go on."""

import re

_ENDS = frozenset('。！？!?…”」』"’：:；;，,、—～.)）】》　 ')
_OPENS = frozenset('“「『"‘（(【《')
_BREAK = re.compile(r"\n(?=\S)(?<=[^\s\x00-\x7f]\n)")
FEWEST = 8
"""Lines that must end inside a sentence."""
SLACK = 4
"""Signs by which a full line may be shorter than most."""


def unwrapped(text: str) -> str:
    """The text with such line ends as blanks, each put behind the next mark; it stays as long.

    No sign that opens or closes a quotation moves.
    """
    breaks = [found.start() for found in _BREAK.finditer(text)]
    inside = [at for at in breaks if text[at - 1] not in _ENDS]
    if len(inside) < FEWEST or len(inside) * 10 < text.count("\n"):
        return text
    lengths = sorted(at - text.rfind("\n", 0, at) - 1 for at in inside)
    width = lengths[len(lengths) // 2] - SLACK
    breaks = [
        at
        for at in breaks
        if text[at - 1] not in _ENDS or at - text.rfind("\n", 0, at) - 1 >= width
    ]
    signs = list(text)
    for at in reversed(breaks):
        end = at + 1
        if text[at - 1] not in _ENDS:
            while end < len(text) and text[end] not in _OPENS and text[end] != "\n":
                end += 1
                if text[end - 1] in _ENDS:
                    break
            if text[end - 1] in '”」』"’':
                end -= 1
        signs[at:end] = [*signs[at + 1 : end], "　"]
    return "".join(signs)
