"""The page that plays a session back, in a browser."""

import json
import re
from pathlib import Path

import pytest

from scenes.files.exports import export
from scenes.log import Entry, parse
from scenes.scene import Role, Scene
from scenes.table.draws import Candidate, Draw
from scenes.table.session import Session
from tests.chromium import chromium, needs_chromium

HOSTILE = '</script><img src=x onerror="window.hit=1">&amp;\u2028<!--<script>\u202e'
SCENE = Scene(
    "house", Path("house.yaml"), f"旧宅 {HOSTILE}", (Role("林默"), Role("苏晚")), play_as="林默"
)


def speech(text, speaker="苏晚"):
    return Entry("speech", text, speaker)


def evening():
    """Eight turns: a hand of three with a pick, hostile words, a branch, a hand never picked."""
    made = Session.start(
        SCENE, "林默", parse("==== 雨夜 ====\n【雨下了一整夜。】"), "s", lambda event: None
    )
    made.say(speech(HOSTILE, "林默"))
    lines = (speech("进来。"), speech(HOSTILE), Entry("thought", "别进来", "苏晚"))
    draw = made.keep(Draw(0, made.head, "苏晚", tuple(map(Candidate, lines))))
    picked = made.pick(draw, 0)
    made.say(speech("灯呢？", "林默"))
    made.go(picked.id)
    made.say(speech("座钟呢？", "林默"))
    made.keep(Draw(0, made.head, "苏晚", (Candidate(speech("停了。")),)))
    return made


def page_of(session):
    return "".join(f"{line}\n" for line in export("html", session, None, 0))


@pytest.fixture
def page(tmp_path):
    """The address of the page of an evening."""
    path = tmp_path / "evening.html"
    path.write_text(page_of(evening()), "utf-8", errors="strict")
    return path.as_uri()


SHOWN = "[...document.querySelectorAll('.turn')].filter(e => e.offsetParent).length"
NOW = "document.querySelector('.now').textContent"


def test_a_page_is_one_file_that_may_load_nothing_and_run_only_its_own_script():
    text = page_of(evening())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "http" not in policy
    assert not re.search(r"<[a-z]+[^>]*\s(?:src|href|on[a-z]+|style)=", text)
    assert text.count("</script>") == 2 and "\u202e" not in text and "\u2028" not in text
    assert "url(" not in text and "@import" not in text


def test_what_was_said_stands_in_the_page_as_data():
    text = page_of(evening())
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert len(data["turns"]) == 6 and len(data["draws"]) == 2
    assert data["draws"][0][1][0][2] == "进来。"


@needs_chromium
async def test_hostile_text_is_shown_as_text_and_nothing_is_asked_of_the_network(page):
    async with chromium() as browser:
        await browser.go(page)
        await browser.until(f"{SHOWN} === 5")
        shown = await browser.value("document.body.innerText")
        assert '</script><img src=x onerror="window.hit=1">&amp;' in shown
        assert await browser.value("window.hit === undefined && !document.querySelector('img')")
        assert browser.problems == []
        assert [one for one in browser.asked if not one.startswith("file:")] == []


@needs_chromium
async def test_a_scene_is_stepped_through_played_and_its_hands_are_seen(page):
    async with chromium() as browser:
        await browser.go(page)
        assert await browser.value(SHOWN) == 5
        await browser.press("Home", 36)
        assert await browser.value(SHOWN) == 1 and "雨夜" in await browser.value(NOW)
        await browser.press("ArrowRight", 39)
        assert await browser.value(SHOWN) == 2
        await browser.value("document.getElementById('pace').value = '10'")
        await browser.press(" ", 32, " ")
        await browser.until(f"{SHOWN} === 5")
        await browser.until("document.getElementById('play').textContent === '▶'")
        hand = "[...document.querySelectorAll('#log .hands li')].map(e => e.textContent)"
        assert len(await browser.value(hand)) == 3
        assert (
            await browser.value("document.querySelector('li.picked').textContent") == "苏晚进来。"
        )
        await browser.value("document.querySelectorAll('.turn')[3].click()")
        assert await browser.value("document.querySelector('#log .hands') === null")
        assert "停了。" in await browser.value("document.getElementById('after').textContent")


@needs_chromium
async def test_another_branch_is_played_too(page):
    async with chromium(400, 800) as browser:
        await browser.go(page)
        assert "座钟呢" in await browser.value("document.getElementById('log').innerText")
        await browser.value("document.querySelector('.marks button').click()")
        assert "灯呢" in await browser.value(NOW)
        await browser.value(
            "(s => { s.selectedIndex = 0; s.onchange(); })(document.getElementById('branch'))"
        )
        await browser.press("End", 35)
        assert "座钟呢" in await browser.value(NOW)
        wide = await browser.value("document.documentElement.scrollWidth <= innerWidth")
        assert wide, "a phone scrolls sideways"


@needs_chromium
async def test_twenty_thousand_turns_stay_usable(tmp_path):
    made = Session.start(SCENE, "林默", [], "s", lambda event: None)
    lines = tuple(Candidate(speech(f"第{k}句：夜里下着雨，谁也没有说话。")) for k in range(5))
    for __ in range(20_000):
        made.pick(made.keep(Draw(0, made.head, "苏晚", lines)), 2)
    path = tmp_path / "long.html"
    path.write_text(page_of(made), "utf-8")
    async with chromium() as browser:
        await browser.go(path.as_uri())
        await browser.until("document.getElementById('count').textContent === '20000 / 20000'")
        assert await browser.value("document.querySelectorAll('.turn').length") < 1500
        took = await browser.value(
            "(() => { const began = performance.now(); for (let i = 0; i < 10; i++) "
            "stand(i * 2000); return (performance.now() - began) / 10; })()"
        )
        assert took < 200, f"a step takes {took} ms"
        await browser.press("End", 35)
        await browser.until(
            "document.querySelector('.now').getBoundingClientRect().top < innerHeight"
        )
        assert await browser.value("document.querySelectorAll('.turn').length") < 1500
