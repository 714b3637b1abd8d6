"""What each role had read at every line of a log; one history where all read all."""

from collections.abc import Sequence

from scenes.log import Entry
from scenes.prompt import Count, History
from scenes.scene import Role, Scene
from scenes.view import Missing, seen_by


class Histories:
    """The histories of `roles` as a log goes on."""

    def __init__(self, scene: Scene, roles: Sequence[Role], count: Count, hides: bool) -> None:
        """`hides` is whether anything in the log is not for all."""
        self._roles = roles if hides else ()
        self._private = scene.thoughts == "private"
        share, turns = scene.memory.share, scene.memory.turns
        self._shared = History(count, share=share, turns=turns)
        self._own = {role.name: History(count, share=share, turns=turns) for role in self._roles}

    def of(self, role: Role) -> History:
        """What that role has read."""
        return self._own.get(role.name, self._shared)

    def add(self, entry: Entry, missing: Missing) -> None:
        """Take what is said next, which those of `missing` do not see."""
        if not self._roles:
            self._shared.add(entry)
        for role in self._roles:
            seen = seen_by(entry, missing, role, self._private)
            if seen is not None:
                self._own[role.name].add(seen)
