"""Many people at one `paotuan serve`: from a key to its paint, memory, and who sees whose words.

    python tests/bench/serve_load.py [--people 20] [--seconds 60] [--rounds 3] [--model scripted]

A real server on this machine's own address, and as many websockets as people, which speak to it as
its page does. Each types signs that nobody else types and no scene has, so a key is timed from its
sending to the first bytes that show its sign, and a sign that comes to somebody else is counted. At
the end of a line they press Enter, have the model draw, and pick. Prints a Markdown table,
a row a round.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from models.bench_tables import percentile
from tests.tui.served import Served, served

SIGNS = range(0x3400, 0x4DB0)
"""Chinese signs that no scene has and no word of the program."""
GAPS = (0.1, 0.4)
"""Seconds between two keys: four a second in the mean, which is 48 words a minute."""
LINE = 16
"""Keys to a line."""
DRAWN = 2.0
"""Seconds that a person looks at what was drawn."""
LATE = 5.0
"""Seconds after which a key is taken to be lost."""


@dataclass
class Person:
    """A browser that types, and what came of it."""

    number: int
    people: int
    socket: aiohttp.ClientWebSocketResponse
    paints: list[float] = field(default_factory=list)
    """Seconds from each key to its paint."""
    lost: int = 0
    strange: set[str] = field(default_factory=set)
    """Signs of others that were shown here."""
    said: list[str] = field(default_factory=list)
    wanted: str = ""
    shown: asyncio.Event = field(default_factory=asyncio.Event)
    last: float = 0.0
    """When something was shown last."""

    def __post_init__(self) -> None:
        share = len(SIGNS) // self.people
        self.signs = [chr(SIGNS[self.number * share + at]) for at in range(share)]
        self.others = set(map(chr, SIGNS)) - set(self.signs)

    async def look(self) -> None:
        """Take in what is shown until the table is closed."""
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            self.last = time.perf_counter()
            text = message.data.decode("utf-8", "replace")
            self.strange |= self.others.intersection(text)
            if self.wanted and self.wanted in text:
                self.wanted = ""
                self.shown.set()

    async def key(self, keys: str) -> None:
        await self.socket.send_str(json.dumps(["stdin", keys]))

    async def type(self, sign: str) -> None:
        self.wanted, began = sign, time.perf_counter()
        self.shown.clear()
        await self.key(sign)
        try:
            await asyncio.wait_for(self.shown.wait(), LATE)
        except TimeoutError:
            self.lost += 1
        else:
            self.paints.append(self.last - began)

    async def play(self, until: float) -> None:
        """Type lines, say them, and pick of what is drawn, as somebody does who reads little."""
        chance = random.Random(self.number)
        signs = self._endless()
        await asyncio.sleep(chance.uniform(0, 2))
        while time.perf_counter() < until:
            line = [next(signs) for __ in range(LINE)]
            for sign in line:
                await asyncio.sleep(chance.uniform(*GAPS))
                await self.type(sign)
            await asyncio.sleep(chance.uniform(*GAPS))
            await self.key("\r")
            self.said.append("".join(line))
            await asyncio.sleep(DRAWN)
            await self.key("1")
            await asyncio.sleep(DRAWN)

    def _endless(self) -> Iterator[str]:
        while True:
            yield from self.signs


@dataclass(frozen=True)
class Round:
    people: int
    opened: float
    """Seconds from the first page to the last table that shows its scene."""
    paints: list[float]
    lost: int
    strange: int
    memory: float
    """MB of all processes together, shared pages counted once (PSS)."""
    server: float
    """MB of the server alone."""
    cores: float
    """Of processor time that all of them took while people typed, a second."""
    unsaid: int
    """Lines that are not in exactly one journal, that of their own table."""

    def row(self) -> str:
        p50, p95 = (1000 * (percentile(self.paints, rank) or 0) for rank in (50, 95))
        cells = (
            *(str(self.people), f"{self.opened:.1f} s", str(len(self.paints))),
            *(f"{p50:.0f} ms", f"{p95:.0f} ms", f"{1000 * max(self.paints):.0f} ms"),
            *(f"{self.memory:.0f} MB", f"{self.server:.0f} MB", f"{self.cores:.2f}"),
            *(str(self.lost), str(self.strange), str(self.unsaid), f"{os.getloadavg()[0]:.1f}"),
        )
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| people | all tables laid | keys | paint p50 | p95 | longest | memory | server | cores | "
    "lost keys | signs of others | lines not in their journal | load |\n" + "|---" * 13 + "|"
)


def memory(process: int) -> float:
    """MB of a process, each page divided by how many share it."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1e3


def processor_time(process: int) -> float:
    """Seconds of processor time that a process took."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def journals_that_hold(server: Served, line: str) -> int:
    return sum(line in path.read_text("utf-8") for path in server.journals)


async def measured(people: int, seconds: float, model: str = "scripted") -> Round:
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = await stack.enter_async_context(
            served(home, "rain-house", "--most", str(people), model=model)
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        began, sitting, looking = time.perf_counter(), list[Person](), list[asyncio.Task[None]]()
        for number in range(people):
            address = f"{server.url}ws?width=100&height=30"
            socket = await http.ws_connect(address, origin=server.url.rstrip("/"))
            sitting.append(Person(number, people, socket))
            looking.append(asyncio.create_task(sitting[-1].look()))
        opened = max(await asyncio.gather(*(laid(one) for one in sitting))) - began
        processes = [server.process.pid, *server.children()]
        before = sum(map(processor_time, processes))
        started = time.perf_counter()
        await asyncio.gather(*(one.play(started + seconds) for one in sitting))
        took = time.perf_counter() - started
        cores = (sum(map(processor_time, processes)) - before) / took
        used = sum(map(memory, processes)), memory(server.process.pid)
        for one in sitting:
            await one.socket.close()
        for task in looking:
            with suppress(asyncio.CancelledError):
                await task
        while server.children():
            await asyncio.sleep(0.1)
        lines = [line for one in sitting for line in one.said]
        return Round(
            people,
            opened,
            [paint for one in sitting for paint in one.paints],
            sum(one.lost for one in sitting),
            sum(len(one.strange) for one in sitting),
            *used,
            cores,
            sum(journals_that_hold(server, line) != 1 for line in lines),
        )


async def laid(person: Person) -> float:
    """Wait until the table takes a key; when it has painted one."""
    began = time.perf_counter()
    while not person.paints:
        assert time.perf_counter() - began < 300, f"table {person.number} takes no key"
        await person.type(person.signs[-1])
    there, person.lost = person.last, 0
    person.paints.clear()
    for __ in range(LINE):
        await person.key("\x7f")
    return there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default="scripted", help="as for `paotuan serve`")
    options = parser.parse_args()
    print(HEAD)
    for __ in range(options.rounds):
        print(
            asyncio.run(measured(options.people, options.seconds, options.model)).row(), flush=True
        )


if __name__ == "__main__":
    main()
