"""Examples and pairs in Parquet: the same ones as in JSON Lines, and what is no such table."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from base.errors import KnownError
from models.backend import Prompt
from models.train.data import COLUMNS, Example, iterate_examples, read_examples, record_of
from models.train.pairs import columns_of, pair_of, read_pairs
from models.train.pairs import record_of as pair_record
from models.train.parquet import ROWS, TEXT, table_writer
from tests.train.made import examples, written, written_pairs

text = st.text(max_size=20)
reply = text.filter(str.strip)
prompts = st.builds(Prompt, text, text, text)
made_examples = st.builds(
    Example,
    prompt=prompts,
    reply=reply,
    speaker=text,
    source=text,
    chapter=text,
    split=st.sampled_from(("train", "test")),
    weight=st.floats(0, 1e5),
    rivals=st.lists(text.filter(bool), max_size=3).map(tuple),
)


def table(path: Path, given: list[Example]) -> Path:
    with path.open("wb") as file, table_writer(file, COLUMNS) as add:
        for number, one in enumerate(given):
            add(record_of(one), str(number))
    return path


@settings(deadline=None, max_examples=25)
@given(given=st.lists(made_examples, max_size=8))
def test_examples_are_the_same_in_lines_and_in_a_table(
    given: list[Example], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    of_lines = read_examples(written(folder / "a.jsonl", given))
    of_table = read_examples(table(folder / "a.parquet", of_lines))
    assert of_lines == of_table == given
    back = read_examples(written(folder / "b.jsonl", of_table))
    assert back == given


def whole_line(text: str) -> str:
    return text if text.endswith("\n") else f"{text}\n"


replies = st.tuples(reply, reply).filter(lambda two: whole_line(two[0]) != whole_line(two[1]))


@settings(deadline=None, max_examples=25)
@given(whole=st.booleans(), drawn=st.lists(st.tuples(prompts, replies), max_size=6))
def test_pairs_are_the_same_in_lines_and_in_a_table(
    whole: bool, drawn: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("law")
    records = []
    for prompt, (chosen, rejected) in drawn:
        parts = {"stable": prompt.stable, "history": prompt.history, "cue": prompt.cue}
        records.append(
            ({"prompt": prompt.text} if whole else parts) | {"chosen": chosen, "rejected": rejected}
        )
    lines = folder / "a.jsonl"
    lines.write_bytes("".join(json.dumps(one) + "\n" for one in records).encode())
    pairs = read_pairs(lines)
    columns = columns_of(records[0]) if records else columns_of({})
    with (folder / "a.parquet").open("wb") as file, table_writer(file, columns) as add:
        for number, one in enumerate(records):
            add(pair_record(one, str(number), columns), str(number))
    assert read_pairs(folder / "a.parquet") == pairs == [pair_of(one, "") for one in records]


def test_a_table_is_written_in_groups_of_bounded_size(tmp_path: Path) -> None:
    short = table(tmp_path / "a.parquet", examples(chapters=1, lines=1, held_out=0) * (ROWS + 1))
    assert parquet.ParquetFile(short).metadata.num_row_groups == 2
    long = Example(Prompt("", "话" * (TEXT // 9), "a："), "b\n")
    groups = parquet.ParquetFile(table(tmp_path / "b.parquet", [long] * 7)).metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [3, 3, 1]


def test_tables_of_other_programs_are_read_by_their_columns(tmp_path: Path) -> None:
    """More columns, fewer of those that need not be, texts as dictionaries, weights as integers."""
    columns = {
        "more": [1, 2],
        "reply": pyarrow.array(["好。\n", "去。\n"]).dictionary_encode(),
        "stable": pyarrow.array(["", ""], pyarrow.large_string()),
        "history": ["", "甲：好。\n"],
        "cue": ["甲：", "乙："],
        "weight": pyarrow.array([2, None], pyarrow.int32()),
        "rivals": pyarrow.array([["乙："], None], pyarrow.list_(pyarrow.string())),
    }
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    assert read_examples(tmp_path / "a.parquet") == [
        Example(Prompt("", "", "甲："), "好。\n", weight=2.0, rivals=("乙：",)),
        Example(Prompt("", "甲：好。\n", "乙："), "去。\n"),
    ]


def cells(**changes: Any) -> dict[str, Any]:
    whole = {"stable": [""] * 3, "history": [""] * 3, "cue": ["甲："] * 3, "reply": ["好。"] * 3}
    return {key: value for key, value in (whole | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (cells(reply=None), "without the column reply; found stable, history, cue"),
        (cells(cue=[1, 2, 3]), "the column cue holds int64, expected string"),
        (cells(cue=[b"a", b"b", b"c"]), "the column cue holds binary, expected string"),
        (cells(weight=["a", "b", "c"]), "the column weight holds string, expected double"),
        (cells(rivals=["a", "b", "c"]), "holds string, expected list<string>"),
        (cells(reply=["好", None, "好"]), "row 2: reply is nothing, expected text"),
        (cells(reply=["好", "好", " "]), "row 3: the reply is empty"),
        (cells(split=["test", "dev", None]), "row 2: split is dev, expected train or test"),
        (cells(weight=[1.0, 1.0, -1.0]), "row 3: weight is -1"),
        (
            cells(cue=["甲：", "长" * (1 << 20) + "：", ""]),
            "row 2: longer than 1,048,576 characters",
        ),
    ],
)
def test_what_is_no_example_in_a_table_is_told_with_its_column_or_row(
    tmp_path: Path, columns: dict[str, Any], told: str
) -> None:
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    with pytest.raises(KnownError, match=told) as error:
        read_examples(tmp_path / "a.parquet")
    assert str(tmp_path / "a.parquet") in str(error.value) and "\n" not in str(error.value)


def test_bytes_that_are_no_text_are_told_with_their_row(tmp_path: Path) -> None:
    wrong = pyarrow.array([b"a", "夏".encode("gb18030"), b"c"]).view(pyarrow.string())
    parquet.write_table(pyarrow.table(cells(reply=wrong)), tmp_path / "a.parquet")
    with pytest.raises(KnownError, match="row 2: reply is not UTF-8; write it as UTF-8"):
        read_examples(tmp_path / "a.parquet")


def test_a_table_that_is_cut_off_or_damaged_or_empty_is_told(tmp_path: Path) -> None:
    whole = table(tmp_path / "a.parquet", examples(chapters=300)).read_bytes()
    damaged = bytearray(whole)
    damaged[len(whole) // 3 : len(whole) // 2] = bytes(len(whole) // 2 - len(whole) // 3)
    for content, told in (
        (whole[: len(whole) // 2], "a damaged Parquet table .*cut off"),
        (whole[-2000:], "a damaged Parquet table"),
        (bytes(damaged), "a damaged Parquet table"),
        (b"", "empty, expected a Parquet table"),
    ):
        (tmp_path / "b.parquet").write_bytes(content)
        with pytest.raises(KnownError, match=told) as error:
            list(iterate_examples(tmp_path / "b.parquet"))
        assert "\n" not in str(error.value)
    with pytest.raises(KnownError, match="cannot be read"):
        read_examples(tmp_path / "none.parquet")


def test_lines_in_a_file_that_is_called_a_table_are_read_as_lines(tmp_path: Path) -> None:
    given = examples(chapters=1)
    assert read_examples(written(tmp_path / "a.parquet", given)) == given
    renamed = table(tmp_path / "b.parquet", given).rename(tmp_path / "b.jsonl")
    assert read_examples(renamed) == given


def test_pairs_that_are_none_are_told_with_their_row(tmp_path: Path) -> None:
    columns = {"prompt": ["甲："] * 2, "chosen": ["好", "好"], "rejected": ["坏", "好"]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    with pytest.raises(KnownError, match="row 2: chosen and rejected are the same"):
        read_pairs(tmp_path / "a.parquet")
    del columns["prompt"]
    parquet.write_table(pyarrow.table(columns), tmp_path / "a.parquet")
    with pytest.raises(KnownError, match="row 1: stable is nothing"):
        read_pairs(tmp_path / "a.parquet")


def test_pairs_whose_prompts_are_written_in_two_ways_make_no_table(tmp_path: Path) -> None:
    first = json.loads(written_pairs(tmp_path / "a.jsonl", 1).read_text("utf-8"))
    parts = {"stable": "", "history": "", "cue": "甲：", "chosen": "好", "rejected": "坏"}
    with pytest.raises(KnownError, match="line 2: its prompt is not written as in the first"):
        pair_record(parts, "line 2", columns_of(first))


def test_half_of_a_pair_of_characters_is_told_and_not_written(tmp_path: Path) -> None:
    for one in (
        Example(Prompt("", "\ud800", "a："), "b"),
        Example(Prompt("", "", ""), "b", "\udc00"),
    ):
        with (
            pytest.raises(KnownError, match="line 7: holds half of a character pair"),
            table_writer(io.BytesIO(), COLUMNS) as add,
        ):
            add(record_of(one), "line 7")


def test_without_pyarrow_it_is_said_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = table(tmp_path / "a.parquet", examples(chapters=1))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KnownError, match=r"a.parquet: a Parquet table; .*'\.\[parquet\]'"):
        read_examples(file)
    with (
        pytest.raises(KnownError, match=r"pip install '\.\[parquet\]'"),
        table_writer(io.BytesIO(), COLUMNS),
    ):
        pass
