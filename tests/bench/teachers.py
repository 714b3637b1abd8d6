"""Questions shared by teachers: answers a second of one server and of several, in one run.

Each server is a llama.cpp of its own, in a process of its own and with one thread, so that a
machine of two cores has room for two. Prints a Markdown table: the median over the rounds, and how
many times the figure of one server.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from models.server.endpoint import Endpoint
from models.teacher import ONCE, Manner, Member, Question, Teacher
from models.teacher_server import TeacherServer

SERVER = """
import sys
from contextlib import closing
from models.resolve import resolve
with closing(resolve("starter").open(context=2048, threads=1)) as backend:
    url, key = backend.address
    print(url, key, backend.name, flush=True)
    sys.stdin.read()
"""
"""Serves the starter until its standard input ends."""
SCHEMA = {
    "type": "object",
    "properties": {"say": {"type": "string", "maxLength": 40}},
    "required": ["say"],
}


@contextmanager
def served() -> Iterator[TeacherServer]:
    """A server, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    try:
        url, key, name = process.stdout.readline().split()
        yield TeacherServer(Endpoint(url, None, ONCE, key), name, 0.2)
    finally:
        process.stdin.close()
        process.wait()


def answers_a_second(servers: list[TeacherServer], questions: list[Question], jobs: int) -> float:
    """How many of the questions are answered a second, `jobs` at a time."""

    async def work(teacher: Teacher, queue: Iterator[Question]) -> None:
        for question in queue:
            await teacher.ask(question)

    async def run(teacher: Teacher) -> None:
        queue = iter(questions)
        async with asyncio.TaskGroup() as group:
            for __ in range(jobs):
                group.create_task(work(teacher, queue))

    teacher = Teacher([Member(one.shown, one) for one in servers], Manner())
    began = time.perf_counter()
    asyncio.run(run(teacher))
    return len(questions) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--questions", type=int, default=24)
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = [stack.enter_context(served()) for __ in range(options.servers)]
        figures: dict[int, list[float]] = {1: [], options.servers: []}
        for round_ in range(options.rounds + 1):
            questions = [
                Question("只输出 JSON。", f"第{round_}夜第{n}问：你听见什么了？", SCHEMA, 48)
                for n in range(options.questions)
            ]
            for count, measured in figures.items():
                speed = answers_a_second(servers[:count], questions, options.jobs)
                if round_:  # the first warms up
                    measured.append(speed)
    one = statistics.median(figures[1])
    print("| servers | answers a second | times one |\n|---|---|---|")
    for count, measured in figures.items():
        speed = statistics.median(measured)
        print(f"| {count} | {speed:.2f} | {speed / one:.2f} |")


if __name__ == "__main__":
    main()
