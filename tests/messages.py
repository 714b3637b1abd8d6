"""Message catalogs: extracted from the code, brought up to date, converted to zh_TW, compiled.

`python tests/messages.py` does all of it; `--check` only says what is out of step, `--missing
[PATH…]` lists the sentences under a path that have no Chinese yet.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("base", "characters", "models", "scenes", "tui")
KEYWORDS = {"_": None, "_n": (1, 2), "N_": None}
LOCALE = ROOT / "base" / "locale"
TERMS = {
    **{"介面卡": "適配器", "幫助": "說明", "臺詞": "台詞", "這臺": "這台", "桌邊": "桌上"},
    **{"空格": "空白鍵", "當前": "目前", "聊天檔案": "聊天檔"},
    **{"協議": "協定", "列表": "清單", "在終端裡": "在終端機裡"},
}
"""Terms of ours that the conversion takes for others, or that nobody in Taiwan writes so."""
QUOTED = re.compile(r"“(?!…)([^”]*)”")
"""What stands in quotation marks, other than the marks themselves where a sentence names them."""
BY_HAND = "by hand"
"""The comment of a zh_TW sentence that is not to be converted again."""


def empty(language: str | None = None) -> Catalog:
    """A catalog without messages, and without a date, so that only messages change it."""
    undated = datetime(2026, 1, 1, tzinfo=UTC)
    return Catalog(
        locale=language,
        project="paotuan",
        charset="utf-8",
        header_comment="# The messages of paotuan; `make messages` brings them up to date.",
        creation_date=undated,
        revision_date=undated,
        fuzzy=False,
    )


def file_of(language: str, suffix: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"paotuan.{suffix}"


def extracted() -> Catalog:
    """Every message of the code, with the files it stands in."""
    catalog = empty()
    for room in ROOMS:
        for name, _, ids, comments, context in extract_from_dir(
            ROOT / room, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            catalog.add(ids, None, [(f"{room}/{name}", 0)], auto_comments=comments, context=context)
    for text, file in (*command_line(), *keys(), *recipe(), *models()):
        catalog.add(text, None, [(file, 0)])
    return catalog


def command_line() -> Iterator[tuple[str, str]]:
    """The help of every command and option, which is not marked where it stands, and the file."""
    import typer.main

    from tui.command_help import texts
    from tui.commandline import app

    for text, module in texts(typer.main.get_command(app)):
        own = module.partition(".")[0] in ROOMS
        yield text, f"{module.replace('.', '/')}.py" if own else "tui/commandline.py"


def keys() -> Iterator[tuple[str, str]]:
    """What each key is called, by us and by Textual, and the file in which it is shown."""
    from tui.keymap import descriptions

    for text in descriptions():
        yield text, "tui/palette.py"


def recipe() -> Iterator[tuple[str, str]]:
    """What each key of a recipe is for, which a new recipe says."""
    from base.declaration import docstrings
    from models.train.settings import Settings

    for text in docstrings(Settings).values():
        yield " ".join(text.split()), "models/train/settings.py"


def models() -> Iterator[tuple[str, str]]:
    """What is noted of the models that are known by name."""
    from models.entries import MODELS

    for note in filter(None, (model.note for model in MODELS.values())):
        yield note, "models/entries.py"


def read(language: str) -> Catalog:
    with file_of(language, "po").open("rb") as file:
        return read_po(file, locale=language, domain="paotuan")


def updated(language: str, template: Catalog) -> Catalog:
    """The catalog of a language with the messages of today: no others, none guessed."""
    old, new = read(language), empty(language)
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id)
        new.add(
            message.id,
            known.string if known else None,
            locations=[(name, 0) for name, _ in dict.fromkeys(message.locations)],
            flags=message.flags,
            user_comments=known.user_comments if known else (),
        )
    return new


def converted(simplified: Catalog, old: Catalog) -> Catalog:
    """The traditional characters and words of a catalog, but for what was settled by hand."""
    from opencc import OpenCC

    convert = OpenCC("s2twp").convert

    def traditional(text: str) -> str:
        text = convert(text)
        for converted_to, ours in TERMS.items():
            text = text.replace(converted_to, ours)
        return QUOTED.sub(r"「\1」", text)

    new = empty("zh_TW")
    for message in simplified:
        if not message.id:
            continue
        known = old.get(message.id)
        if known and BY_HAND in known.user_comments:
            string, comments = known.string, [BY_HAND]
        else:
            one = message.string
            string = (
                tuple(map(traditional, one)) if isinstance(one, tuple) else traditional(one or "")
            )
            comments = []
        new.add(message.id, string, flags=message.flags, user_comments=comments)
    return new


def missing(catalog: Catalog, places: Sequence[str]) -> list[tuple[str, str]]:
    """Where a sentence stands that has no translation, and its id."""
    return [
        (
            message.locations[0][0] if message.locations else "?",
            message.id if isinstance(message.id, str) else message.id[0],
        )
        for message in catalog
        if message.id
        and not (all(message.string) if isinstance(message.string, tuple) else message.string)
        and (
            not places
            or any(name.startswith(place) for name, _ in message.locations for place in places)
        )
    ]


def as_po(catalog: Catalog) -> bytes:
    """A catalog as text that changes only where a message does: no dates, no line numbers."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def files() -> dict[Path, bytes]:
    """What each catalog file ought to hold today."""
    simplified = updated("zh_CN", extracted())
    traditional = converted(simplified, read("zh_TW"))
    return {
        file_of("zh_CN", "po"): as_po(simplified),
        file_of("zh_CN", "mo"): as_mo(simplified),
        file_of("zh_TW", "po"): as_po(traditional),
        file_of("zh_TW", "mo"): as_mo(traditional),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where out of step"
    )
    parser.add_argument("--missing", nargs="*", metavar="PATH", help="list what has no Chinese yet")
    asked = parser.parse_args(arguments)
    if asked.missing is not None:
        for place, text in missing(updated("zh_CN", extracted()), asked.missing):
            print(f"{place}: {text}")
        return 0
    stale = [path for path, text in files().items() if path.read_bytes() != text]
    if asked.check:
        print(*(f"{path.relative_to(ROOT)} is out of step" for path in stale), sep="\n")
        return bool(stale)
    for path, text in files().items():
        path.write_bytes(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
