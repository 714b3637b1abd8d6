"""What it takes to make a voice of a session: lines by role, the commands, and their files."""

import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from base.filenames import file_name
from base.folders import data_folder, sessions_folder

FEW = 200
"""Lines below which a person is told that they are few."""
NEEDED = ("torch", "transformers", "peft")
"""Packages of the extra `train`."""
ENOUGH = 20
"""Lines of a role from which on a tenth of them, the last ones, are held out."""


@dataclass(frozen=True)
class Lines:
    """What one role has said on the branch that stands, after the opening."""

    role: str
    lines: int
    picked: int
    """Of these, how many were picked from candidates."""
    own: bool
    """Whether it is the player's role."""


@dataclass(frozen=True)
class Voicing:
    """The commands that make a voice of a role, and their files."""

    session: str
    role: str
    base: str
    examples: Path
    recipe: Path
    adapter: Path
    holds_out: bool = False
    """Whether there are enough lines to see by some of them how it goes."""

    @property
    def commands(self) -> tuple[Sequence[str], ...]:
        """What is run one after the other, as arguments of `paotuan`."""
        return (
            (
                *("corpus", "examples", self.session, "--for", self.role),
                *("--model", self.base, "-o", str(self.examples)),
                *(() if self.holds_out else ("--test", "0")),
            ),
            ("train", str(self.recipe)),
        )

    @property
    def shell(self) -> list[str]:
        """The same as lines for a shell."""
        return [f"paotuan {shlex.join(arguments)}" for arguments in self.commands]

    @property
    def recipe_text(self) -> str:
        """The recipe: what differs from the defaults."""
        import yaml

        from models.catalog import known

        model = known(self.base)
        keys = {
            "base": self.base,
            "examples": str(self.examples),
            "out": str(self.adapter),
            "eval_steps": 10,
        }
        if model is not None and model.adapter is not None:
            keys["start"] = model.adapter  # so that it still acts and thinks
        return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False)


def lines_by_role(path: Path) -> list[Lines]:
    """Who has said how much in the session at `path`, the most first. Raises `KnownError`."""
    from scenes.table.journal_reader import read_session

    session = read_session(path)
    said, picked = Counter[str](), Counter[str]()
    names = {role.name: role.name for role in session.scene.cast}
    names |= {alias: role.name for role in session.scene.cast for alias in role.aliases}
    narrator = next((role.name for role in session.scene.cast if role.narrator), "")
    for turn in session.path:
        name = names.get(turn.entry.speaker) if turn.entry.speaker else narrator
        if turn.by != "opening" and name:
            said[name] += 1
            picked[name] += turn.by == "model" and not turn.unattended
    return [
        Lines(name, many, picked[name], name == session.role) for name, many in said.most_common()
    ]


def voicing(path: Path, said: Lines, base: str) -> Voicing:
    """How a voice is made of a role's lines in the session whose journal is at `path`."""
    role = said.role
    name = f"{file_name(role, 'voice')}-{path.stem[:15]}"
    folder = data_folder()
    return Voicing(
        str(path) if "." in path.stem or path.parent != sessions_folder() else path.stem,
        role,
        base,
        folder / "voices" / f"{name}.jsonl",
        folder / "voices" / f"{name}.yaml",
        folder / "adapters" / name,
        said.lines >= ENOUGH,
    )


def missing_package() -> str | None:
    """A package of the extra `train` that is not installed."""
    return next((name for name in NEEDED if find_spec(name) is None), None)


def program() -> list[str]:
    """How this program is called from itself."""
    return [sys.executable, "-m", "tui"]
