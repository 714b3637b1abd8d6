"""What goes on in a thread of its own beside the table, and how the table hears of it."""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")

Post = Callable[[Callable[[], None]], bool]
"""Has a call made in the thread of the front end; whether it will be."""


class Background(Generic[T]):
    """Consumes a generator in a thread; each item, and the end, arrive where `post` makes calls.

    `busy` is held meanwhile. After `cancel` nothing arrives any more, and the generator is closed
    when it next yields.
    """

    def __init__(
        self,
        items: Generator[T],
        busy: AbstractContextManager[object],
        post: Post,
        take: Callable[[T], object],
        ended: Callable[[Exception | None], object],
        lost: Callable[[T], object] = lambda item: None,
    ) -> None:
        """`lost` is given what can no longer arrive."""
        self._items, self._busy, self._post = items, busy, post
        self._take, self._ended, self._lost = take, ended, lost
        self.cancelled = False
        self._arrived: deque[T] = deque()
        self._due = False
        """Whether a call is on its way that takes what has arrived."""

    def start(self, name: str) -> "Background[T]":
        Thread(target=self._run, name=name).start()
        return self

    def cancel(self) -> None:
        self.cancelled = True

    def _run(self) -> None:
        error: Exception | None = None
        try:
            with self._busy, closing(self._items):
                if not self.cancelled:
                    self._consume()
        except Exception as failure:
            error = failure
        except BaseException as failure:  # such as a panic of a library in Rust
            error = RuntimeError(repr(failure))
            error.__cause__ = failure
        self._post(partial(self._arrive_at_end, error))

    def _consume(self) -> None:
        for item in self._items:
            self._arrived.append(item)
            if self.cancelled or not (self._due or self._announce()):
                self._lose_all()
                return

    def _announce(self) -> bool:
        self._due = True
        return self._post(self._arrive)

    def _arrive(self) -> None:
        """Take all that has come until now, in its order: a front end that is slow is told less
        often. What comes while it takes waits for the next call, or nothing else would be done."""
        self._due = False
        for __ in range(len(self._arrived)):
            if not self.cancelled:
                self._take(self._arrived.popleft())
        if self.cancelled:
            self._lose_all()
        elif self._arrived and not self._due:
            self._announce()

    def _lose_all(self) -> None:
        while True:
            try:  # the other thread may be losing them too
                item = self._arrived.popleft()
            except IndexError:
                return
            self._lost(item)

    def _arrive_at_end(self, error: Exception | None) -> None:
        if not self.cancelled:
            self._ended(error)


class CallQueue:
    """The calls that wait for a front end without an event loop of its own."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def post(self, call: Callable[[], None]) -> bool:
        self._calls.put(call)
        return True

    def make(self, seconds: float = 0.1) -> None:
        """Make the next call; none where none comes in that time, so that Ctrl-C is heard."""
        try:
            call = self._calls.get(timeout=seconds)
        except Empty:
            return
        call()
