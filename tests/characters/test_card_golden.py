"""Whole cards as they come in: each input with what was made of it, read by a person line by line.

`python -m tests.characters.test_card_golden` writes what is made now, to be read again.
"""

import json
from pathlib import Path

import pytest

from base.yaml_writer import yaml_text
from characters.cards.files import read_cards
from characters.cards.importing import plan
from characters.lore.foreign import lorebook_of
from scenes.constants import constants_in
from scenes.files.cards import report_of
from scenes.scene_loader import read_scene

GOLDEN = Path(__file__).resolve().parent / "golden"
CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "cards"
OWN = sorted(path for path in GOLDEN.glob("*.json"))
SHARED = sorted(CASES.glob("card-*.json"))


def told(path: Path) -> str:
    """Everything that a card becomes, as text: its character file, book and report."""
    parts: list[str] = []
    for one in plan([path], Path("made"), name="掌柜" if path.stem == "nameless" else ""):
        parts.append(one.text)
        if one.card.book:
            book = lorebook_of(one.card.book, "book", one.sheet.name)
            parts += [f"constant: {c.text}\n" for c in _short(book, one.sheet.name)]
            parts += [f"book: {e.keys}: {e.content}\n" for e in book.entries if not e.is_profile]
        report = report_of(one).as_json()
        kept = {key: report[key] for key in ("kept", "dropped")}
        parts.append(
            yaml_text({**kept, "notices": [str(one["text"]) for one in report["notices"]]})
        )
    return "---\n".join(parts)


def _short(book, name):
    for one in constants_in(book, Path("book"), name, "{{user}}"):
        yield one if len(one.text) < 200 else type(one)(one.text[:20] + "…", one.key, one.path)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_card_of_ours_comes_in_as_it_was_read(path):
    assert told(path) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.skipif(not SHARED, reason="needs the folder `shared` beside the checkout")
@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_a_case_comes_in_as_it_was_read(path):
    assert told(path) == (GOLDEN / "cases" / f"{path.stem}.txt").read_text("utf-8")


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_no_card_leaves_markup_or_macros_raw_once_it_plays(path, tmp_path):
    (one, *__) = plan([path], tmp_path, name="掌柜" if path.stem == "nameless" else "")
    (tmp_path / "c.yaml").write_text(one.text.replace(one.beside.name, path.name), "utf-8")
    (tmp_path / path.name).write_bytes(path.read_bytes())
    if one.book is not None:
        book = {"spec": "lorebook_v3", "data": one.card.book}
        (tmp_path / one.book.name).write_text(json.dumps(book), "utf-8")
    scene = f"title: 夜\nplay_as: 旅人\ncast: {{{one.sheet.name}: {{character: c.yaml}}, 旅人: }}\n"
    (tmp_path / "s.yaml").write_text(scene, "utf-8")
    read = read_scene(tmp_path / "s.yaml")
    role = read.cast[0]
    texts = [role.profile, role.voice, *role.openings, *(note.text for note in role.notes)]
    texts += [one.text for one in role.constants]
    for mark in ("{{", "}}", "<%", "</", "<!--", "```", "UpdateVariable", "PlaceHolder"):
        assert all(mark not in text for text in texts), (mark, texts)


def test_every_card_here_is_read_whole_and_exports_byte_for_byte(tmp_path):
    from characters.cards.export import write_card

    assert len(OWN) >= 12
    for path in OWN:
        cards = read_cards(path).cards
        if len(cards) == 1:
            write_card(cards[0], tmp_path / path.name, source=path)
            assert (tmp_path / path.name).read_bytes() == path.read_bytes()


if __name__ == "__main__":
    for path in OWN:
        path.with_suffix(".txt").write_text(told(path), "utf-8")
    for path in SHARED:
        (GOLDEN / "cases").mkdir(exist_ok=True)
        (GOLDEN / "cases" / f"{path.stem}.txt").write_text(told(path), "utf-8")
