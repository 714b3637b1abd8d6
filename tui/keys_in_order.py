"""An app that keeps keys in order: none is lost while a screen comes, none overtakes another."""

from weakref import WeakSet

from textual import events
from textual.app import App
from textual.screen import Screen


class KeysInOrder(App[None]):
    """Holds keys back until the screen that they are for is there.

    A screen may have one widget that takes all keys, as its `takes_keys`: then those of the program
    too wait until the keys before them have been done.
    """

    def __init__(self) -> None:
        super().__init__()
        self._screens_there: WeakSet[Screen[object]] = WeakSet()
        self._keys_waiting: list[events.Event] = []
        self._awaited: Screen[object] | None = None

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self.screen in self._screens_there and not self._keys_waiting:
            await self._pass_on(event)
        else:
            self._keys_waiting.append(event)
            self._await(self.screen)

    def _await(self, screen: Screen[object]) -> None:
        if self._awaited is not screen:
            self._awaited = screen
            self.call_after_refresh(screen.call_later, self._arrived, screen)

    async def _arrived(self, screen: Screen[object]) -> None:
        """The screen has done all that was due before: pass on the keys that have waited for it."""
        self._screens_there.add(screen)
        if self._awaited is screen:
            self._awaited = None
        while self._keys_waiting and self.screen in self._screens_there:
            await self._pass_on(self._keys_waiting.pop(0))
        if self._keys_waiting:
            self._await(self.screen)

    async def _pass_on(self, event: events.Event) -> None:
        taker = getattr(self.screen, "takes_keys", None)
        if taker is None:
            await super().on_event(event)
        else:
            self.app_focus = True
            taker._forward_event(event)
