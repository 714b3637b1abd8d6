"""Which ids follow an id: mostly one, and then it costs no more than that one."""


class Followers:
    """Ids by the one before them, in the order in which they came; `None` is the beginning."""

    def __init__(self) -> None:
        self._ids: dict[int | None, int | tuple[int, ...]] = {}

    def add(self, before: int | None, id: int) -> None:
        others = self.of(before)
        self._ids[before] = (*others, id) if others else id

    def of(self, before: int | None) -> tuple[int, ...]:
        found = self._ids.get(before, ())
        return (found,) if isinstance(found, int) else found

    def __contains__(self, before: int | None) -> bool:
        return before in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Followers) and self._ids == other._ids

    __hash__ = None  # type: ignore[assignment]
