"""Prompts of roles that saw different things are read in sequences of their own."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.backend import Backend, Prompt, Sampling
from models.llamacpp.sequences import Sequences
from tests.models.conftest import draw

COUNT, CELLS = 6, 400
NO_ADAPTER = ({"scale": 0.0},)
ANOTHER = ({"scale": 1.0},)


@dataclass
class Cache:
    """What would stand in a real cache, and what had to be read."""

    rows: int = 3
    longest: int = 8
    sequences: Sequences = field(default_factory=lambda: Sequences(COUNT, CELLS))
    held: dict[int, tuple[list[int], object]] = field(default_factory=dict)
    emptied: int = 0

    def read(
        self, ids: Sequence[int], scales: tuple[dict[str, float], ...] = NO_ADAPTER
    ) -> tuple[int, int]:
        """The sequence in which a prompt is read, and how many of its tokens are read anew."""
        placed = self.sequences.place(ids, scales, self.rows, self.longest)
        for sequence in placed.forgotten:
            del self.held[sequence]
            self.emptied += 1
        for child in [one for one in range(COUNT) if one != placed.sequence][: self.rows - 1]:
            self.held.pop(child, None)
        before, with_scales = self.held.get(placed.sequence, ([], scales))
        shared = 0
        while with_scales == scales and shared < min(len(before), len(ids)):
            if before[shared] != ids[shared]:
                break
            shared += 1
        self.held[placed.sequence] = (list(ids), scales)
        return placed.sequence, len(ids) - shared

    @property
    def cells(self) -> int:
        return sum(len(ids) for ids, __ in self.held.values())


def views(turns: int, of: int, share: int = 20, line: int = 5) -> Iterator[list[int]]:
    """The prompts of roles in turn that differ behind `share` tokens."""
    for turn in range(turns):
        who = turn % of
        yield [*range(share), *([1000 * (who + 1)] * (line * (turn + 1)))]


def test_views_that_differ_early_come_to_read_their_new_lines_alone() -> None:
    cache = Cache()
    read = [cache.read(ids)[1] for ids in views(15, 2)]
    assert read[-4:] == [10, 10, 10, 10]


def test_views_that_agree_are_read_in_one_sequence() -> None:
    cache = Cache()
    prompts = [list(range(40 + 5 * turn)) for turn in range(12)]
    assert len({cache.read([*ids, 5000 + turn])[0] for turn, ids in enumerate(prompts)}) == 1


def test_an_adapter_has_a_sequence_of_its_own() -> None:
    cache = Cache()
    ids = list(range(60))
    first = cache.read(ids)
    second = cache.read(ids, ANOTHER)
    assert first[0] != second[0]
    assert cache.read([*ids, 7]) == (first[0], 1)
    assert cache.read([*ids, 8], ANOTHER) == (second[0], 1)


def test_a_view_that_nobody_asks_for_any_more_makes_room() -> None:
    cache = Cache()
    for ids in views(12, 2):
        cache.read(ids)
    longest = [*range(9000, 9000 + CELLS - 3 * 8)]
    cache.read(longest)
    assert cache.emptied
    assert cache.cells <= CELLS


def test_views_without_room_cost_what_one_sequence_costs() -> None:
    """Three prompts of which only one has room: none puts out the others again and again."""
    cache, alone = Cache(), 0
    before: list[int] = []
    anew = 0
    for ids in views(30, 3, share=150, line=5):
        prompt = ids[:340]
        anew += cache.read(prompt)[1]
        shared = next(
            (at for at, (a, b) in enumerate(zip(before, prompt, strict=False)) if a != b),
            min(len(before), len(prompt)),
        )
        alone += len(prompt) - shared
        before = prompt
    assert anew <= 1.2 * alone


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 2), min_size=1, max_size=120),
            st.integers(1, COUNT),
            st.booleans(),
            st.booleans(),
        ),
        max_size=40,
    )
)
@example(
    [
        ([0] * 120, 1, False, False),
        ([1] * 120, 1, False, False),
        ([2] * 120, 1, False, False),
        ([2] * 120, COUNT, False, False),
    ]
)
def test_there_are_never_more_cells_than_there_are(
    asked: list[tuple[list[int], int, bool, bool]],
) -> None:
    sequences, held = Sequences(COUNT, CELLS), dict[int, int]()
    for ids, rows, adapted, alone in asked:
        scales = ANOTHER if adapted else NO_ADAPTER
        placed = sequences.place(ids, scales, rows, 8, alone=alone)
        assert rows - 1 <= placed.sequence < COUNT
        for sequence in placed.forgotten:
            del held[sequence]
        # what candidates are written over stands there while the prompt is read
        others = sum(cells for one, cells in held.items() if one != placed.sequence)
        assert others + len(ids) + rows * 8 <= CELLS
        for child in range(rows - 1):
            held.pop(child, None)
        held[placed.sequence] = len(ids) + 8
        assert not alone or len(held) == 1


# --- a real model ---------------------------------------------------------------------------------

GREEDY = Sampling(n=2, max_tokens=6, temperature=0.0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up Llama as a GGUF file."""
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    pytest.importorskip("torch", reason="the extra `local` is not installed")
    from transformers import AutoTokenizer, LlamaForCausalLM

    from tests.local.tiny_models import make_llama, tiny_llama
    from tests.models.tiny_gguf import write_model

    folder = make_llama(tmp_path_factory.mktemp("sequences") / "tiny")
    size = len(AutoTokenizer.from_pretrained(folder))
    tiny_llama(size, max_position_embeddings=2048).save_pretrained(folder)
    model = LlamaForCausalLM.from_pretrained(folder)
    return write_model(folder / "tiny.gguf", model, folder / "tokenizer.json")


def opened(file: Path) -> Backend:
    from models.llamacpp.backend import LlamaCpp

    return LlamaCpp.open(file, context=1024)


def two_views(turns: int) -> Iterator[Prompt]:
    """What two roles read of a scene of which each has seen another beginning."""
    for turn in range(turns):
        who = ("林默", "苏晚")[turn % 2]
        seen = f"{who}：只有我看见了那扇门后面的东西。\n"
        said = "".join(f"苏晚：第{number}级台阶是松的。\n" for number in range(4 + turn))
        yield Prompt("雨夜旧宅\n", seen + said, f"{who}：")


def test_each_view_is_continued_with_the_same_words_as_alone(tiny: Path) -> None:
    with closing(opened(tiny)) as backend:
        together = [draw(backend, prompt, GREEDY) for prompt in two_views(10)]
    for prompt, drawn in zip(two_views(10), together, strict=True):
        if prompt.cue == "林默：":
            continue
        with closing(opened(tiny)) as backend:
            assert draw(backend, prompt, GREEDY).texts == drawn.texts


def test_two_views_in_turn_come_to_be_read_from_the_cache(tiny: Path) -> None:
    with closing(opened(tiny)) as backend:
        ends = [draw(backend, prompt, GREEDY).ends[0] for prompt in two_views(12)]
        line = backend.count("苏晚：第9级台阶是松的。\n")
    for end in ends[-4:]:
        assert end.prompt_tokens - end.cached_tokens <= 3 * line + 8


def test_a_prompt_that_fills_the_context_has_room_behind_other_views(tiny: Path) -> None:
    with closing(opened(tiny)) as backend:
        for prompt in two_views(12):
            draw(backend, prompt, GREEDY)
        line = "林默：雨还没有停。\n"
        times = (backend.context - 100) // backend.count(line)
        for beginning in ("甲\n", "乙\n", "丙\n", "丁\n"):
            full = Prompt("", beginning + line * times, "苏晚：")
            end = draw(backend, full, Sampling(n=5, max_tokens=40, temperature=0.0)).ends[0]
            assert end.prompt_tokens > backend.context - 150


def test_a_hand_of_ten_has_room_behind_one_of_five(tiny: Path) -> None:
    line = "林默：雨还没有停。\n"
    with closing(opened(tiny)) as backend:
        times = (backend.context - 100) // backend.count(line)
        for at, n in enumerate((5, 10, 5, 10, 2, 10)):
            prompt = Prompt("", f"{'甲乙丙丁戊己'[at]}\n" + line * times, "苏晚：")
            for __ in backend.prefill(prompt):
                pass
            end = draw(backend, prompt, Sampling(n=n, max_tokens=40, temperature=0.0)).ends[0]
            assert end.cached_tokens > end.prompt_tokens - 50
