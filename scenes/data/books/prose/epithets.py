"""Who is meant by what somebody is: the girl of a scene that has one woman with a name in it."""

import re
from bisect import bisect_left, bisect_right
from functools import cached_property

from scenes.data.books.prose import words as w
from scenes.data.books.prose.cast import Cast, form_at
from scenes.data.books.prose.chinese_names import ROLES
from scenes.data.books.prose.evidence import SOMEBODY

AHEAD, BEHIND = 3000, 1500
"""Characters before and behind within which somebody is at hand."""
REACH = 30
"""Characters behind a place that belong to its clause."""


class Epithets:
    """Tells for one text who `the old man` is, where only one can be meant."""

    def __init__(self, narration: str, cast: Cast) -> None:
        self.narration = narration
        self.cast = cast

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        """Where each person with a name is named."""
        forms = [
            form
            for form, name in self.cast.forms.items()
            if form not in ROLES and name not in ROLES and len(form) > 1
        ]
        places: dict[str, list[int]] = {}
        if not forms:
            return places
        first = re.compile(f"[{re.escape(''.join(sorted({form[0] for form in forms})))}]")
        known = {form: self.cast.forms[form] for form in forms}
        for sign in first.finditer(self.narration):
            if form := form_at(known, self.narration, sign.start()):
                places.setdefault(known[form], []).append(sign.start())
        return places

    @cached_property
    def _old(self) -> frozenset[str]:
        return frozenset(
            name
            for form, name in self.cast.forms.items()
            if form not in ROLES and len(form) > 1 and form[0] == "老"
        )

    def meant(self, role: str, at: int) -> str:
        """The one person with a name who may be meant; else `role` itself."""
        if role not in w.EPITHETS:
            return role
        gender = self.cast.gender(role)
        old = role in w.OLD
        if not gender and not old:
            return role
        near = [name for name in self._named if self._is_near(name, at)]
        if later := self._named_later(role, gender, near, at):
            return later
        fits = [
            name
            for name in near
            if (name in self._old if old else self.cast.gender(name) == gender)
        ]
        if len(fits) != 1 or (not old and any(not self.cast.gender(name) for name in near)):
            return role
        first = self._named[fits[0]][0]
        return role if self._introduced(role, first, at) else fits[0]

    def _named_later(self, role: str, gender: str, near: list[str], at: int) -> str:
        """Who gets a name after they were brought in so; somebody, where several may have been."""
        brought = re.compile(rf"[一个位名][^，。！？、\n]{{0,10}}{role}")
        first = brought.search(self.narration, max(0, at - AHEAD), at + REACH)
        if first is None:
            return ""
        fits = [
            name
            for name in near
            if self._named[name][0] > first.start() and self.cast.gender(name) in (gender, "")
        ]
        if len(fits) == 1 and self.cast.gender(fits[0]):
            return fits[0]
        return SOMEBODY if fits else ""

    def _is_near(self, name: str, at: int) -> bool:
        places = self._named[name]
        return bisect_right(places, at + BEHIND) > bisect_left(places, at - AHEAD)

    def _introduced(self, role: str, first: int, at: int) -> bool:
        """Whether somebody new is brought in so after the person had been named."""
        if first >= at:
            return False
        brought = re.compile(rf"[一个位名][^，。！？、\n]{{0,10}}{role}")
        return brought.search(self.narration, first, at + REACH) is not None
