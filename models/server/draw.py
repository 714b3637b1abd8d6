"""The requests of one draw: how many at once, mended by what the server refuses, put into rows."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from threading import Event as Signal
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.backend import Delta, Progress, Prompt, Sampling
from models.server.count import ServerCounting
from models.server.dialect import Mode
from models.server.endpoint import Endpoint
from models.server.event import Event
from models.server.failure import RequestRefused, other_mode
from models.server.manners import THOUGHT_TOKENS, Manners
from models.server.rows import ServerRow
from models.stream_from_thread import stream_from_thread

PATHS: dict[Mode, str] = {"completions": "/completions", "chat": "/chat/completions"}
REFUSALS = 16
"""Fields that a request is mended by before it is given up."""
SURPLUS = 200
"""Pieces of text in a row, for candidates that have ended, after which no other is waited for."""
USAGE_WAIT = 0.5
"""Seconds in which a server may tell the tokens of a prompt after all candidates have ended."""

Piece = Delta | Progress
Put = Callable[[Piece], None]


@dataclass(frozen=True)
class Connection:
    """What all draws from one model of a server have in common."""

    endpoint: Endpoint
    name: str
    """What a person calls the model."""
    mode: Mode
    manners: Manners
    counting: ServerCounting
    notices: list[str]


class ServerDraw:
    """The candidates of one draw, and the requests that fill them; `body` is that for one."""

    def __init__(
        self, connection: Connection, prompt: Prompt, sampling: Sampling, body: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._prompt, self._sampling, self._body = prompt, sampling, body
        self._progress = Progress(0, connection.counting.guess(prompt.text))
        self._cached, self._read_of = 0, 0
        """Tokens of the prompt that were in the cache, and all of them, told while it is read."""
        self._late: set[int] = set()
        """Rows whose end is told when the server has told what the draw cost."""
        self.rows = [self._new_row() for __ in range(sampling.n)]

    def draw(self, stop: Signal) -> Generator[Piece]:
        """All candidates, piece by piece. Closing it, or `stop`, ends the requests."""
        yield from self._pieces(self._draw_all, stop)
        if not all(row.ended for row in self.rows):
            raise KnownError(
                _("{name}: the draw was stopped before its end", name=self._connection.name)
            )

    def read(self, stop: Signal) -> Generator[Progress]:
        """How far the server has read the prompt; what it draws then is dropped."""
        for piece in self._pieces(lambda put: self._draw_mended([0], put), stop):
            if isinstance(piece, Progress):
                yield piece
        if self.rows[0].begun:
            yield self._progress

    def _pieces(
        self, requests: Callable[[Put], Coroutine[Any, Any, None]], stop: Signal
    ) -> Generator[Piece]:
        """What the requests put, made in an event loop of another thread."""

        def work(put: Put, stop: Signal) -> None:
            asyncio.run(_until_stopped(requests(put), stop))

        with closing(stream_from_thread(work, stop)) as stream:
            for piece in stream:
                yield self._progress if piece is None else piece

    def _new_row(self) -> ServerRow:
        """A candidate; of one that may think first nothing is shown before it has."""
        thinks = self._connection.mode == "chat" or self._connection.manners.thinks
        return ServerRow(self._sampling, self._prompt.cue, thinks)

    async def _draw_all(self, put: Put) -> None:
        """Draw all rows; those that a request for several left out, one by one."""
        connection = self._connection
        await self._draw_side_by_side(range(len(self.rows)), put)
        missing = [at for at, row in enumerate(self.rows) if not row.begun]
        if missing and len(missing) < len(self.rows):
            connection.manners.most = 1
            for at in missing:
                self.rows[at] = self._new_row()
            await self._draw_side_by_side(missing, put)
        if any(not row.ended for row in self.rows):
            raise self._broke_off()
        if any(row.broken for row in self.rows):
            self._note_thoughts()
        if any(row.finish == "thought" for row in self.rows):
            connection.manners.thinks = True

    async def _draw_side_by_side(self, rows: Sequence[int], put: Put) -> None:
        """Draw `rows` in requests of as many as the server takes in one."""
        size = self._connection.manners.most or len(rows)
        try:
            async with asyncio.TaskGroup() as group:
                for first in range(0, len(rows), size):
                    group.create_task(self._draw_mended(rows[first : first + size], put))
        except* KnownError as errors:
            raise errors.exceptions[0] from None

    async def _draw_mended(self, rows: Sequence[int], put: Put) -> None:
        """Draw `rows` in one request, mended as long as the server names what it does not take."""
        connection = self._connection
        manners = connection.manners
        for __ in range(REFUSALS):
            body = dict(self._body) | ({"n": len(rows)} if len(rows) > 1 else {})
            if "seed" in body:
                body["seed"] += rows[0]
            fitted = manners.fitted(body)
            try:
                return await self._request(rows, fitted, put)
            except RequestRefused as refused:
                if advice := other_mode(connection.mode, refused.status, refused.body):
                    raise KnownError(
                        _("{problem}; {remedy}", problem=refused, remedy=advice)
                    ) from None
                lines = manners.learn(fitted, refused.status, refused.body)
                if not lines or any(self.rows[at].begun for at in rows):
                    raise
            for line in lines:
                connection.notices.extend(
                    manners.tell(_("{name}: {notice}", name=connection.name, notice=line))
                )
            if len(rows) > (manners.most or len(rows)):
                return await self._draw_side_by_side(rows, put)
        raise KnownError(
            _(
                "{address}: it refuses each request for another reason",
                address=connection.endpoint.shown,
            )
        )

    async def _request(self, rows: Sequence[int], body: dict[str, Any], put: Put) -> None:
        """Draw `rows` with the request `body`, as far as the server draws them."""
        latest, surplus = Event(), 0
        events = self._connection.endpoint.events(PATHS[self._connection.mode], body)
        async with aclosing(events):
            try:
                async for event in events:
                    latest = event
                    needed = self._take(rows, event, put)
                    ended = [self.rows[at].ended for at in rows]
                    surplus = 0 if needed else surplus + (event.says and any(ended))
                    if all(ended) or surplus > SURPLUS:
                        break
                if all(self.rows[at].finished for at in rows):
                    latest = await self._usage(latest, events)
            finally:
                for at in self._late & set(rows):
                    self._put(at, "", latest, put)
        for at in rows:
            row = self.rows[at]
            if latest.done and row.begun and not row.ended and (row.pieces or row.thought):
                self._put(at, row.end(cut=not row.pieces), latest, put)
            elif row.begun and not row.ended:
                raise self._broke_off()

    def _take(self, rows: Sequence[int], event: Event, put: Put) -> bool:
        """Give each candidate what an event has of it; whether it was for one still open."""
        if event.read is not None:
            self._progress = Progress(*event.read)
            self._read_of = event.read[1]
            self._cached = max(self._cached, event.cached_tokens or 0)
            put(self._progress)
        taken = False
        for choice in event.choices:
            if choice.index >= len(rows):
                continue
            at = rows[choice.index]
            row = self.rows[at]
            if row.ended:
                row.finished = row.finished or bool(choice.finish)
                continue
            shown, taken = row.take(choice), True
            last = all(self.rows[each].finished for each in rows)
            if last and "stream_options" in self._body and event.cached_tokens is None:
                self._late.add(at)
                if shown:
                    put(Delta(at, shown))
            else:
                self._put(at, shown, event, put)
        if taken:
            self._progress = Progress(self._progress.total, self._progress.total)
        return taken

    def _put(self, at: int, shown: str, event: Event, put: Put) -> None:
        row = self.rows[at]
        if shown:
            put(Delta(at, shown))
        if row.ended:
            put(Delta(at, end=row.cost(event, len(self.rows) == 1, self._total(), self._cached)))

    def _total(self) -> int:
        """Tokens of the prompt, where the end does not tell them."""
        return self._read_of or self._connection.counting.guess(self._prompt.text)

    async def _usage(self, latest: Event, events: AsyncGenerator[Event]) -> Event:
        """What the server tells of the whole answer, behind it; estimates are corrected by it."""
        counting = self._connection.counting
        if "stream_options" not in self._body and counting.exact:
            return latest
        following = latest
        with suppress(TimeoutError):
            async with asyncio.timeout(USAGE_WAIT):
                while not following.done and following.cached_tokens is None:
                    following = await anext(events, Event(done=True))
                    latest = latest if following.prompt_tokens is None else following
        if latest.prompt_tokens:
            counting.learn(self._prompt.text, latest.prompt_tokens)
        return latest

    def _note_thoughts(self) -> None:
        """Tell that a model thought instead of answering; it gets more room the next time."""
        connection = self._connection
        line = _(
            "{name}: it thinks before it answers, and that took all of its {room} tokens. "
            "From now on it gets {more} more, and is slower for it; a model that does not think, "
            "or a server that switches thinking off, answers at once",
            name=connection.name,
            room=self._body["max_tokens"],
            more=THOUGHT_TOKENS,
        )
        connection.notices.extend(connection.manners.tell(line))
        connection.manners.thinks = True

    def _broke_off(self) -> KnownError:
        return KnownError(
            _(
                "{address}: the answer broke off; try again",
                address=self._connection.endpoint.shown,
            )
        )


async def _until_stopped(work: Coroutine[Any, Any, None], stop: Signal) -> None:
    """Wait for `work`, and cancel it at `stop`."""
    task = asyncio.create_task(work)
    while not task.done():
        if stop.is_set():
            task.cancel()
        await asyncio.wait([task], timeout=0.05)
    with suppress(asyncio.CancelledError):
        task.result()
