"""What became of an imported file, in the person's language: for commands and for the screen."""

from collections.abc import Mapping
from pathlib import PurePath

from base.messages import N_, Message, _, _n
from base.text import printable
from scenes.files.importers import Guess, Importer
from scenes.files.recognise import Recognised
from scenes.files.report import ImportReport, Unit

MOST_NAMES = 20
"""Roles that are told of one file."""
KINDS = (
    *(N_("speech"), N_("action"), N_("thought"), N_("narration"), N_("dice"), N_("chapter")),
    *(N_("comment"), N_("context"), N_("unrecognised")),
    *(N_("turns"), N_("draws"), N_("candidates"), N_("branches"), N_("hidden messages")),
    N_("changed or new messages"),
)
"""What things became, beside what a reader names itself."""


def report_lines(report: ImportReport, whole_path: bool = True) -> list[str]:
    """A line for each thing that a person may want to know."""
    where = printable(report.where if whole_path else PurePath(report.where).name)
    below: list[str] = []
    for number, text in sorted(report.notices):
        place = _places(report.unit, [number]) if number else ""
        below.append(_("{place}: {text}", place=place, text=text) if place else text)
    if any(report.became.values()):
        below.append(_("kept: {what}", what=_became(report)))
    below += [_dropped(report, reason, count) for reason, count in report.dropped.most_common()]
    if not report.dropped:
        below.append(_("dropped: nothing"))
    if report.names:
        below.append(_roles(report))
    return [_headline(report, where), *(f"  {printable(line)}" for line in below)]


def unsure(file: Recognised) -> str:
    """What to say of a file that may be several things, or hardly one."""
    return _(
        "{where}: perhaps {titles}; say which: --as {names}",
        where=printable(str(file.path)),
        titles=_list([title_of(guess.importer) for guess in likely(file)]),
        names="|".join(guess.importer.name for guess in likely(file)),
    )


def likely(file: Recognised, most: int = 4) -> list[Guess]:
    """The guesses that a person is asked about."""
    return list(file.ranked[:most])


def title_of(importer: Importer) -> str:
    """What such a file is, in the person's language."""
    return _(importer.title)


def _headline(report: ImportReport, where: str) -> str:
    title = _(report.title) if report.title else report.importer
    if not report.read:
        return _("{where}: {title}", where=where, title=title)
    return _n(
        "{where}: {title}; {n} message read, {kept} kept",
        "{where}: {title}; {n} messages read, {kept} kept",
        report.read,
        where=where,
        title=title,
        kept=report.kept,
    )


def _became(report: ImportReport) -> str:
    """What the kept ones became, in the order of `KINDS`, what a reader names itself behind it."""
    known = sorted(report.became, key=lambda one: KINDS.index(one) if one in KINDS else len(KINDS))
    return _counted({_label(one): report.became[one] for one in known if report.became[one]})


def _dropped(report: ImportReport, reason: str, count: int) -> str:
    places = report.places.get(reason, [])
    if not places:
        return _("dropped: {reason} {count}", reason=_label(reason), count=count)
    where = _places(report.unit, places, count > len(places))
    return _("dropped: {reason} {count} ({where})", reason=_label(reason), count=count, where=where)


def _roles(report: ImportReport) -> str:
    names = dict(report.names.most_common(MOST_NAMES))
    others = len(report.names) - len(names)
    if not others:
        return _("roles: {names}", names=_counted(names))
    return _n(
        "roles: {names} and {n} other",
        "roles: {names} and {n} others",
        others,
        names=_counted(names),
    )


def _places(unit: Unit, numbers: list[int], more: bool = False) -> str:
    places = _list([*map(str, numbers), *(["…"] if more else [])])
    many = len(numbers) + more
    match unit:
        case "line":
            return _n("line {places}", "lines {places}", many, places=places)
        case "item":
            return _n("item {places}", "items {places}", many, places=places)
        case "message":
            return _n("message {places}", "messages {places}", many, places=places)
        case "action":
            return _n("action {places}", "actions {places}", many, places=places)


def _label(text: str) -> str:
    """An English id in the person's language; what is a message already, as it is."""
    return text if isinstance(text, Message) else _(text)


def _counted(counts: Mapping[str, int]) -> str:
    return _list([f"{printable(name)} {count}" for name, count in counts.items()])


def _list(items: list[str]) -> str:
    return _(", ").join(items)
