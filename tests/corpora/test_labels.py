"""The score against quotations labelled by hand; needs the novels beside the repository."""

import json
from pathlib import Path

import pytest

from scenes.data.books.book import read_book

NOVELS = Path(__file__).parents[2].parent / "shared" / "data" / "novels"
HERE = Path(__file__).parent
needs_novels = pytest.mark.skipif(
    not NOVELS.is_dir(), reason=f"the four classics are not in {NOVELS}"
)


def rows(name):
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def test_labels_hold_positions_and_names_but_no_text_of_the_novels():
    for row in (*rows("labels.jsonl"), *rows("development.jsonl")):
        assert row.keys() <= {"novel", "at", "length", "speaker", "why"}
        assert bool(row["speaker"]) != ("why" in row)


def test_three_hundred_quotations_are_labelled_and_none_was_developed_on():
    labels = {(row["novel"], row["at"]) for row in rows("labels.jsonl")}
    assert len(labels) == 300
    assert not labels & {(row["novel"], row["at"]) for row in rows("development.jsonl")}


@needs_novels
def test_every_label_points_at_an_opening_mark():
    texts = {
        name: read_book(NOVELS / f"{name}.txt").text
        for name in {r["novel"] for r in rows("labels.jsonl")}
    }
    assert all(texts[row["novel"]][row["at"]] in '“「"' for row in rows("labels.jsonl"))


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
