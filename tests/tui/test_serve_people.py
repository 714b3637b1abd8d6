"""Several people at one `paotuan serve`: a table of their own each, and nobody else's words."""

import asyncio
import json
import os

import pytest

pytest.importorskip("aiohttp", reason="needs the extra `serve`")
pytest.importorskip("textual_serve", reason="needs the extra `serve`")

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bench.serve_load import Person, measured


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes under /proc")
async def test_people_at_one_server_see_their_own_keys_and_nobody_elses():
    found = await measured(people=3, seconds=4)
    assert len(found.paints) >= 3 * 16 and found.lost == 0
    assert found.strange == 0
    assert found.unsaid == 0
    assert max(found.paints) < 5


async def test_a_sign_that_comes_to_somebody_else_is_noticed():
    sockets: list[web.WebSocketResponse] = []

    async def table(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets.append(socket)
        async for message in socket:
            for each in sockets:
                await each.send_bytes(json.loads(message.data)[1].encode())
        return socket

    app = web.Application()
    app.router.add_get("/ws", table)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        people = [Person(n, 2, await http.ws_connect(server.make_url("/ws"))) for n in range(2)]
        looking = [asyncio.create_task(one.look()) for one in people]
        await people[0].type(people[0].signs[0])
        await people[1].type(people[1].signs[0])
        assert people[0].strange == {people[1].signs[0]}
        assert len(people[0].paints) == 1
        for one, task in zip(people, looking, strict=True):
            await one.socket.close()
            await task
