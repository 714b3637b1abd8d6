"""Knowledge found by meaning: vectors beside the index, and what happens without them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from base.errors import KnownError
from characters.wiki.chunks import chunks
from characters.wiki.index import Base
from characters.wiki.storage import write_base
from characters.wiki.vectors import Embedding, fused, vectors_path

np = pytest.importorskip("numpy")

NOTES = """# 院长

院长怕猫。

# 学堂

学堂建于光绪年间。

# 地下室

暗门在酒架后面。
"""
SAME = {"咪": "猫", "霖": "雨"}


class Signs:
    """Vectors of texts by their characters, of which some mean the same as others."""

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension

    def documents(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self.query(text) for text in texts])

    def query(self, text: str) -> np.ndarray:
        signs = [SAME.get(sign, sign) for sign in text if sign.isalnum()] or ["?"]
        rows = [
            np.random.default_rng(crc32(sign.encode())).standard_normal(self.dimension)
            for sign in signs
        ]
        vector = np.sum(rows, axis=0)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def opened(name: str) -> Signs:
    assert name == "tiny"
    return Signs()


def missing(name: str) -> Signs:
    raise KnownError(f"{name}: not on this machine")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "town.kb"
    write_base(path, chunks(NOTES, "n.md"), embedding=Embedding(Signs(), "tiny"))
    return path


def texts(base: Base, query: str) -> list[str]:
    return [hit.chunk.text for hit in base.search(query)]


def test_what_shares_no_word_but_means_the_same_is_found(path: Path) -> None:
    assert texts(Base.open(path), "咪咪") == []
    base = Base.open(path, opened)
    assert texts(base, "咪咪") == ["院长怕猫。"]
    (hit,) = base.search("咪咪")
    assert 0.3 < hit.near <= 1 and hit.weight == 0
    assert base.notices == []


def test_what_is_near_in_both_ways_comes_first(path: Path) -> None:
    base = Base.open(path, opened)
    assert texts(base, "暗门和咪咪咪咪")[0] in ("暗门在酒架后面。", "院长怕猫。")
    both = base.search("院长怕咪")
    assert both[0].chunk.text == "院长怕猫。"
    assert both[0].near and both[0].weight
    assert both[0].score == pytest.approx(2 / 61)
    assert texts(base, "飞机") == [], "what is near to nothing brings up nothing"


def test_rankings_are_fused_by_their_ranks() -> None:
    scores = fused("abc", "cad")
    assert sorted(scores, key=lambda one: -scores[one]) == ["a", "c", "b", "d"]
    assert scores["a"] == 1 / 61 + 1 / 62
    assert scores["d"] == 1 / 63


def without_a_model(path: Path) -> Base:
    return Base.open(path, missing)


def with_another_model(path: Path) -> Base:
    return Base.open(path, lambda name: Signs(32))


def with_a_torn_file(path: Path) -> Base:
    file = vectors_path(path)
    file.write_bytes(file.read_bytes()[:-40])
    return Base.open(path, opened)


def with_a_changed_file(path: Path) -> Base:
    file = vectors_path(path)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    return Base.open(path, opened)


def with_no_file(path: Path) -> Base:
    vectors_path(path).unlink()
    return Base.open(path, opened)


def with_its_checksum(path: Path) -> Base:
    """An index that says that whatever lies beside it is its own."""
    with sqlite3.connect(path) as connection:
        crc = crc32(vectors_path(path).read_bytes())
        connection.execute("UPDATE vectors SET checksum = ?", (crc,))
    connection.close()
    return Base.open(path, opened)


def with_a_file_of_another(path: Path) -> Base:
    """Fewer vectors than chunks."""
    np.save(vectors_path(path), np.zeros((2, 64), np.float16))
    return with_its_checksum(path)


def with_objects_in_it(path: Path) -> Base:
    """What would run if it were unpickled."""
    np.save(vectors_path(path), np.array([print], dtype=object), allow_pickle=True)
    return with_its_checksum(path)


def with_a_strange_head(path: Path) -> Base:
    file = vectors_path(path)
    file.write_bytes(file.read_bytes().replace(b"(3, 64)", b"((((((("))
    return with_its_checksum(path)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (without_a_model, "tiny: not on this machine"),
        (with_another_model, "its vectors have 64 numbers, those of tiny have 32"),
        (with_a_torn_file, "town.kb.npy: damaged, or not the vectors of town.kb; build it again"),
        (with_a_changed_file, "town.kb.npy: damaged"),
        (with_no_file, "town.kb.npy: no such file, expected the vectors of town.kb"),
        (with_a_file_of_another, "town.kb.npy: not vectors that paotuan made"),
        (with_objects_in_it, "town.kb.npy: cannot be read"),
        (with_a_strange_head, "town.kb.npy: cannot be read"),
    ],
)
def test_without_its_vectors_words_find_it_and_a_line_says_why(path, broken, why) -> None:
    base = broken(path)
    assert texts(base, "院长怕什么") == ["院长怕猫。"]
    assert texts(base, "咪咪") == []
    (notice,) = base.notices
    assert "town.kb: searched by words alone: " in notice and why in notice
    assert "\n" not in notice


@pytest.mark.parametrize(
    ("column", "value"),
    [("dimension", -1), ("model", "//far/away"), ("model", "a\nb"), ("usual", "x"), ("usual", 7.0)],
)
def test_an_index_that_lies_about_its_vectors_is_damaged(path: Path, column: str, value) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE vectors SET {column} = ?", (value,))
    connection.close()
    with pytest.raises(KnownError, match="a damaged knowledge base"):
        Base.open(path, opened)


def test_a_base_built_anew_without_vectors_leaves_none_behind(path: Path) -> None:
    write_base(path, chunks(NOTES, "n.md"))
    assert not vectors_path(path).exists()
    base = Base.open(path, missing)
    assert texts(base, "院长怕什么") == ["院长怕猫。"]
    assert base.notices == []


def test_a_model_that_fails_while_building_leaves_nothing_half_written(path: Path) -> None:
    class Failing(Signs):
        def documents(self, texts: Sequence[str]) -> np.ndarray:
            raise KnownError("out of memory")

    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    with pytest.raises(KnownError, match="out of memory"):
        write_base(path, chunks(NOTES, "n.md"), embedding=Embedding(Failing(), "tiny"))
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_many_vectors_are_compared_where_they_lie_with_the_same_outcome(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Base.open(path, opened).search("院长怕咪")
    monkeypatch.setattr("characters.wiki.vectors.HELD", 0)
    mapped = Base.open(path, opened).search("院长怕咪")
    assert [hit.chunk for hit in mapped] == [hit.chunk for hit in held]
    assert mapped[0].near == pytest.approx(held[0].near, abs=1e-3)


def test_the_model_is_opened_by_the_first_question_and_from_beside_the_base(path: Path) -> None:
    asked: list[str] = []

    def recorded(name: str) -> Signs:
        asked.append(name)
        return Signs()

    (path.parent / "tiny").mkdir()
    base = Base.open(path, recorded)
    assert asked == []
    base.search("咪咪")
    base.search("院长")
    assert asked == [str(path.parent / "tiny")]
