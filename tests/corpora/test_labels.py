"""The labels of quotations; the score against them needs the novels beside the repository."""

import json
from pathlib import Path

import pytest

from scenes.data.books.book import read_book

HERE = Path(__file__).parent
LABELS = HERE / "labels"
DATA = HERE.parents[1].parent / "shared" / "data"
NOVELS = DATA / "novels"
FOLDERS = (NOVELS, DATA / "novels_more", HERE / "modern")
WHY = {"letter", "misprint", "nameless", "nested", "several", "sound", "term", "verse", "writing"}
LEAST = {
    "classical-held": 100,
    "classical-more": 40,
    "vernacular-more": 100,
    "modern-more": 100,
    "english-more": 100,
    "stories-tune": 100,
    "novels-held": 75,
    "romances-tune": 50,
}
needs_novels = pytest.mark.skipif(
    not NOVELS.is_dir(), reason=f"the four classics are not in {NOVELS}"
)
each_file = pytest.mark.parametrize(
    "path", sorted(LABELS.glob("*.jsonl")), ids=lambda one: one.stem
)


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def places(stem):
    return {(row["novel"], row["at"]) for row in rows(LABELS / f"{stem}.jsonl")}


@each_file
def test_labels_hold_positions_and_names_but_no_text_of_the_novels(path):
    for row in rows(path):
        assert row.keys() <= {"novel", "at", "length", "speaker", "why"}
        assert row["length"] > 0
        assert all(0 < len(name) <= 24 for name in row["speaker"].split("|")) or not row["speaker"]
        assert row.get("why", "") in (WHY if not row["speaker"] else {""})


@each_file
def test_each_file_has_enough_labels_and_none_twice(path):
    labels = rows(path)
    assert len(labels) >= LEAST.get(path.stem, 150)
    assert len({(row["novel"], row["at"]) for row in labels}) == len(labels)


@each_file
def test_the_readme_counts_each_file(path):
    labels = rows(path)
    counts = f"| {len(labels)} | {sum(bool(row['speaker']) for row in labels)} |"
    lines = (LABELS / "README.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith(f"| {path.stem} |") and counts in line], (
        counts
    )


@pytest.mark.parametrize(
    "kind", ["great-novels", "vernacular", "classical", "modern", "english", "novels"]
)
def test_nothing_that_is_tuned_on_is_held(kind):
    assert places(f"{kind}-tune")
    assert places(f"{kind}-held")
    assert not places(f"{kind}-tune") & places(f"{kind}-held")


@pytest.mark.parametrize("kind", ["vernacular", "classical", "english", "novels"])
def test_a_book_is_tuned_on_before_what_is_held(kind):
    tuned, held = places(f"{kind}-tune"), places(f"{kind}-held")
    for novel in {novel for novel, _at in held}:
        assert max(at for each, at in tuned if each == novel) < min(
            at for each, at in held if each == novel
        )


def test_stories_that_are_tuned_on_are_labelled_elsewhere_than_those_that_are_counted():
    assert not places("stories-tune") & places("modern-more")


def test_three_hundred_quotations_of_the_great_novels_are_held():
    assert len(places("great-novels-held")) == 300


@each_file
def test_every_label_points_at_an_opening_mark_and_names_stand_in_the_book(path):
    texts = {}
    for row in rows(path):
        found = [one for one in (f / f"{row['novel']}.txt" for f in FOLDERS) if one.is_file()]
        if not found:
            continue
        if row["novel"] not in texts:
            texts[row["novel"]] = read_book(found[0]).text
        text = texts[row["novel"]]
        assert text[row["at"]] in '“「"‘—', row
        if not path.stem.startswith("great-novels"):
            assert all(name in text for name in row["speaker"].split("|")), row
    if not texts:
        pytest.skip(f"none of the books of {path.name} is in {DATA}")


@needs_novels
def test_speakers_are_right_and_most_are_found():
    score = load_score()
    found = score(NOVELS)
    assert found["all"].labels == 300
    assert all(each.precision >= 0.95 for each in found.values())
    assert found["all"].recall >= 0.85


def load_score():
    """The scorer beside this file, which is also a command."""
    from importlib.util import module_from_spec, spec_from_file_location
    from sys import modules

    spec = spec_from_file_location("score_of_quotes", HERE / "score.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.score


def test_the_sample_novel_is_the_chapter_that_is_labelled() -> None:
    sample = HERE.parents[1] / "corpus" / "雾渡" / "雾渡.txt"
    assert sample.read_bytes() == (HERE / "modern" / "ferry.txt").read_bytes()
