"""Runs a blocking producer in a thread and hands its pieces to a generator that can be closed."""

from collections.abc import Callable, Generator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")


class _Done:
    """The last thing a producer puts: that it returned, or what it raised."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def stream_from_thread(
    work: Callable[[Callable[[T], None], Event], None], stop: Event, beat: float = 0.1
) -> Generator[T | None]:
    """Yield what `work(put, stop)` puts, and `None` after each `beat` seconds without any.

    The `None` lets the reader change its mind while nothing comes. Closing the generator sets
    `stop`, which `work` heeds, and waits for it to return. What `work` raises is raised here.
    """
    queue: SimpleQueue[T | _Done] = SimpleQueue()

    def run() -> None:
        try:
            work(queue.put, stop)
        except BaseException as error:
            queue.put(_Done(error))
        else:
            queue.put(_Done(None))

    thread = Thread(target=run, name="draw", daemon=True)
    thread.start()
    try:
        while True:
            try:
                piece = queue.get(timeout=beat)
            except Empty:
                yield None
                continue
            if isinstance(piece, _Done):
                if piece.error is not None:
                    raise piece.error
                return
            yield piece
    finally:
        stop.set()
        thread.join()
