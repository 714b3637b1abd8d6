"""Chats of every kind beside what each has to become, which a person has read.

`python tests/imports/test_golden_chats.py` writes what they become now; read the difference line by
line before it is kept. Below the lines stand who is who, what has to be asked, and what was said.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from base.messages import speak
from scenes.files.chats import import_chat, open_chats, people_of
from scenes.files.chats.source import ChatFile
from scenes.files.exports import export
from scenes.table.play import Play

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden_chats"
CASES = ROOT / ".." / "shared" / "cases" / "chats"
DIGESTS = GOLDEN / "digests.txt"
"""What the shared cases become, as digests: they are not ours to ship."""
CODING = {"gbk.jsonl": "gb18030"}
INPUTS = sorted(path.name for path in GOLDEN.iterdir() if path.suffix in (".json", ".jsonl"))


def outcome(path: Path, folder: Path) -> str:
    """What each chat in a file becomes."""
    try:
        chats = open_chats(path)
    except KnownError as error:
        return f"refused: {error}\n"
    return "".join(outcome_of(chat, folder) for chat in chats)


def outcome_of(chat: ChatFile, folder: Path) -> str:
    """What a chat becomes: its lines, who is who, what is not sure, what was told of it."""
    path = chat.path
    try:
        people = people_of(chat)
        report = import_chat(chat, folder)
    except KnownError as error:
        return f"refused: {error}\n"
    assert people is not None
    play = Play.resume(folder / f"{report.session}.jsonl")
    play.close()
    session = play.session
    cast = [f"{one.name}{' (narrates)' if one.narrator else ''}" for one in session.scene.cast]
    lines = [entry.line for entry in session.entries]
    lines += ["--", f"you: {session.role}", f"cast: {', '.join(cast)}"]
    lines += [
        "swipes: " + " | ".join(candidate.entry.line for candidate in draw.candidates)
        for draw in session.draws.values()
    ]
    lines += [f"ask: {name}" for name in people.doubtful]
    lines += [f"left out: {reason} {count}" for reason, count in sorted(report.dropped.items())]
    lines += [f"notice: {notice.text}" for notice in report.notices if str(path) not in notice.text]
    if (
        report.title == "SillyTavern chat"
        and path.suffix == ".jsonl"
        and report.read == report.kept
    ):
        back = [json.loads(line) for line in export("sillytavern", session, None, 4096)]
        assert back == [
            json.loads(line)
            for line in path.read_bytes().decode(CODING.get(path.name, "utf-8")).splitlines()
        ]
    return "".join(f"{line}\n" for line in lines).replace(str(path.parent.resolve()), "")


def digest(path: Path, folder: Path) -> str:
    return f"{path.name} {hashlib.sha256(outcome(path, folder).encode()).hexdigest()}"


@pytest.mark.parametrize("name", INPUTS)
def test_a_chat_becomes_what_a_person_has_read(name: str, tmp_path: Path) -> None:
    text = outcome(GOLDEN / name, tmp_path)
    assert text == (GOLDEN / f"{name}.expected").read_text("utf-8")
    assert text.startswith("refused: ") == name.startswith("refused")


@pytest.mark.skipif(not CASES.is_dir(), reason="no shared cases beside the checkout")
def test_every_case_becomes_what_a_person_has_read(tmp_path: Path) -> None:
    known = DIGESTS.read_text("utf-8").splitlines()
    assert [digest(path, tmp_path) for path in sorted(CASES.iterdir())] == known


def main() -> None:
    """Write what the files become now."""
    speak("en")
    with tempfile.TemporaryDirectory() as folder:
        for name in INPUTS:
            (GOLDEN / f"{name}.expected").write_text(outcome(GOLDEN / name, Path(folder)), "utf-8")
        if CASES.is_dir():
            digests = [digest(path, Path(folder)) for path in sorted(CASES.iterdir())]
            DIGESTS.write_text("".join(f"{one}\n" for one in digests), "utf-8")


if __name__ == "__main__":
    main()
