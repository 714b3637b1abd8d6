"""Who says the quotations of `context` and `chat`, told as in a novel. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenes.data.books.book import book_of
from scenes.data.books.people import aliases_by_people, names_asked_for
from scenes.data.books.quotes import Extractor

_MARKS = '“”「」『』"‘’'


@dataclass(frozen=True)
class SpokenQuote:
    """A quotation, who says it, and what is told before."""

    said: str
    speaker: str = ""
    before: str = ""


def speakers_of(pairs: Sequence[tuple[str, str]], wanted: Sequence[str] = ()) -> list[SpokenQuote]:
    """Of each `(context, chat)`, in the order of a book, who speaks; empty where it is not told.

    People of a book whose aliases come along are called by their own names, or as `wanted`.
    """
    said = [_bare(chat) for __, chat in pairs]
    contexts = [" ".join(context.split()) for context, __ in pairs]
    text = "\n".join(f"{context}“{chat}”" for context, chat in zip(contexts, said, strict=True))
    book = book_of(text)
    starts, at = [], 0
    for context, chat in zip(contexts, said, strict=True):
        found = book.text.find(f"{context}“{chat}”", at)
        starts.append(found)
        at = found + len(context) + len(chat) + 2 if found >= 0 else at
    aliases = aliases_by_people(book)
    asked = names_asked_for(aliases, wanted)
    quotes = {quote.start: quote for quote in Extractor(book, aliases).quotes()}
    result = []
    for start, context, chat in zip(starts, contexts, said, strict=True):
        quote = quotes.get(start + len(context)) if start >= 0 else None
        if quote is None or not quote.speaker or quote.kind == "term":
            result.append(SpokenQuote(chat, "", _told(context)))
        else:
            before = book.text[start : max(start, min(quote.bare, quote.start))]
            result.append(SpokenQuote(chat, asked.get(quote.speaker, quote.speaker), _told(before)))
    return result


def _bare(chat: str) -> str:
    """What is said, without its outer marks."""
    text = " ".join(chat.split())
    return (
        text[1:-1].strip() if len(text) > 1 and text[0] in _MARKS and text[-1] in _MARKS else text
    )


def _told(context: str) -> str:
    return context.strip().lstrip("，。；、！？").rstrip("，、：:；,;")
