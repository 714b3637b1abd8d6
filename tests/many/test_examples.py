"""Examples of many sources, made one by one and joined: the same bytes as made all together."""

import json
from pathlib import Path

import pytest

from tests.tui.conftest import Run, home, run

__all__ = ["home", "run"]

SAME = "丞相此言差矣，曹操虽有百万之众，皆不足惧也。"


def words(number: int) -> str:
    return "".join(chr(0x4E00 + (number * 7919 + step * 104729) % 0x4000) for step in range(12))


def log(number: int, lines: int = 12, heading: bool = True) -> str:
    spoken = [
        f"{'苏晚' if line % 2 else '林默'}：{words(100 * number + line)}。\n"
        for line in range(lines)
    ]
    half = f"==== 第{number}夜 ====\n" if heading else ""
    return (
        half
        + "".join(spoken[: lines // 2])
        + half.replace("夜", "更")
        + "".join(spoken[lines // 2 :])
    )


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "raw"
    folder.mkdir()
    paths = [folder / f"第{number}本.log.txt" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_text(log(number) + f"苏晚：{SAME}\n", "utf-8")
    return paths


def both(run: Run, tmp_path: Path, *words: object) -> tuple[dict[str, object], dict[str, object]]:
    """What is told of both ways, whose bytes are the same."""
    folder, file = tmp_path / "parts", tmp_path / "all.jsonl"
    folder.mkdir(exist_ok=True)
    command = ("corpus", "examples", "--model", "scripted", "--json", *words)
    together, apart = run(*command, "-o", file), run(*command, "-o", folder)
    assert together.status == 0, together.err
    assert apart.status == 0, apart.err
    assert (folder / "examples.jsonl").read_bytes() == file.read_bytes()
    return json.loads(together.out), json.loads(apart.out)


@pytest.mark.parametrize(
    "options",
    [
        ("--seed", 3),
        ("--balance", 0.5, "--test-chapters", 3),
        ("--by-passage", "--context", 600, "--max-tokens", 40),
        ("--test", 0, "--for", "苏晚"),
    ],
)
def test_sources_made_one_by_one_give_what_all_together_give(
    run: Run, sources: list[Path], tmp_path: Path, options: tuple[object, ...]
) -> None:
    together, apart = both(run, tmp_path, *sources[:-1], f"{sources[-1]}:0.5", *options)
    assert {key: apart[key] for key in together} == together
    assert apart["inputs"] == 5 and apart["examples"]


def test_a_line_held_out_of_one_source_is_not_learned_from_another(
    run: Run, sources: list[Path], tmp_path: Path
) -> None:
    listed = tmp_path / "held.txt"
    listed.write_text("第2本\n", "utf-8")
    together, apart = both(run, tmp_path, *sources, "--test-logs", listed)
    assert apart["left_out"] == together["left_out"]
    assert apart["left_out"] == {"much the same as a line that is held out": 4}
    assert apart["test"] == 13


def test_a_long_source_is_cut_in_blocks_and_others_are_mixed_in(
    run: Run, sources: list[Path], tmp_path: Path
) -> None:
    sources[0].write_text(log(9, 400, heading=False), "utf-8")
    mix = tmp_path / "general.jsonl"
    rows = [{"instruction": f"{n}？", "input": "", "output": f"{n}。"} for n in range(40)]
    mix.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    together, apart = both(run, tmp_path, *sources[:3], "--mix", mix, "--mix-share", 0.05)
    assert {key: apart[key] for key in together} == together
    assert "general" in apart["speakers"]  # type: ignore[operator]


def test_one_that_fails_is_left_out_until_it_is_mended(
    run: Run, sources: list[Path], tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    whole = sources[1].read_bytes()
    sources[1].write_text("没有人说话。\n", "utf-8")
    command = ("corpus", "examples", "--model", "scripted", *sources, "-o", folder)
    ran = run(*command)
    assert ran.status == 1
    assert "第1本.log.txt: nobody speaks in it" in ran.err
    assert "examples.jsonl: without those that failed" in ran.err
    before = {path: path.stat().st_mtime_ns for path in (folder / "parts").glob("*.lines.json")}
    assert len(before) == 4
    sources[1].write_bytes(whole)
    both(run, tmp_path, *sources)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_is_joined_may_be_a_table(run: Run, sources: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
    from models.train.data import read_examples

    folder = tmp_path / "parts"
    folder.mkdir()
    command = ("corpus", "examples", "--model", "scripted", *sources, "-o", folder)
    assert run(*command).status == run(*command, "--to", "parquet").status == 0
    assert read_examples(folder / "examples.parquet") == read_examples(folder / "examples.jsonl")
