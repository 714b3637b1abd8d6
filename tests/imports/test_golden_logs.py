"""Logs of every kind beside the log that each has to become, which a person has read.

`python tests/imports/test_golden_logs.py` writes what they become now; read the difference line by
line before it is kept. A `.refused` is the one line that is said of a file that is none.
"""

import hashlib
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from scenes.files.trpg.files import open_logs
from scenes.files.trpg.people import TableRules
from scenes.log import parse

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
CASES = ROOT / ".." / "shared" / "cases" / "logs"
DIGESTS = GOLDEN / "digests.json"
"""What the shared cases become, without their dice, as a digest: they are not ours to ship."""
ANSWERS = (".expected", ".refused")
INPUTS = sorted(
    path.name for path in GOLDEN.iterdir() if path.suffix not in ANSWERS and path != DIGESTS
)


def outcome(path: Path, table: TableRules | None = None) -> tuple[str, str]:
    """What a file becomes, and how the answer is named."""
    try:
        logs = open_logs(path)
        return ".expected", "".join(
            line for log in logs for line in log.lines(table or TableRules())
        )
    except KnownError as error:
        return ".refused", str(error).removeprefix(f"{path}: ") + "\n"


def digest(path: Path) -> str:
    """The digest of what a case becomes, without dice."""
    return hashlib.sha256(outcome(path, TableRules(dice=False))[1].encode()).hexdigest()


@pytest.mark.parametrize("name", INPUTS)
def test_a_log_becomes_what_a_person_has_read(name: str) -> None:
    suffix, text = outcome(GOLDEN / name)
    assert suffix == (".refused" if name.startswith("refused") else ".expected")
    assert text == (GOLDEN / f"{name}{suffix}").read_text("utf-8")
    if suffix == ".expected":
        assert not [one for one in parse(text) if one.kind == "unrecognised"]
        assert parse("".join(f"{one.line}\n" for one in parse(text))) == parse(text)
    else:
        assert text.strip().isprintable()


def test_every_case_becomes_what_a_person_has_read() -> None:
    if not CASES.is_dir():
        pytest.skip("no shared cases beside the checkout")
    known = json.loads(DIGESTS.read_text("utf-8"))
    assert {path.name: digest(path) for path in sorted(CASES.iterdir())} == known


def main() -> None:
    """Write what the files become now."""
    for name in INPUTS:
        suffix, text = outcome(GOLDEN / name)
        (GOLDEN / f"{name}{suffix}").write_text(text, "utf-8")
    if CASES.is_dir():
        digests = {path.name: digest(path) for path in sorted(CASES.iterdir())}
        DIGESTS.write_text(json.dumps(digests, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
