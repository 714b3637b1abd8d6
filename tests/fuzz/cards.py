"""Mutated cards through every reader and writer: `python tests/fuzz/cards.py --count 100000`.

Whatever the input is, the outcome is a card or a `KnownError` of one line, soon and in bounded
memory. Prints the seed of each input that had another outcome, and exits with 1.
"""

import argparse
import json
import resource
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from base.errors import KnownError
from characters.cards import charx, png
from characters.cards.card import Card
from characters.cards.containers import backfill
from characters.cards.files import KEYWORDS, read_stream
from characters.cards.foreign import to_characterglm, to_haruhi, to_webui
from characters.cards.jsontext import dump, parse
from characters.cards.mapping import sheet_of, with_sheet
from tests.characters.card_files import webp_of
from tests.fuzz.mutations import bytes_changed, value_changed

SLOWEST = 20.0
"""Seconds after which one input counts as a hang; scripts of a card have 4 at each reading."""
FIXTURES = Path(__file__).resolve().parents[2] / ".." / "shared" / "fixtures"

Seed = tuple[str, bytes]


def made_card() -> dict[str, object]:
    """A V3 card with something in every field."""
    entry = {"keys": ["王都", "/a+/i"], "content": "@@depth 3\n王都。", "extensions": {}}
    return {
        "spec": "chara_card_v3",
        "spec_version": "3.0",
        "name": "安",
        "data": {
            "name": "安 (v2)",
            "nickname": "小安",
            "description": "{{char}} knows {{user}}. {{random:a,b}} {{// no}} <BOT>",
            "personality": "calm",
            "scenario": "雨夜",
            "first_mes": '*She waves.* "Hi, {{user}}!"\n【雨】\n```\ncode\n```',
            "mes_example": "<START>\n{{user}}: 你好\n{{char}}：\\me 点头（嗯） \\emoji 微笑",
            "alternate_greetings": ["（抬头）谁？", "“好。”她说。"],
            "group_only_greetings": [],
            "creator_notes": "n",
            "system_prompt": "{{original}}",
            "post_history_instructions": "",
            "tags": ["t"],
            "creator": "c",
            "character_version": "1",
            "extensions": {"talkativeness": "0.5", "paotuan": {"likes": ["茶"]}, "x": {"y": None}},
            "character_book": {"entries": [entry], "extensions": {}},
            "assets": [{"type": "icon", "uri": "embeded://a.png", "name": "main", "ext": "png"}],
        },
    }


def png_with(values: dict[str, bytes]) -> bytes:
    made = BytesIO()
    png.write(BytesIO(png.plain_image(2, 2)), made, values, frozenset(KEYWORDS), "made")
    return made.getvalue()


def charx_with(card: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", card)
        archive.writestr("a.png", png.plain_image(2, 2))
    return made.getvalue()


def seeds() -> list[Seed]:
    """Whole files of each container: made here, and small ones of the fixtures where present."""
    card = dump(made_card()).encode()
    v1 = dump({"name": "安", "description": "x", "first_mes": "*y* z", "fav": False}).encode()
    glm = {"安": {"bot_name": "安", "bot_info": "i", "greeting": "（笑）好", "user_name": "u"}}
    found = [
        ("a.json", card),
        ("a.json", v1),
        ("a.json", dump(glm).encode()),
        ("a.json", card.decode().encode("gb18030")),
        ("a.png", png_with({"chara": card})),
        ("a.png", png_with({"Chara": v1, "ccv3": card})),
        ("a.charx", charx_with(card)),
        ("a.yaml", "name: 安\ngreeting: |-\n  *y* z\ncontext: c\nx: [1, {a: b}]\n".encode()),
    ]
    for path in sorted(FIXTURES.rglob("*card*")) if FIXTURES.is_dir() else []:
        if path.is_file() and path.stat().st_size < 20_000:
            found.append((path.name, path.read_bytes()))
    return found


# --- mutations -----------------------------------------------------------------------------------

MARKUP = (
    *(
        "<think>",
        "</think>",
        "<UpdateVariable>",
        "</UpdateVariable>",
        "<details><summary>",
        "<div>",
    ),
    *(
        "</div>",
        "<!--",
        "-->",
        "```",
        "<%",
        "%>",
        "<p style='display:none'",
        "<StatusPlaceHolder/>",
    ),
    *("<b ", "&lt;", "&#0;", "![x](", "| a |\n|---|\n", '[{"op":1}]', '{"a":', "_.set(", "<林默>"),
    *("{{setvar::a::{{getvar::a}}{{getvar::a}}}}", "{{getvar::a}}", "{{addvar::a::1}}", "{{date}}"),
    *(
        "他说：“",
        "”他说。",
        "“江湖规矩”",
        "老仆走来，轻声说：",
        'He says, "',
        "Liu says.",
        "我",
        "（>_<）",
    ),
    *("<START>", "{{user}}:", "性格：活泼", "阿虚：「嗯」", "\n", " ", "。", "，", "a", "好"),
)
"""Pieces of which texts are put together that front ends and authors might have written."""


def text_made(rng: Random) -> str:
    """A text of such pieces in any order, some of them many times."""
    some = [rng.choice(MARKUP) * rng.choice((1, 1, 1, 2, 400)) for _ in range(rng.randrange(30))]
    return "".join(some)


def script_made(rng: Random) -> dict[str, object]:
    """A script of a card, which may be slow, grow a text, or be none."""
    patterns = (
        *("/(a+)+$/g", "/(.*)*x/", "/[/", "x", "", "/./g", "/^/gm", "/(?<n>.)/g", "/\\b/g", 7),
        *(
            "/" + "(" * 500 + "/",
            "/([\\s\\S]*?)*?龘/g",
            "<StatusPlaceHolderImpl/>",
            "/(.)\\1{9}/gi",
        ),
    )
    made = ("", "$1$1$0", "$<n>", "{{match}}" * 50, "$99", None, "<div>$&</div>", "\\")
    return {
        "scriptName": "s",
        "findRegex": rng.choice(patterns),
        "replaceString": rng.choice(made),
        "placement": rng.choice(([2], [1, 2], [], None, [2.5], "2")),
        "trimStrings": rng.choice(([], ["a"], [1], None, "a")),
        "minDepth": rng.choice((None, 0, 3, "x")),
        "substituteRegex": rng.choice((0, 1, 2)),
    }


WRONG: Sequence[object] = (
    *(None, True, 0, -1, 1e300, 10**40, "", "x" * 5000, "\ud800", "\x1b[31m\u202e", "{{" * 500),
    *([], {}, [[]], [None, 1, "a"], {"": {}}, "*" * 900, '"' * 901, "（" * 300, "{{char}}:" * 99),
    *("a\n" * 300, "【" * 99, "\\me \\emoji x", "{{reverse:{{roll:99d999999}}}}", "chara_card_v9"),
)


TOLD = ("description", "first_mes", "mes_example", "scenario", "system_prompt")


def card_changed(rng: Random) -> Seed:
    """A whole container around a card in which something is wrong."""
    value: object = made_card()
    if rng.random() < 0.5:
        data = value["data"]
        for field in rng.sample(TOLD, 3):
            data[field] = text_made(rng)
        data["extensions"]["regex_scripts"] = [script_made(rng) for _ in range(rng.randrange(4))]
        data["extensions"]["depth_prompt"] = {
            "prompt": text_made(rng),
            "depth": rng.choice((4, -1)),
        }
    for _ in range(rng.choice((0, 1, 1, 3))):
        value = value_changed(value, rng, WRONG)
    card = json.dumps(value).encode()
    match rng.randrange(5):
        case 4:
            webp = bytearray(webp_of(card, rng.choice("<>")))
            for _ in range(rng.choice((0, 0, 3))):
                webp[rng.randrange(min(len(webp), 90))] = rng.randrange(256)
            return "a.webp", bytes(webp)
        case 0:
            return "a.png", png_with({rng.choice(("chara", "ccv3")): card})
        case 1:
            return "a.charx", charx_with(card)
        case _:
            return "a.json", card


def mutated(number: int, files: Sequence[Seed]) -> Seed:
    """The input of that number."""
    rng = Random(number)
    if rng.random() < 0.4:
        return card_changed(rng)
    name, raw = rng.choice(files)
    return name, bytes_changed(raw, rng, [other for _, other in files])


# --- what is tried -------------------------------------------------------------------------------


def lost(key: str, card: Card, other: Card) -> bool:
    """Whether a field is neither among the fields of another version nor beside them."""
    if key in ("data", "character_book"):  # a V1 may have any `data`; V3 adds to a book's entries
        return False
    return card.data[key] not in (other.data.get(key), other.raw.get(key))


def tried(name: str, raw: bytes) -> str:
    """Read a file and use its card in every way. Gives the outcome; raises only what is a bug."""
    try:
        found = read_stream(BytesIO(raw), Path(name), name)
        for card in found.cards:
            sheet = sheet_of(card)
            for line in [*sheet.voice, *"\n".join(sheet.openings).split("\n")]:
                assert "\n" not in line and "<think>" not in line and "UpdateVariable>" not in line
            sheet_of(card, "某人", "narrator")
            assert with_sheet(card, sheet) is card
            for spec in ("v1", "v2", "v3"):
                other = card.as_spec(spec)
                assert parse(dump(other.raw), name) == other.raw
                assert not [key for key in card.data if lost(key, card, other)]
            to_characterglm([card]), to_webui(card), to_haruhi(card), backfill(card.as_spec("v3"))
        if found.container == "png":
            made = BytesIO()
            png.write(BytesIO(raw), made, {"chara": b"x"}, frozenset(KEYWORDS), name)
        if found.container == "charx":
            charx.write(BytesIO(raw), BytesIO(), b"{}", {}, name)
    except KnownError as error:
        said = str(error)
    else:
        return "read"
    assert said.isprintable(), said
    return "refused"


def fuzz(seed: int, count: int, say: Callable[[str], object] = print) -> Counter[str]:
    """Try `count` inputs; the outcomes counted, `failed` and `slow` among them."""
    files = seeds()
    outcomes: Counter[str] = Counter()
    for number in range(seed, seed + count):
        name, raw = mutated(number, files)
        started = time.perf_counter()
        try:
            outcomes[tried(name, raw)] += 1
        except Exception:
            outcomes["failed"] += 1
            say(f"--seed {number} --count 1: {name}\n{traceback.format_exc(limit=-3)}")
        if time.perf_counter() - started > SLOWEST:
            outcomes["slow"] += 1
            say(f"--seed {number} --count 1: {name} took {time.perf_counter() - started:.1f} s")
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=100_000)
    given = parser.parse_args()
    fuzz(given.seed, 100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    outcomes = fuzz(given.seed, given.count)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    took = time.perf_counter() - started
    print(f"{dict(outcomes)} in {took:.0f} s; grown by {grown / 1024:.0f} MiB")
    return 1 if outcomes["failed"] or outcomes["slow"] else 0


if __name__ == "__main__":
    sys.exit(main())
