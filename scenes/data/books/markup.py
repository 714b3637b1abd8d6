"""What HTML leaves in a text that was saved from a page: tags and entities, taken out."""

import html
import re

_GONE = re.compile(
    r"(?is)<(script|style|head)\b[^>]{0,500}>.{0,200000}?</\1\s*>|<!--.{0,20000}?-->"
)
_BREAK = re.compile(r"(?i)</?(?:p|br|div|h[1-6]|li|tr|ul|ol|table|blockquote|hr)\b[^<>]{0,500}>\n?")
_TAG = re.compile(
    r"(?i)</?(?:a|b|i|u|em|strong|span|font|center|td|th|tbody|img|ruby|rt|rb|rp|small|big|sub|sup|"
    r"section|article|body|html|meta|link|input|form|button|label|pre|code)\b[^<>]{0,500}>"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
FEWEST = 2
"""Tags or entities from which on they are no accident."""


def without_markup(text: str) -> tuple[str, int]:
    """The text without them, paragraphs as lines, and how many there were."""
    if "<" not in text and "&" not in text:
        return text, 0
    count = sum(sum(1 for _ in sign.finditer(text)) for sign in (_GONE, _BREAK, _TAG, _ENTITY))
    if count < FEWEST:
        return text, 0
    text = _GONE.sub("\n", text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text = _ENTITY.sub(lambda found: html.unescape(found[0]).replace("\xa0", " "), text)
    return text.replace("\r", ""), count
