"""An app that keeps keys in order: none is lost while a screen comes, none overtakes another."""

from collections.abc import Sequence
from weakref import WeakSet

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer

ROUNDS = 3
"""How often a key is followed up to the app: itself, the message that it causes, and what that one
causes in turn."""
LONGEST = 0.5
"""Seconds after which the next key is passed on whatever became of the one before."""


class KeysInOrder(App[None]):
    """Holds keys back until the screen that they are for is there.

    A screen may have one widget that takes all keys, as its `takes_keys`: then those of the program
    too wait until the keys before them have been done. On every other screen a key waits until the
    one before it has been done with all that came of it: it may have given the keys to another
    widget, or opened another screen. A screen that `is_passing` is given none: they are for what
    follows it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._screens_there: WeakSet[Screen[object]] = WeakSet()
        self._keys_waiting: list[events.Event] = []
        self._awaited: Screen[object] | None = None
        self._under_way: Timer | None = None
        """Runs while a key is being done; gives up where its widget has gone."""

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._under_way or self._keys_waiting or self.screen not in self._screens_there:
            self._keys_waiting.append(event)
            if not self._under_way:
                self._await(self.screen)
        else:
            await self._pass_on(event)

    def _await(self, screen: Screen[object]) -> None:
        if self._awaited is not screen:
            self._awaited = screen
            self.call_after_refresh(screen.call_later, self._arrived, screen)

    async def _arrived(self, screen: Screen[object]) -> None:
        """The screen has done all that was due before: pass on the keys that have waited for it."""
        if not getattr(screen, "is_passing", False):
            self._screens_there.add(screen)
        if self._awaited is screen:
            self._awaited = None
        await self._pass_on_waiting()

    async def _pass_on_waiting(self) -> None:
        while self._keys_waiting and not self._under_way and self.screen in self._screens_there:
            await self._pass_on(self._keys_waiting.pop(0))
        if self._keys_waiting and not self._under_way:
            self._await(self.screen)

    async def _pass_on(self, event: events.Event) -> None:
        taker = getattr(self.screen, "takes_keys", None)
        if taker is None:
            way = [*(self.focused or self.screen).ancestors_with_self]
            self._under_way = self.set_timer(LONGEST, self._done)
            await super().on_event(event)
            await self._follow(self._under_way, way, 0, ROUNDS)
        else:
            self.app_focus = True
            taker._forward_event(event)

    async def _follow(self, key: Timer, way: Sequence[MessagePump], at: int, rounds: int) -> None:
        """Go the way that a key goes, behind it, and again behind the messages that it caused."""
        if at == len(way):
            at, rounds = 0, rounds - 1
        while rounds and at < len(way):
            at += 1
            if way[at - 1].call_later(self._follow, key, way, at, rounds):
                return
        if self._under_way is key:
            await self._done()

    async def _done(self) -> None:
        if self._under_way:
            self._under_way.stop()
            self._under_way = None
        await self._pass_on_waiting()
