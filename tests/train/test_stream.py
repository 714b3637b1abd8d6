"""Examples that are read while they are learned from: the order, and runs that go on in it."""

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise, takewhile
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.encode import Encoder
from models.train import objectives
from models.train.data import COLUMNS, Example, dumped, read_examples, record_of
from models.train.looks import RunPlan
from models.train.parquet import table_writer
from models.train.rows import TrainingRow, rows_of
from models.train.settings import Settings
from models.train.shards import INDEX, LINES, index_of, keep_index
from models.train.stream import BatchStream, BlockOrder, Place, ShareStream, StreamState
from models.train.streamed import StreamedTask
from tests.train.launched import together
from tests.train.made import SAID, examples, losses, opened, run, settings, weights, written


def many(chapters: int = 160, **more: Any) -> list[Example]:
    return examples(chapters, **more)


def table(path: Path, given: list[Example]) -> Path:
    with path.open("wb") as file, table_writer(file, COLUMNS) as add:
        for one in given:
            add(record_of(one), "")
    return path


def streamed(folder: Path, **changes: Any) -> Settings:
    written(folder / "examples.jsonl", many())
    return settings(folder, **({"stream": True, "shuffle_buffer": 40} | changes))


@pytest.fixture(scope="session")
def encoder(bases: dict[str, Path]) -> Encoder:
    return opened(bases["llama"])[1]


def order_of(folder: Path, encoder: Encoder, **changes: Any) -> BlockOrder:
    wanted = streamed(folder, **changes)
    return BlockOrder(index_of(wanted.examples), encoder, wanted)


def rows_in(batches: Iterator[list[TrainingRow]]) -> list[tuple[int, ...]]:
    return [tuple(row.ids) for batch in batches for row in batch]


def test_the_index_counts_each_split_and_finds_every_example(tmp_path: Path) -> None:
    given = many(held_out=20)
    lines = written(tmp_path / "a.jsonl", given)
    lines.write_text("\n \n" + lines.read_text("utf-8").replace("\n", "\n\n"), "utf-8")
    index = index_of([lines, table(tmp_path / "b.parquet", given)])
    assert (index.total("train"), index.total("test")) == (2 * 140 * 8, 2 * 20 * 8)
    assert len(index.shards) == len(given) // LINES + 1
    found = [one for i in range(len(index.shards)) for piece in index.pieces(i) for one in piece]
    assert found == given + given
    pieces = list(index.pieces(len(index.shards) - 1))
    assert [len(piece) for piece in pieces] == [LINES] * (len(given) // LINES)
    assert list(index.pieces(len(index.shards) - 1, skip=2)) == pieces[2:]


def test_the_index_is_kept_until_a_file_changes(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", many())
    index = index_of([file])
    keep_index(index, tmp_path)
    kept = (tmp_path / INDEX).read_text()
    (tmp_path / INDEX).write_text(kept.replace(f"{LINES}, 0]", "7, 0]"))
    assert index_of([file], tmp_path).total("train") < index.total("train")  # it is taken from it
    file.write_text(file.read_text("utf-8") + dumped(many()[0]), "utf-8")
    assert index_of([file], tmp_path).total("train") == index.total("train") + 1
    for torn in (kept[:100], "[]", "{}", '{"files": 1}'):
        (tmp_path / INDEX).write_text(torn)
        assert index_of([file], tmp_path).total("train") == index.total("train") + 1


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (b'{"stable": "", "history"\n', "not JSON"),
        ("夏娜\n".encode("gb18030"), "not UTF-8 at byte 0 of the line"),
        (dumped(examples()[0]).replace("1.0", "-1").encode(), "weight is -1"),
        (dumped(examples()[0]).replace('"train"', '"dev"').encode(), "split is dev"),
        (b'"' + b"a" * (1 << 23) + b'"\n', "longer than 1,048,576 characters"),
    ],
)
def test_a_broken_line_in_the_middle_is_told_before_anything_is_learned(
    bases: dict[str, Path], tmp_path: Path, broken: bytes, told: str
) -> None:
    wanted = streamed(tmp_path)
    lines = wanted.examples[0].read_bytes().splitlines(keepends=True)
    lines.insert(700, broken)
    wanted.examples[0].write_bytes(b"".join(lines))
    with pytest.raises(KnownError, match=told) as error:
        run(bases["llama"], wanted)
    assert str(error.value).startswith(f"{wanted.examples[0]}:701: ")
    assert "\n" not in str(error.value) and not wanted.out.exists()


def test_a_pass_has_every_row_once_and_the_next_one_in_another_order(
    tmp_path: Path, encoder: Encoder
) -> None:
    order = order_of(tmp_path, encoder)
    passes: list[list[tuple[int, ...]]] = [[], []]
    sizes = []
    for block in takewhile(lambda block: block.place.epoch < 2, order.from_(Place())):
        passes[block.place.epoch] += rows_in(iter(block.batches))
        sizes.append(sum(map(len, block.batches)))
    learned = [one for one in many() if one.split == "train"]
    tokens = sum(map(len, rows_of(learned, encoder, 2048).rows))
    assert Counter(passes[0]) == Counter(passes[1]) and passes[0] != passes[1]
    assert tokens <= sum(map(len, passes[0])) < tokens * 1.05  # a shard's end may cut a chapter
    assert len(sizes) >= 4 and max(sizes) < 40 + LINES
    replies = {tuple(row[-5:]) for row in passes[0]}
    assert len(replies) > len(SAID) // 2


def test_the_same_seed_gives_the_same_order_and_another_one_another(
    tmp_path: Path, encoder: Encoder
) -> None:
    orders = [order_of(tmp_path, encoder, seed=seed) for seed in (1, 1, 2)]
    first = [rows_in(islice(BatchStream(order, StreamState()), 60)) for order in orders]
    assert first[0] == first[1] != first[2]


def test_the_rows_of_a_block_are_mixed(tmp_path: Path, encoder: Encoder) -> None:
    order = order_of(tmp_path, encoder, shuffle_buffer=1000)
    found = rows_in(iter(order.at(Place()).batches))
    read = rows_of([one for one in many() if one.split == "train"], encoder, 2048).rows
    places = {tuple(row.ids): at for at, row in enumerate(read)}
    taken = [places[row] for row in found if row in places]
    ascending = sum(one < two for one, two in pairwise(taken))
    assert 0.3 < ascending / len(taken) < 0.7


@pytest.mark.parametrize("stopped", [0, 1, 17, 60, 130])
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_stream_goes_on_from_its_state_and_reads_only_the_block_that_it_was_in(
    tmp_path: Path, encoder: Encoder, stopped: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = many()
    files = {
        "jsonl": written(tmp_path / "a.jsonl", given),
        "parquet": table(tmp_path / "a.parquet", given),
    }
    wanted = streamed(tmp_path, examples=(files[kind],))
    index = index_of(wanted.examples)
    whole = BatchStream(BlockOrder(index, encoder, wanted), StreamState())
    batches = list(islice(whole, 150))
    first = BatchStream(BlockOrder(index, encoder, wanted), StreamState())
    assert list(islice(first, stopped)) == batches[:stopped]
    state = StreamState.of_json(json.loads(json.dumps(first.state.as_json())))
    assert state.taken == stopped
    again = BlockOrder(index, encoder, wanted)
    made: list[Place] = []
    monkeypatch.setattr(
        again, "at", lambda place: made.append(place) or BlockOrder.at(again, place)
    )
    rest = list(islice(BatchStream(again, state), 150 - stopped))
    assert rest == batches[stopped:]
    assert made[0] == state.place and (stopped < 60 or made[0].block > 0)


def test_processes_share_one_order(tmp_path: Path, encoder: Encoder) -> None:
    order = order_of(tmp_path, encoder)
    alone = list(islice(BatchStream(order, StreamState()), 90))

    def learned(state: StreamState, processes: int, steps: int) -> list[dict[int, Any]]:
        """The batches of steps of six, by their numbers, as so many processes share them."""
        found: list[dict[int, Any]] = [{} for _ in range(steps)]
        for rank in range(processes):
            stream = BatchStream(order, state)
            shares = islice(ShareStream(stream, 6, rank, processes), steps * 6 // processes)
            for at, share in enumerate(shares):
                assert share.learned and share.number not in found[at * processes // 6]
                found[at * processes // 6][share.number] = share.rows
            assert stream.state.taken == state.taken + steps * 6
        return found

    for processes in (1, 2, 3):
        steps = learned(StreamState(), processes, 15)
        assert [step[n] for step in steps for n in sorted(step)] == alone
        assert [sorted(step) for step in steps] == [list(range(n, n + 6)) for n in range(0, 90, 6)]
    halfway = BatchStream(order, StreamState())
    list(islice(ShareStream(halfway, 6, 0, 3), 10))
    rest = learned(halfway.state, 2, 10)
    assert [step[n] for step in rest for n in sorted(step)] == alone[30:]


def test_a_stopped_run_comes_to_the_same_adapter(bases: dict[str, Path], tmp_path: Path) -> None:
    changes = {"max_steps": 12, "gradient_accumulation_steps": 4, "logging_steps": 1}
    whole = streamed(
        tmp_path, **changes, lora_dropout=0.1, shuffle_buffer=8, out=tmp_path / "whole"
    )
    run(bases["llama"], whole)
    cut = replace(whole, out=tmp_path / "cut")
    seen: list[int] = []
    run(bases["llama"], cut, tell=lambda p: seen.append(p.step), stop=lambda: 8 in seen)
    newest = max((cut.out / "checkpoints").iterdir(), key=lambda one: one.stat().st_mtime)
    state = json.loads((newest / "stream.json").read_text())
    assert 32 <= state["taken"] < 48 and state["place"]["block"] > 0
    assert run(bases["llama"], cut).steps == 12
    assert losses(cut.out) == losses(whole.out)
    assert weights(cut.out) == weights(whole.out)


def test_lines_and_a_table_of_the_same_examples_are_both_learned(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    given = many(held_out=20)
    files = (
        written(tmp_path / "a.jsonl", given[:640]),
        table(tmp_path / "b.parquet", given[640:]),
    )
    wanted = settings(tmp_path, examples=files, stream=True, shuffle_buffer=40)
    plans: list[RunPlan] = []
    done = run(bases["llama"], wanted, begins=plans.append)
    assert (done.examples, done.held_out, done.steps) == (1280, 160, 12)
    assert (plans[0].streamed, plans[0].reckoned_from) == (1120, 0)
    assert done.best_held_out is not None and done.first_held_out is not None
    assert done.best_held_out < done.first_held_out
    held_out = run(bases["llama"], replace(wanted, stream=False, out=tmp_path / "whole"))
    assert held_out.first_held_out == pytest.approx(done.first_held_out, abs=1e-6)


def test_without_max_steps_a_pass_is_reckoned_from_its_first_block(
    bases: dict[str, Path], tmp_path: Path, encoder: Encoder
) -> None:
    wanted = streamed(tmp_path, max_steps=None, num_train_epochs=1)
    plans: list[RunPlan] = []
    done = run(bases["llama"], wanted, begins=plans.append, stop=lambda: True)
    assert done.why_ended == "stopped"
    order = BlockOrder(index_of(wanted.examples), encoder, wanted)
    first_pass = takewhile(lambda block: block.place.epoch == 0, order.from_(Place()))
    batches = sum(len(block.batches) for block in first_pass)
    assert 0 < plans[0].reckoned_from < plans[0].streamed
    assert plans[0].steps == pytest.approx(batches, rel=0.1)


def test_a_small_file_of_one_block_has_its_steps_counted(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    plans: list[RunPlan] = []
    wanted = streamed(tmp_path, max_steps=None, shuffle_buffer=10_000)
    run(bases["llama"], wanted, begins=plans.append, stop=lambda: True)
    assert plans[0].reckoned_from == 0


def test_nothing_to_learn_from_is_told(bases: dict[str, Path], tmp_path: Path) -> None:
    wanted = streamed(tmp_path, max_length=16)
    with pytest.raises(KnownError, match="none of the 1280 examples can be learned from"):
        run(bases["llama"], wanted)
    wanted.examples[0].write_text("")
    with pytest.raises(KnownError, match="none of the 0 examples"):
        run(bases["llama"], wanted)


def test_a_checkpoint_that_lost_its_place_is_refused(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    wanted = streamed(tmp_path)
    seen: list[int] = []
    run(bases["llama"], wanted, tell=lambda p: seen.append(p.step), stop=lambda: 4 in seen)
    for place in (wanted.out / "checkpoints").glob("*/stream.json"):
        place.write_text('{"taken": 4}')
    with pytest.raises(KnownError, match="where the stream stood; begin anew with --fresh"):
        run(bases["llama"], wanted)


def test_rivals_and_a_prefix_are_learned_from_a_stream_too(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    given = [replace(one, rivals=("诸葛亮：",)) for one in many()]
    wanted = streamed(tmp_path, contrast=1.0, max_steps=2)
    written(wanted.examples[0], given)
    assert run(bases["llama"], wanted).steps == 2
    prefix = streamed(tmp_path, method="prefix", max_steps=2, out=tmp_path / "prefix")
    assert run(bases["llama"], prefix).steps == 2


def test_a_stream_is_taken_by_itself_where_the_files_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = streamed(tmp_path, stream=None)
    size = wanted.examples[0].stat().st_size
    for limit, expected in ((size, False), (size - 1, True)):
        monkeypatch.setattr(objectives, "LARGE", limit)
        assert objectives.is_streamed(wanted) is expected
        assert not objectives.is_streamed(replace(wanted, stream=False))
    packed = table(tmp_path / "a.parquet", many())
    monkeypatch.setattr(objectives, "LARGE", 30 * packed.stat().st_size - 1)
    assert objectives.is_streamed(replace(wanted, examples=(packed,)))
    assert not objectives.is_streamed(replace(wanted, examples=(), pairs=(packed,)))


def test_of_much_that_is_held_out_a_sample_is_kept(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = streamed(tmp_path, eval_limit=3)
    written(wanted.examples[0], many(held_out=100))
    assert len(StreamedTask(wanted, encoder).held_out.rows) == 100
    monkeypatch.setattr("models.train.streamed.FEW", 100)
    sample = StreamedTask(wanted, encoder)
    assert 3 <= len(sample.held_out.rows) <= 32
    assert sample.plan(10, 1).held_out_rows == 100
    assert len(StreamedTask(replace(wanted, eval_limit=0), encoder).held_out.rows) == 100


def test_two_processes_learn_from_a_stream_what_one_does_in_steps_of_two_batches(
    bases: dict[str, Path], tmp_path: Path
) -> None:
    base, every = str(bases["llama"]), {"eval_steps": 3, "save_steps": 3, "logging_steps": 1}
    given = streamed(tmp_path, base=base, max_steps=6, **every)
    two = together(2, given)
    alone = replace(given, gradient_accumulation_steps=2, out=tmp_path / "alone")
    run(bases["llama"], alone)
    one = losses(alone.out)
    assert [point[0] for point in two] == [point[0] for point in one]
    for ours, theirs in zip(two, one, strict=True):
        assert ours[1:] == pytest.approx(theirs[1:], abs=1e-4)
    (given.out / "checkpoints" / "checkpoint-6" / "whole").unlink()
    again = together(2, given)
    assert again[-1][2] == pytest.approx(two[-1][2], abs=1e-4)


def test_memory_does_not_grow_with_the_examples(tmp_path: Path, encoder: Encoder) -> None:
    """From the index to packed batches, ten times the examples do not take twice as much."""

    def peak(chapters: int) -> int:
        file = tmp_path / f"{chapters}.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            for seed in range(chapters // 100):
                lines.writelines(map(dumped, many(100, held_out=0, seed=seed)))
        wanted = streamed(tmp_path, examples=(file,), shuffle_buffer=64)
        tracemalloc.start()
        order = BlockOrder(index_of(wanted.examples), encoder, wanted)
        for block in order.from_(Place()):
            if block.after.epoch:
                break
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(read_examples(file)) == chapters * 8
        return size

    peak(100)  # what is cached once
    assert peak(1000) < peak(100) * 2
