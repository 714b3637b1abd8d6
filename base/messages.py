"""What the program says to a person, in their language: gettext, English sentences being the ids.

`_("no role is named {name}", name=name)` gives the sentence with its values in their places. It
remembers both, so that it can be said in another language where it is shown.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

LANGUAGES = {"zh_CN": "简体中文", "zh_TW": "繁體中文", "en": "English"}
"""Languages that are spoken, by their codes, each in its own words."""
DEFAULT = "zh_CN"
CATALOGS = Path(__file__).with_name("locale")
DOMAIN = "paotuan"

_asked: str | None = None
_preferred: str | None = None


class Message(str):
    """A sentence in one language, that knows its id and its values."""

    __slots__ = ("id", "plural", "values")

    id: str
    plural: tuple[str, int] | None
    """The id for many, and how many; `None` where nothing is counted."""
    values: Mapping[str, object]


def _(id: str, *places: object, **values: object) -> str:
    """The sentence `id` in the person's language, its `{names}` filled from `values`."""
    return _message(id, None, {**{str(at): one for at, one in enumerate(places)}, **values})


def _n(one: str, many: str, n: int, **values: object) -> str:
    """The sentence for `n` things, which is `{n}` in it, by the plural rules of the language."""
    return _message(one, (many, n), {"n": n, **values})


def N_(id: str) -> str:
    """Mark a sentence for translation where it is kept; `_` says it where it is shown."""
    return id


def series(words: Iterable[str]) -> str:
    """Names one after another, with the comma of the language."""
    return _(", ").join(words)


def rendered(text: str) -> str:
    """A message in the language that is spoken now; any other text as it is."""
    if not isinstance(text, Message) or not text.id:  # of nothing, gettext says its own header
        return text
    catalog = _catalog(language())
    if text.plural is None:
        sentence = catalog.gettext(text.id)
    else:
        sentence = catalog.ngettext(text.id, *text.plural)
    if not text.values:
        return sentence
    values = {
        name: rendered(value) if isinstance(value, Message) else value
        for name, value in text.values.items()
    }
    places = [values[str(at)] for at in range(len(values)) if str(at) in values]
    return sentence.format(*places, **values)


def _message(id: str, plural: tuple[str, int] | None, values: Mapping[str, object]) -> Message:
    unsaid = Message(id)
    unsaid.id, unsaid.plural, unsaid.values = id, plural, values
    message = Message(rendered(unsaid))
    message.id, message.plural, message.values = id, plural, values
    return message


def speak(asked: str | None = None, preferred: str | None = None) -> None:
    """Choose the language: `asked` comes before `PAOTUAN_LANG`, `preferred` after it."""
    global _asked, _preferred
    _asked, _preferred = asked, preferred


def language() -> str:
    """The code of the language that is spoken: as asked, else by `PAOTUAN_LANG`, as preferred, or
    by the locale; else Chinese."""
    return decided() or DEFAULT


def decided() -> str | None:
    """The language that a person has settled in any way, or `None` where nothing says one."""
    environment = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    wishes = (_asked, os.environ.get("PAOTUAN_LANG"), _preferred, *environment)
    return next((code for wish in wishes if wish and (code := matched(wish))), None)


def matched(name: str) -> str | None:
    """The language that `zh`, `zh-Hant_HK.UTF-8` or `English` names, where it is one of ours."""
    word = name.partition(".")[0].replace("-", "_").casefold()
    if word.startswith(("zh", "chinese")):
        far = any(mark in word for mark in ("tw", "hk", "mo", "hant", "traditional"))
        return "zh_TW" if far else "zh_CN"
    return "en" if word.startswith("en") else None


@cache
def _catalog(code: str) -> NullTranslations:
    file = CATALOGS / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if code == "en" or not file.is_file():
        return NullTranslations()
    with file.open("rb") as compiled:
        return GNUTranslations(compiled)
