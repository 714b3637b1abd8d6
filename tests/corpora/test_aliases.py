"""Who is called what: the files that come along, a person's own, and candidates from a text."""

import pytest
import yaml

from base.errors import KnownError
from scenes.data.books.alias_drafts import learned_aliases
from scenes.data.books.book import book_of
from scenes.data.books.people import NOBODY, BookPeople, aliases_of, bundled, read_aliases


def written(tmp_path, text):
    path = tmp_path / "aliases.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_bundled_file_loads_and_names_a_book():
    found = bundled()
    assert {one.title for one in found.values()} == {"三国演义", "西游记", "水浒传", "红楼梦"}
    assert all(len(one.people) > 100 for one in found.values())


def test_the_bundled_aliases_are_found_by_the_title_of_a_book():
    west = "第一回\n孙悟空道：“走。”猪八戒道：“来了。”唐僧道：“善哉。”"
    assert aliases_of(book_of("《西游记》\n" + west, name="a"))[0] == "xiyou"
    assert aliases_of(book_of("第一回\n曹操、刘备、孙权都来了。", name="三国演义"))[0] == "sanguo"
    assert aliases_of(book_of("第一回\n曹操、劉備、孫權都來了。", name="三國演義"))[0] == "sanguo"
    assert aliases_of(book_of("第一回 …", name="青衣记")) == ("", NOBODY)


def test_a_book_that_mentions_a_classic_does_not_take_its_aliases():
    told = (
        "高三那年，我在课桌下面藏了一本《三国演义》。\n曹操、刘备、孙权，我都喜欢。张亮道：“好。”"
    )
    assert aliases_of(book_of(told, name="青衣记"))[0] == ""
    assert aliases_of(book_of("第一回\n张亮道：“好。”", name="三国演义"))[0] == ""


def test_an_alias_may_hold_in_some_chapters_only(tmp_path):
    path = written(tmp_path, "people:\n  刘协: [帝@2-3]\n  刘辩: [帝@1-1]\n")
    text = "第一回 甲\n帝曰：“一。”\n第二回 乙\n帝曰：“二。”\n"
    people = BookPeople(book := book_of(text), read_aliases(path).names)
    assert people.person("帝", book.text.index("“一")) == "刘辩"
    assert people.person("帝", book.text.index("“二")) == "刘协"


def test_a_given_name_is_made_of_a_full_one_unless_another_has_it(tmp_path):
    path = written(tmp_path, "given_names: true\npeople:\n  曹操: []\n  林黛玉: []\n  贾甲: [玉]\n")
    names = read_aliases(path).names
    assert names["操"][0].person == "曹操"
    assert names["黛玉"][0].person == "林黛玉"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: [刘备]\n", "expected `people:` with a name and its aliases on each line"),
        ("people:\n  刘备: 玄德\n", "刘备: expected a list of names"),
        ("people:\n  刘备: [玄：德]\n", "刘备: `：` in a name"),
        ("peeple: {}\npeople: {}\n", "unknown key peeple; the keys are title, given_names, people"),
        ("people: [\n", ":2: not valid YAML"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path, text, told):
    with pytest.raises(KnownError) as wrong:
        read_aliases(written(tmp_path, text))
    assert told in str(wrong.value) and "\n" not in str(wrong.value)


def test_learned_aliases_are_yaml_that_can_be_used(tmp_path):
    text = (
        "这人姓张名远，字子岳。子岳曰：“走。”子岳笑曰：“坐。”张远曰：“好。”张远听罢，去了。\n"
        + "，林小满来了。小满曰：“来了。”\n" * 4
    )
    found = "".join(learned_aliases(book_of(text, name="青衣记"), NOBODY))
    assert yaml.safe_load(found)["people"] == {"张远": ["子岳"], "林小满": ["小满"]}
    assert "introduced by this name" in found and "given name" in found
    assert read_aliases(written(tmp_path, found)).names["子岳"][0].person == "张远"


def test_names_of_a_book_without_chapters_are_not_alike_because_it_is_one_piece():
    text = "".join(f"{name}曰：“走。”{name}曰：“来。”\n" for name in ("张远", "李青", "王安")) * 12
    found = "".join(learned_aliases(book_of(text, name="青衣记"), NOBODY))
    assert "alike by chapter" not in found
