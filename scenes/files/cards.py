"""Character cards among the importers: told by their beginning, planned, written, reported."""

import re
from collections.abc import Sequence
from pathlib import Path

from base.errors import KnownError
from base.messages import N_, _, series
from base.text import shown, without_place
from characters.cards.files import Container
from characters.cards.importing import Import, carry_out, plan
from characters.cards.lines import role_name
from characters.cards.mapping import Mode, untold
from characters.cards.markup import TAGS
from characters.cards.scripts import SCRIPTS
from characters.cards.webp import is_webp
from characters.lore.foreign import lorebook_of
from scenes.constants import USUAL_CONTEXT, constants_in, guessed, left_out
from scenes.files.books import CONSTANT, ENTRIES
from scenes.files.head import FileHead
from scenes.files.importers import importer_named
from scenes.files.report import ImportReport

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
CARD = "card.json"
"""What an archive that is a card holds."""
PROMPTS = ("system_prompt", "system-prompt", "system prompt")
"""How the text of a ChatHaruhi role is called that tells who it is."""
CONTAINERS: dict[Container, str] = {
    **{"json": "card-json", "png": "card-png", "charx": "charx"},
    "webp": "card-webp",
    **{"characterglm": "characterglm", "chatharuhi": "chatharuhi", "webui": "webui-character"},
    **{"foundry-actor": "foundry-actor", "ccfolia-character": "ccfolia-character"},
}
"""The importer of what a card was found in."""
LONG_VOICE = N_("lines of voice beyond the limit")
EMPTY_OPENINGS = N_("openings in which nothing is told")
CHANGED = (TAGS, SCRIPTS)
"""What was changed in texts, and not left out of them."""
_WEBUI = re.compile(r"^(?:name|char_name)\s*:", re.MULTILINE)
_WEBUI_TOO = re.compile(r"^(?:context|greeting|char_persona|char_greeting)\s*:", re.MULTILINE)
_WEBUI_KEYS = ("char_name", "char_persona", "char_greeting", "context", "greeting")


def detect_png(head: FileHead) -> float:
    """Rather sure of a picture in PNG, which holds a card behind what is looked at, or none."""
    return 0.8 if head.raw.startswith(PNG) else 0


def detect_webp(head: FileHead) -> float:
    """Rather sure of a picture in WebP, which holds a card behind what is looked at, or none."""
    return 0.8 if is_webp(head.raw) else 0


def detect_json(head: FileHead) -> float:
    """Sure where the format is named, or a first message is seen."""
    spec = head.outline.get("spec", "")
    if spec.startswith("chara_card"):
        return 0.98
    for prefix in ("", "data."):
        if head.has(f"{prefix}name") and head.has_any(f"{prefix}first_mes", f"{prefix}mes_example"):
            return 0.9
        if head.has(f"{prefix}name", f"{prefix}description"):
            return 0.75 if head.has_any(f"{prefix}personality", f"{prefix}scenario") else 0.4
    return 0


def detect_charx(head: FileHead) -> float:
    """Sure of an archive with a card; a picture may have one behind it."""
    if CARD in head.members:
        return 0.98
    if head.suffix == ".charx":
        return 0.9
    return 0.55 if head.raw.startswith(JPEG) else 0


def detect_characterglm(head: FileHead) -> float:
    """Sure where a bot's name or information is seen."""
    return 0.95 if head.keys & {"bot_info", "bot_name"} else 0


def detect_foundry(head: FileHead) -> float:
    """Sure of an actor with what its system counts, and its items."""
    if not head.is_json or "spec" in head.outline or not head.has("name"):
        return 0
    counted = head.keys & {"characteristics", "attribs", "abilities"}
    typed = head.outline.get("type") in ("character", "npc", "creature")
    return 0.95 if counted and (typed or head.has_any("prototypeToken", "items")) else 0


def detect_ccfolia(head: FileHead) -> float:
    """Sure of what CCFOLIA puts into the clipboard."""
    is_one = head.outline.get("kind") == "character"
    return 0.97 if is_one and head.has_any("data", "data.name") else 0


def detect_webui(head: FileHead) -> float:
    """Sure of YAML, or JSON, with a name and one of the program's own keys."""
    if head.is_json:
        named = "spec" not in head.outline and head.has_any("name", "char_name")
        return 0.85 if named and head.has_any(*_WEBUI_KEYS) else 0
    if head.suffix not in (".yaml", ".yml") or not _WEBUI.search(head.text):
        return 0
    return 0.9 if _WEBUI_TOO.search(head.text) else 0


def detect_chatharuhi(head: FileHead) -> float:
    """Rather sure of a folder of texts, or of a text that is called a system prompt."""
    if head.is_folder:
        texts = [name for name in head.members if name.lower().endswith(".txt")]
        return 0.8 if texts else 0
    return 0.8 if is_prompt(Path(head.name)) else 0


def is_prompt(path: Path) -> bool:
    """Whether a file is called like the system prompt of a ChatHaruhi role."""
    name = path.name.lower()
    return name.endswith(".txt") and any(word in name for word in PROMPTS)


def read(
    paths: Sequence[Path],
    folder: Path,
    force: bool = False,
    knowledge: Sequence[str] = (),
    name: str = "",
    mode: Mode | None = None,
    or_named: str = "",
) -> list[Import]:
    """What importing cards will make in `folder`; see `characters.cards.importing.plan`."""
    return plan(paths, folder, force, knowledge, name, mode, or_named)


def write_cards(imports: Sequence[Import]) -> list[ImportReport]:
    """Write planned characters, all or nothing; a report for each. Raises `OSError`."""
    reports = list(map(report_of, imports))
    carry_out(imports)
    for report, one in zip(reports, imports, strict=True):
        report.files.append(str(one.path))
    return reports


def report_of(one: Import) -> ImportReport:
    """What becomes of a card: what was taken from it, and what stays in it."""
    sheet = one.sheet
    importer = importer_named(CONTAINERS[one.source.container])
    report = ImportReport(str(one.source.path), importer.name, importer.title)
    report.became.update(
        {
            N_("characters of profile"): len(sheet.profile),
            N_("lines of voice"): len(sheet.voice),
            N_("openings"): len(sheet.openings),
            N_("reminders"): len(sheet.notes),
            N_("values of a sheet"): len(sheet.values),
        }
    )
    if sheet.examples > len(sheet.voice):
        report.dropped[LONG_VOICE] = sheet.examples - len(sheet.voice)
    for what, count in sheet.left_out.items():
        (report.became if what in CHANGED else report.dropped)[what] += count
    if gone := len(one.card.greetings) - len(sheet.openings):
        report.dropped[EMPTY_OPENINGS] += max(gone, 0)
    for warning in one.source.warnings:
        report.notice(without_place(warning, one.source.path))
    plain = role_name(one.card.name)
    if plain and sheet.name.startswith(f"{plain} "):
        report.notice(
            _("named {name}, since another is called {card}", name=sheet.name, card=shown(plain))
        )
    elif plain == sheet.name and sheet.name != one.card.name:
        report.notice(
            _(
                "named {name}, since a log cannot hold the name {card}",
                name=sheet.name,
                card=shown(one.card.name),
            )
        )
    if sheet.narrator:
        report.notice(
            _("taken for a narrator, which tells all that happens; --mode person makes it a role")
        )
    _tell_of_book(one, report)
    if unused := untold(one.card):
        report.notice(_("kept in the card, but not played: {fields}", fields=series(unused)))
    return report


def _tell_of_book(one: Import, report: ImportReport) -> None:
    """What becomes of the card's lorebook, and where entries that are told always have no room."""
    if one.card.book is None:
        return
    where = one.source.path.name
    try:
        book = lorebook_of(one.card.book, where, one.sheet.name)
    except KnownError as error:
        for problem in error.problems:
            report.notice(without_place(problem, where))
        return
    report.became[ENTRIES] = len(book.entries)
    report.became[CONSTANT] = sum(entry.is_profile for entry in book.entries)
    for what, count in book.left_out.items():
        (report.became if what in CHANGED else report.dropped)[what] += count
    constants = constants_in(book, Path(where), one.sheet.name, "{{user}}")
    others = guessed("\n".join((one.sheet.profile, *one.sheet.voice)))
    for line in left_out(constants, USUAL_CONTEXT, guessed, others):
        report.notice(without_place(line, where))
