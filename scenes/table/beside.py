"""What works beside a table in threads: for which play, with which model, and who hears of it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

from scenes.table import controller_events as happened
from scenes.table.background import Background, Post
from scenes.table.model_slot import ModelSlot
from scenes.table.play import Play

T = TypeVar("T")


@dataclass(frozen=True)
class Beside:
    """A play and its model, and how the front end hears of what is done for them."""

    play: Play
    model: ModelSlot
    post: Post
    emit: Callable[[happened.TableEvent], None]

    def begin(
        self,
        name: str,
        items: Generator[T],
        take: Callable[[T], object],
        ended: Callable[[Exception | None], object],
        lost: Callable[[T], object] = lambda item: None,
    ) -> Background[T]:
        """Consume a generator in a thread of that name, which holds the model meanwhile."""
        return Background(items, self.model.busy, self.post, take, ended, lost).start(name)
