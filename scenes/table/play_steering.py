"""What steers the draws of a play: the line to the director, and what the session has settled."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.backend import Sampling
from scenes.constants import without
from scenes.scene import AuthorNote, Role, Scene
from scenes.steering import Steering
from scenes.table.draw import line_sampling
from scenes.table.hand import Asked, Hand
from scenes.table.knowledge import TableKnowledge
from scenes.table.ranker import Ranker
from scenes.table.session import Session


class PlaySteering:
    """The part of a play that says how is drawn, next to what the scene says."""

    session: Session
    knowledge: TableKnowledge
    asked: dict[str, Any]
    """What the person asks of `Sampling`, before what the scene says."""

    def __init__(self) -> None:
        self.asked = {}
        self.given: set[str] = set()
        """What of it was asked for as this sitting began, and so comes before what the session has
        settled."""
        self.model = ""
        """The name of the model at the table, where one is."""
        self.ranker: Ranker | None = None
        """How good candidates are, where the person's picks have taught it."""
        self.banned_always: tuple[str, ...] = ()
        """What the person never wants to read, whatever the scene says."""
        self.direction: str | None = None
        """What is to happen in the next line that is drawn; an empty text is that a line drawn
        once more is not to keep what it was drawn with."""

    @property
    def scene(self) -> Scene:
        return self.session.scene

    # --- how is drawn ---

    @property
    def wanted(self) -> Mapping[str, Any]:
        """All that is asked of sampling: for this sitting, by the session, by the person."""
        settled = self.session.tuning.sampling
        return {**self.asked, **{k: v for k, v in settled.items() if k not in self.given}}

    def sampling_of(self, speaker: Role) -> Sampling:
        """How a line of `speaker` is drawn now. Raises `KnownError`."""
        return line_sampling(self.scene, speaker, self.wanted, self.model)

    def unsettled(self, speaker: Role) -> Sampling:
        """The same without what the session has settled. Raises `KnownError`."""
        return line_sampling(self.scene, speaker, self.asked, self.model)

    def set_sampling(self, changes: Mapping[str, float | None]) -> None:
        """Draw with other values from the next draw on; `None` is as the scene says."""
        self.given -= changes.keys()
        settled = {**self.session.tuning.sampling, **changes}
        kept = {name: value for name, value in settled.items() if value is not None}
        self.session.steer(sampling=kept)

    # --- what stands in the prompt beside the log ---

    @property
    def note(self) -> AuthorNote:
        """The author's note that holds now."""
        settled = self.session.tuning.note
        return self.scene.note if settled is None else settled

    @property
    def banned(self) -> tuple[str, ...]:
        """The phrases that no candidate may hold now."""
        return tuple(dict.fromkeys([*self.banned_here, *self.banned_always]))

    @property
    def banned_here(self) -> tuple[str, ...]:
        """Those of them that the scene or the session names."""
        settled = self.session.tuning.banned
        return self.scene.banned if settled is None else settled

    @property
    def standing(self) -> Steering:
        """What steers every draw."""
        return Steering("", self.note, self.banned)

    def steering_for(self, asked: Asked) -> Steering:
        """What steers a draw that is wanted: a line to the director, else the one that a draw once
        more keeps."""
        director = asked.director if self.direction is None else self.direction
        return Steering(director, self.note, self.banned)

    def given_back(self, hand: Hand) -> Asked:
        """What was wanted of a draw that is over; of one that came to nothing, the line to the
        director waits again for the next."""
        if hand.complete:
            return hand.asked
        if self.direction is None:
            self.direction = hand.steering.director or None
        return replace(hand.asked, director="")

    # --- knowledge ---

    @property
    def told_scene(self) -> Scene:
        """The scene as prompts tell it: without what is switched off."""
        tuning = self.session.tuning
        return without(self.scene, tuning.off, tuning.off_entries)

    def knowledge_paths(self) -> list[tuple[Path, str]]:
        """The files of knowledge, each with the name of the role that it belongs to, or nothing."""
        own = [(path, role.name) for role in self.scene.cast for path in role.knowledge]
        found: dict[Path, str] = {path: "" for path in self.scene.knowledge}
        for path, name in own:
            found.setdefault(path, name)
        return list(found.items())

    def is_off(self, path: Path) -> bool:
        """Whether a file of knowledge is switched off."""
        return str(path) in self.session.tuning.off

    def told(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """The files of knowledge that may be told."""
        return tuple(path for path in paths if not self.is_off(path))

    def is_entry_off(self, path: Path, entry: str) -> bool:
        """Whether an entry of a lorebook is switched off, by what the session calls it."""
        return entry in self.session.tuning.off_entries.get(str(path), ())

    def entries_off(self) -> list[str]:
        """What the entries are called that are switched off, of files that are not."""
        off = self.session.tuning.off_entries
        return [
            f"{path.name} #{row.name}"
            for path, __ in self.knowledge_paths()
            if str(path) in off and not self.is_off(path)
            for row in self.knowledge.entries_of(path)
            if row.id in off[str(path)]
        ]

    def switch_entry(self, path: Path, entry: str, on: bool) -> None:
        """Switch an entry of a lorebook on or off, from the next draw on."""
        settled = dict(self.session.tuning.off_entries)
        off = [each for each in settled.pop(str(path), ()) if each != entry]
        if not on:
            off.append(entry)
        self.session.steer(off_entries={**settled, **({str(path): off} if off else {})})

    def switch(self, path: Path, on: bool) -> None:
        """Switch a file of knowledge on or off, from the next draw on."""
        off = [each for each in self.session.tuning.off if each != str(path)]
        self.session.steer(off=off if on else [*off, str(path)])
