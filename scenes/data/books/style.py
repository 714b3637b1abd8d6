"""In which manner a book is written, which decides how its speakers are told."""

import re

SAMPLE = 400_000
"""Characters by which it is told."""
_WIDE = re.compile("[一-鿿]")
_LETTER = re.compile("[A-Za-z]")


def is_english(text: str) -> bool:
    """Whether a text is in letters rather than in Chinese signs."""
    sample = text[:SAMPLE]
    return len(_LETTER.findall(sample)) > 8 * len(_WIDE.findall(sample))
