"""The people of a book: their names and aliases, and who is meant by one at a place of the text."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from base.decoding import decode_utf8
from base.errors import KnownError
from base.folders import why_no_file
from base.messages import _, series
from base.names import name_problem
from base.text import shown
from base.yaml_reader import MAX_BYTES
from base.yaml_reader import read as read_yaml
from scenes.data.books.book import Book
from scenes.data.books.folding import folded
from scenes.data.books.occurrences import Occurrences
from scenes.data.books.words import words

SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭"
    "郎鲁韦"
    "马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余元卜顾孟平黄穆萧尹"
    "姚邵汪祁毛禹狄米贝明臧伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林"
    "刁钟徐"
    "邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房丁邓郁单洪包诸左石崔吉龚程嵇邢裴陆荣翁荀羊惠甄曲封储靳段"
    "焦巴牧山谷车侯全班仰秋仲伊宫宁仇栾暴甘厉祖武符刘景詹束龙叶司黎乔苍双闻党翟谭贡姬申冉雍桑桂牛"
    "燕浦温庄晏柴瞿阎慕赖桓泠郤鞠濮雍连茹宦艾鱼古易戈廖终居衡步都耿满弘匡国文寇广东沃利越师巩聂"
    "晁敖冷辛阚简"
    "苟恽佟佘况卓岳冀殷栗涂湛牟肖胥苑蔚蔺蒲訾谌谯邰郗郜郦鄢阙隗隽闫芦钮缪隋仝邝"
    "饶空曾关蒯相查荆红游竺权盖益桓公糜祢麋典沮审逢蹋彧郝毌丘解阳扈索阮戴单呼裘"
)
COMPOUND = words(
    """
    诸葛 司马 夏侯 公孙 太史 皇甫 欧阳 上官 令狐 慕容 尉迟 呼延 司徒 淳于 长孙 宇文 独孤 南宫 东方
    西门 端木 濮阳 钟离 毌丘 申屠
    """
)
_TITLES = tuple(
    words(
        """
        后 妃 母 氏 王 夫人 国老 国太 大王 道士 太医 判官 道婆 员外 教头 干办 虞候 姨娘 姨妈 太公
        嬷嬷 姑娘 家的 和尚 知府 招讨 团练 都监 长官 侍郎 朝奉 天师 真人 老道 婆子 丫头 媳妇 老爷
        先生 小姐 老者 老儿 老头 老汉 老爹 老伯 老丈 大人 相公 大爷 二爷 三爷 四爷 五爷 公子 大郎
        二郎
        """
    )
)
FAR = 20_000
"""Characters within which somebody was named for a short name to mean them."""

TITLE_WITHIN, TITLE_LINES = 500, 8
"""Characters, and lines, at the beginning of a book in which its title stands."""
FEWEST_PEOPLE, ONE_PERSON_IN = 3, 2000
"""People of a book that must occur, and characters in which one must, for it to be that book."""


@dataclass(frozen=True)
class Alias:
    """One name of a person, in chapters `first` to `last` only."""

    person: str
    first: int = 0
    last: int = 1 << 30


@dataclass(frozen=True)
class Aliases:
    """Names and whom they mean, as a file tells it."""

    title: str
    names: Mapping[str, tuple[Alias, ...]]
    given_names: bool = False
    """Whether the book calls people by given names of one sign."""

    @cached_property
    def people(self) -> list[str]:
        return sorted({alias.person for each in self.names.values() for alias in each})


NOBODY = Aliases("", {})
_KEYS = ("title", "given_names", "people")
_RANGED = re.compile(r"(.+)@(\d+)-(\d+)")


def read_aliases(path: Path) -> Aliases:
    """The aliases in a YAML file. Raises `KnownError`, `OSError`."""
    if why := why_no_file(path):
        raise KnownError(_("{path}: {why}, expected aliases in YAML", path=path, why=why))
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise KnownError(
            _(
                "{path}: larger than {most} MB, which no file of aliases may be; is it the right "
                "file?",
                path=path,
                most=MAX_BYTES // 1_000_000,
            )
        )
    return _aliases(decode_utf8(raw, str(path)), str(path))


@cache
def bundled() -> Mapping[str, Aliases]:
    """The aliases that come along, by name."""
    files = resources.files("scenes.data.books").joinpath("aliases").iterdir()
    return {
        file.name.removesuffix(".yaml"): _aliases(file.read_text("utf-8"), file.name)
        for file in sorted(files, key=str)
        if file.name.endswith(".yaml")
    }


def aliases_of(book: Book) -> tuple[str, Aliases]:
    """The bundled aliases whose book this is, by its own title and its people; else none."""
    for name, aliases in bundled().items():
        if _has_title(book, aliases.title) and _has_people(book.plain, aliases):
            return name, aliases
    return "", NOBODY


def aliases_by_people(book: Book) -> Aliases:
    """The bundled aliases whose people occur most, for pieces of a book without its title; else
    none."""
    fitting = [aliases for aliases in bundled().values() if _has_people(book.plain, aliases)]
    return max(fitting, key=lambda one: _occurrences(book.plain, one).total(), default=NOBODY)


def names_asked_for(aliases: Aliases, wanted: Sequence[str]) -> dict[str, str]:
    """Who is meant by a wanted name that is another one of theirs: it by their own name."""
    meant = {name: {one.person for one in aliases.names.get(name, ())} for name in wanted}
    return {
        person: name
        for name, people in meant.items()
        for person in people
        if len(people) == 1 and person not in wanted
    }


def _has_title(book: Book, title: str) -> bool:
    """Whether a title is that of the book itself: the name of its file, or one of its first lines.

    A sentence that mentions the title is neither.
    """
    own = re.compile(rf"[\W\d_]*{title}(?![的读之外后续同人])[^，。！？：“]{{0,20}}")
    lines = [line.strip() for line in book.plain[:TITLE_WITHIN].split("\n")]
    return any(own.fullmatch(line) for line in (folded(book.name), *lines[:TITLE_LINES]))


def _has_people(text: str, aliases: Aliases) -> bool:
    """Whether people of the book occur in number."""
    often = _occurrences(text, aliases)
    return len(often) >= FEWEST_PEOPLE and often.total() * ONE_PERSON_IN >= len(text)


def _occurrences(text: str, aliases: Aliases) -> Counter[str]:
    """How often each of the people is named in full, those who are at all."""
    seen = Occurrences(text, aliases.people)
    return +Counter({name: seen.count(name) for name in aliases.people if len(name) > 1})


def _aliases(text: str, where: str) -> Aliases:
    declared = read_yaml(text.encode(), where).data
    people = declared.get("people")
    if not isinstance(people, dict):
        raise KnownError(
            _("{where}: expected `people:` with a name and its aliases on each line", where=where)
        )
    if odd := sorted(map(str, declared.keys() - set(_KEYS))):
        raise KnownError(
            _(
                "{where}: unknown key {key}; the keys are {keys}",
                where=where,
                key=shown(odd[0]),
                keys=series(_KEYS),
            )
        )
    alone = declared.get("given_names") is True
    names = _names(people, where, alone)
    return Aliases(str(declared.get("title", "")), names, alone)


def _names(people: Mapping[Any, Any], where: str, alone: bool) -> dict[str, tuple[Alias, ...]]:
    names: dict[str, list[Alias]] = {}
    for person, others in people.items():
        if not isinstance(others, list) or not all(
            isinstance(each, str) for each in (person, *others)
        ):
            raise KnownError(
                _(
                    "{where}: {person}: expected a list of names such as [玄德, 先主]",
                    where=where,
                    person=shown(str(person)),
                )
            )
        for written in (person, *others):
            ranged = _RANGED.fullmatch(written)
            name = ranged[1] if ranged else written
            if problem := name_problem(name):
                raise KnownError(
                    _(
                        "{where}: {place}: {problem}",
                        where=where,
                        place=shown(person),
                        problem=problem,
                    )
                )
            alias = Alias(person, int(ranged[2]), int(ranged[3])) if ranged else Alias(person)
            meant = names.setdefault(name, [])
            if alias not in meant:
                meant.append(alias)
    listed = frozenset(names)
    for person in people:
        for given in given_names(person, alone):
            if given not in listed:
                names.setdefault(given, []).append(Alias(person))
    return {name: tuple(meant) for name, meant in names.items()}


def given_names(person: str, alone: bool) -> list[str]:
    """The given name of a full one whose surname is known, `alone` also of one sign: 操 of 曹操."""
    surname = next((each for each in COMPOUND if person.startswith(each)), person[:1])
    given = person.removeprefix(surname)
    if not given or len(person) > 4 or (surname not in COMPOUND and surname not in SURNAMES):
        return []
    return [] if person.endswith(_TITLES) or (len(given) == 1 and not alone) else [given]


class BookPeople:
    """Who is named where in a book."""

    def __init__(self, book: Book, names: Mapping[str, tuple[Alias, ...]]) -> None:
        self.book = book
        self.names = names
        self._lengths = sorted({len(name) for name in names}, reverse=True)
        self._mentions = _mentions(book.text, names)

    def name_at(self, text: str, at: int = 0) -> str:
        """The longest name that `text` has at `at`, or nothing."""
        for length in self._lengths:
            if (name := text[at : at + length]) in self.names and len(name) == length:
                return name
        return ""

    def person(self, name: str, at: int) -> str | None:
        """Who is meant by a name at a place of the text; `None` where that cannot be told."""
        number = self.book.chapter_at(at).number
        meant = [one for one in self.names.get(name, ()) if one.first <= number <= one.last]
        bounded = [one for one in meant if one.last - one.first < 1 << 29]
        people = {one.person for one in bounded or meant}
        if len(people) == 1:
            return people.pop()
        last = max(people, key=lambda person: self.last_named(person, at), default=None)
        if last and at - self.last_named(last, at) <= FAR:
            return last
        return name if last and len(name) > 1 else None

    def last_named(self, person: str, at: int) -> int:
        """Where a person was last called by a name of their own before `at`; far back if never."""
        places = self._mentions.get(person, [])
        index = bisect_left(places, at)
        return places[index - 1] if index else -(1 << 30)


def _mentions(text: str, names: Mapping[str, tuple[Alias, ...]]) -> dict[str, list[int]]:
    """Where each person is called by a name of two characters or more that is theirs alone."""
    own = {
        name: meant[0].person for name, meant in names.items() if len(meant) == 1 and len(name) > 1
    }
    if not own:
        return {}
    rests: dict[str, list[str]] = {}
    for name in sorted(own, key=len, reverse=True):
        rests.setdefault(name[0], []).append(re.escape(name[1:]))
    longest = "|".join(f"{re.escape(sign)}(?:{'|'.join(rest)})" for sign, rest in rests.items())
    places: dict[str, list[int]] = {}
    for found in re.finditer(longest, text):
        places.setdefault(own[found[0]], []).append(found.start())
    return places
