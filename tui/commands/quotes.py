"""`paotuan corpus quotes`: who says what in a novel, as a log or as pairs."""

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import N_, _, _n, series
from tui.commands.group import one_of
from tui.commands.option_fields import call_and_options_of
from tui.commands.options import Json
from tui.commands.writing import not_over, write_lines
from tui.failures import BadInput, given
from tui.many.command import Many, ManyInput, Ray, run_many
from tui.output import as_json, escaped_line, json_text, word

if TYPE_CHECKING:
    from scenes.data.books.book import Book
    from scenes.data.books.people import Aliases
    from scenes.data.books.quote import Quote

FORMS = ("log", "pairs")
COUNTED = {"quotations": N_("quotations"), "with_speaker": N_("with a speaker")}
"""What is summed over many novels, for a person."""
FEW = 0.4
"""Share of what is said below which a person is told that a book is read badly."""
MOST_SPEAKERS = 20
"""Speakers that are told of without --json."""


@dataclass(frozen=True)
class QuoteOptions:
    """Which novels are read, and what is written of them."""

    novels: Annotated[
        list[Path],
        typer.Argument(
            metavar="NOVEL...", help="Texts in UTF-8, GB18030, Big5 or UTF-16, or zips."
        ),
    ]
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="Where to write it; a folder for several."
        ),
    ] = None
    to: Annotated[
        str,
        typer.Option("--to", metavar="|".join(FORMS), help="A log, or lines with their speakers."),
    ] = "log"
    aliases: Annotated[
        str | None,
        typer.Option(
            "--aliases",
            metavar="FILE",
            help="Who is called what, in YAML; `none` for no aliases, not even those that come "
            "with paotuan for the four classics.",
        ),
    ] = None
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn-aliases",
            metavar="FILE",
            help="Write aliases that the text itself tells, for you to look through.",
        ),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help="Ask a model, as scores over those at hand, who says what the text does not tell; "
            "marked as such.",
        ),
    ] = None
    ray: Ray = None
    as_data: Json = False


@call_and_options_of(QuoteOptions)
def quotes(call: typer.Context, wanted: QuoteOptions) -> None:
    """Tell who says what in a novel, in Chinese old or new, or in English. Whoever the text does
    not tell stays unnamed: their words stay in the narration.
    """
    from scenes.data.books.alias_drafts import learned_aliases
    from scenes.data.books.book import read_book
    from scenes.data.books.quotes import Extractor

    one_of(wanted.to, FORMS, "form")
    suffix = ".log.txt" if wanted.to == "log" else ".jsonl"
    novels = [*map(ManyInput.of, wanted.novels)]
    many = Many(call, novels, wanted.output, wanted.ray, suffix, COUNTED, ("learn",))
    if many.wanted:
        run_many(many, wanted.as_data)
        return
    (novel,), aliases = wanted.novels, wanted.aliases
    output, learn = wanted.output, wanted.learn
    if wanted.as_data and output is None:
        raise BadInput(_("--json prints a summary; name a file for the rest with -o OUT"))
    inputs = [novel, *([Path(aliases)] if aliases not in (None, "none") else [])]
    not_over(output, inputs)
    not_over(learn, [*inputs, *([output] if output else [])], "--learn-aliases")
    with given():
        book = read_book(novel)
        source, known = _aliases(book, aliases)
    quoted = list(Extractor(book, known).quotes())
    if wanted.model is not None and _share(quoted) < 1:
        quoted = _assisted(book, quoted, wanted.model)
    if not any(one.kind != "term" for one in quoted):
        raise BadInput(
            _(
                '{novel}: nobody says anything in “…”, 「…」 or "…"; nothing is written',
                novel=escaped_line(str(novel)),
            )
        )
    with given():
        if learn is not None:
            write_lines(learned_aliases(book, known), learn, inputs, "--learn-aliases")
        write_lines(_lines(wanted.to, book, quoted), output, inputs)
    _report(book, quoted, source, wanted.as_data, learn)
    if _share(quoted) < FEW and wanted.model is None:
        _tell_few(novel, quoted)


def _spoken(quoted: "Sequence[Quote]") -> "list[Quote]":
    return [one for one in quoted if one.kind in ("speech", "thought")]


def _share(quoted: "Sequence[Quote]") -> float:
    """How many of what is said have a speaker."""
    spoken = _spoken(quoted)
    return sum(bool(one.speaker) for one in spoken) / max(1, len(spoken))


def _tell_few(novel: Path, quoted: "Sequence[Quote]") -> None:
    """Say that this manner of writing is read badly, and what else there is."""
    word(
        _(
            "{novel}: only {share:.0%} were given a speaker; this is a style that the rules do "
            "badly. A model may know more: {command}",
            novel=escaped_line(str(novel)),
            share=_share(quoted),
            command=f"paotuan corpus quotes {shlex.quote(str(novel))} --model starter",
        )
    )


def _assisted(book: "Book", quoted: "Sequence[Quote]", model: str) -> "list[Quote]":
    """The quotations with those of undecided ones that a model chose."""
    from scenes.data.books.assisted import assisted
    from tui.model_options import choose, given_model, open_model

    choice = choose(model, None, None, {})
    given_model(choice)
    with given(), closing(open_model(choice, None)) as backend:
        return list(assisted(book, quoted, backend))


def _aliases(book: "Book", named: str | None) -> "tuple[str, Aliases]":
    """What they are called by, and the aliases. Raises `BadInput` through its caller."""
    from scenes.data.books.people import NOBODY, aliases_of, read_aliases

    if named is None:
        return aliases_of(book)
    return (named, NOBODY) if named == "none" else (named, read_aliases(Path(named)))


def _lines(to: str, book: "Book", quoted: "Sequence[Quote]") -> Iterator[str]:
    from scenes.data.books.convert import entries, pairs

    if to == "pairs":
        return (json_text(pair) + "\n" for pair in pairs(book, quoted))
    return (entry.line + "\n" for entry in entries(book, quoted))


def _report(
    book: "Book", quoted: "Sequence[Quote]", source: str, as_data: bool, learn: Path | None
) -> None:
    spoken = _spoken(quoted)
    by_model = sum(one.by_model for one in spoken)
    speakers = Counter(one.speaker for one in spoken if one.speaker)
    notices = notices_of(book)
    if as_data:
        as_json(
            {
                "characters": len(book.text),
                "chapters": sum(bool(chapter.title) for chapter in book.chapters),
                "aliases": source or None,
                "quotations": len(spoken),
                "with_speaker": speakers.total(),
                "by_model": by_model,
                "thoughts": sum(one.kind == "thought" for one in spoken),
                "written": sum(one.kind == "writing" for one in quoted),
                "speakers": dict(speakers.most_common()),
                "notices": notices,
            }
        )
        return
    word(
        _n(
            "{book}: {n} quotation, {known} with a speaker; speakers: {speakers}",
            "{book}: {n} quotations, {known} with a speaker; speakers: {speakers}",
            len(spoken),
            book=escaped_line(book.where),
            known=speakers.total(),
            speakers=len(speakers),
        )
    )
    for notice in notices:
        word(f"  {escaped_line(notice)}")
    if by_model:
        word(_n("  {n} of them by the model", "  {n} of them by the model", by_model))
    if source:
        word(_("  aliases: {source}", source=escaped_line(source)))
    elif learn is not None:
        word(_("  aliases: none; the learned ones are in {file}", file=escaped_line(str(learn))))
    else:
        word(_("  aliases: none; learn some with --learn-aliases FILE"))
    often = series(f"{escaped_line(who)} {n}" for who, n in speakers.most_common(MOST_SPEAKERS))
    word(_("  speakers: {names}", names=often) if often else _("  speakers: none"))


def notices_of(book: "Book") -> list[str]:
    """What a person should know of how a book was read, each with its line."""
    return [
        _("line {number}: {notice}", number=one.number, notice=one.text) if one.number else one.text
        for one in book.notices
    ]
