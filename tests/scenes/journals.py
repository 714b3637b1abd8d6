"""Journals made by hand, read back, or refused."""

import json
from pathlib import Path

import pytest

from base.errors import KnownError
from scenes.table.journal import Journal
from scenes.table.play import Play
from scenes.table.session import Event

OPEN: Event = {
    "event": "open",
    "version": 1,
    "session": "s",
    "role": None,
    "scene": {"name": "s", "path": "s", "title": "题", "cast": [{"name": "甲"}]},
    "turns": [],
}


def said(number: int, text: str = "好") -> Event:
    entry = {"kind": "speech", "text": text, "speaker": "甲"}
    return {
        "event": "turns",
        "turns": [{"id": number, "parent": number - 1 or None, "entry": entry}],
    }


def written(path: Path, *events: Event) -> bytes:
    raw = b"".join(json.dumps(e, ensure_ascii=False).encode() + b"\n" for e in events)
    path.write_bytes(raw)
    return raw


def read_back(path: Path) -> tuple[list[Event], list[str]]:
    journal, events = Journal.open(path)
    journal.close()
    return [
        {key: event[key] for key in event if key != "time"} for event in events
    ], journal.notices


def refusal(path: Path) -> str:
    """Why the journal is refused, having checked that its file stays as it is."""
    before = path.read_bytes()
    with pytest.raises(KnownError) as refused:
        Play.resume(path)
    assert path.read_bytes() == before
    assert not path.with_suffix(".torn").exists()
    assert "\n" not in str(refused.value)
    return str(refused.value)
