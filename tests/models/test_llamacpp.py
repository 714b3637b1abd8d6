import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from base.errors import KnownError
from models.backend import Backend, Counter, Delta, Progress, Prompt, Sampling, Scorer, open_backend
from tests.models.conftest import TALK, draw, write_gguf, write_lora

pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")

LINE = Sampling(n=3, max_tokens=12, stop=("\n", "【"))


def test_five_candidates_come_side_by_side_from_one_prefill(starter: Backend) -> None:
    drawn = draw(starter, TALK, Sampling(n=5, max_tokens=12, stop=("\n", "【")))
    assert len(set(drawn.texts)) > 1
    assert all("\n" not in text and "【" not in text for text in drawn.texts)
    assert {end.prompt_tokens for end in drawn.ends.values()} == {starter.count(TALK.text) + 1}


def test_the_next_turn_computes_only_what_is_new(starter: Backend) -> None:
    draw(starter, TALK, LINE)
    longer = Prompt(TALK.stable, TALK.history + "苏晚：那就进去吧。\n", "林默：")
    end = draw(starter, longer, LINE).ends[0]
    assert end.cached_tokens >= starter.count(TALK.stable + TALK.history) - 1
    assert end.cached_tokens < end.prompt_tokens


def test_a_seed_makes_a_draw_repeatable(starter: Backend) -> None:
    seeded = Sampling(n=3, max_tokens=8, stop=("\n",), seed=7)
    first = draw(starter, TALK, seeded).texts
    draw(starter, Prompt("", "别的话\n", "林默："), LINE)
    assert draw(starter, TALK, seeded).texts == first
    assert len(set(first)) > 1


def test_a_grammar_is_kept_while_drawing(starter: Backend) -> None:
    grammar = 'root ::= [^\\n【 ]{1,3} " \\\\emoji " ("微怒" | "平静") "\\n"'
    sampling = Sampling(n=3, max_tokens=32, stop=("\n",), grammar=grammar)
    for text in draw(starter, TALK, sampling).texts:
        assert text.endswith((" \\emoji 微怒", " \\emoji 平静"))


def test_a_log_probability_is_the_sum_over_the_tokens(starter: Backend) -> None:
    asked = draw(starter, TALK, Sampling(n=2, max_tokens=4, logprobs=True)).ends
    assert all(end.logprob is not None and -100 < end.logprob < 0 for end in asked.values())
    assert draw(starter, TALK, Sampling(n=1, max_tokens=2)).ends[0].logprob is None


def test_the_longest_candidate_says_that_it_was_cut(starter: Backend) -> None:
    end = draw(starter, TALK, Sampling(n=1, max_tokens=3)).ends[0]
    assert (end.finish, end.tokens) == ("length", 3)


def test_no_piece_breaks_a_character_of_several_tokens(starter: Backend) -> None:
    assert starter.count("\U00020bb7") > 1
    prompt = Prompt("", "\U00020bb7野家 \U00020bb7野家 " * 6 + "\n", "\U00020bb7野家 ")
    drawn = draw(starter, prompt, Sampling(n=2, max_tokens=24, temperature=0.0, seed=1))
    assert all("\U00020bb7野家" in text for text in drawn.texts)
    assert not any("\ufffd" in piece for piece in drawn.pieces)


def test_more_candidates_than_rows_are_drawn_in_rounds(starter: Backend) -> None:
    drawn = draw(starter, TALK, Sampling(n=12, max_tokens=2))
    assert all(drawn.texts)


def test_candidates_fit_beside_a_prompt_that_fills_the_context(starter: Backend) -> None:
    line = "苏晚：雨还没有停。\n"
    room = starter.context - 40
    prompt = Prompt("", line * (room // starter.count(line)), "林默：")
    drawn = draw(starter, prompt, Sampling(n=5, max_tokens=500, stop=("\n",)))
    for end in drawn.ends.values():
        assert end.prompt_tokens + end.tokens <= starter.context


def test_a_prompt_beyond_the_context_is_refused_in_one_line(starter: Backend) -> None:
    with pytest.raises(KnownError, match=r"the prompt has .*, the context has 1024") as refused:
        draw(starter, Prompt("", "苏晚：雨还没有停。\n" * 400, "林默："), LINE)
    assert "\n" not in str(refused.value)


def test_closing_stops_the_work_while_tokens_come(starter: Backend) -> None:
    with closing(starter.generate(TALK, Sampling(n=2, max_tokens=800))) as deltas:
        while not isinstance(next(deltas), Delta):
            pass
    assert not [thread for thread in threading.enumerate() if thread.name == "draw"]
    assert draw(starter, TALK, Sampling(n=1, max_tokens=2)).texts[0]


def test_a_long_prefill_can_be_given_up(starter: Backend) -> None:
    prompt = Prompt("", "".join(f"苏晚：{i * 7919}。\n" for i in range(90)), "林默：")
    with closing(starter.generate(prompt, Sampling(n=5, max_tokens=800))) as deltas:
        assert isinstance(next(deltas), Progress)
    assert not [thread for thread in threading.enumerate() if thread.name == "draw"]


def test_half_a_surrogate_pair_in_the_prompt_does_no_harm(starter: Backend) -> None:
    assert draw(starter, Prompt("", "苏晚：\ud83d\n", "林默："), Sampling(n=1, max_tokens=2))


def test_many_texts_are_counted_as_one_by_one(starter: Backend) -> None:
    assert isinstance(starter, Counter)
    texts = [
        *TALK.text.splitlines(keepends=True),
        "",
        "\n\n",
        " 甲",
        "<bos>好\n",
        "[x]",
        "🐉",
        "\ud800",
    ]
    texts += [f"第{number}句，往里走。\n" for number in range(600)]
    assert starter.counts([*texts, texts[0]]) == [starter.count(one) for one in [*texts, texts[0]]]


def test_what_people_write_is_text_though_the_model_has_such_a_token(starter: Backend) -> None:
    for sign in ("<eos>", "<bos>", "<end_of_turn>", "<start_of_turn>"):
        said = f"苏晚：{sign}好\n"
        assert starter.count(sign) > 1
        prompt = Prompt(f"【{sign}】\n", said, f"{sign}：")
        end = draw(starter, prompt, Sampling(n=2, max_tokens=3)).ends[0]
        assert end.prompt_tokens == starter.count(prompt.text) + 1
        likely, _ = starter.score(prompt, [f"{sign}\n", "好\n"])  # type: ignore[attr-defined]
        assert likely < 0


def test_an_adapter_changes_what_is_drawn_only_where_it_is_named(starter: Backend) -> None:
    likeliest = Sampling(n=1, max_tokens=8, temperature=0.0, seed=1)
    plain = draw(starter, TALK, likeliest).texts
    tilted = draw(starter, TALK, likeliest, "tilt").texts
    assert tilted != plain
    assert draw(starter, TALK, likeliest).texts == plain


def test_an_unknown_adapter_is_named_beside_the_known_ones(starter: Backend) -> None:
    with pytest.raises(KnownError, match="the adapter 'tild' is not loaded; loaded are tilt"):
        draw(starter, TALK, LINE, "tild")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "not a GGUF file"),
        (b"not a model at all", "not a GGUF file"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 16, "cut off or damaged"),
        (b"GGUF\x63\0\0\0" + b"\0" * 16, "version 99"),
    ],
)
def test_a_file_that_is_no_model_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KnownError, match=says) as refused:
        open_backend("llamacpp", path=path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_model_cut_at_every_byte_of_its_head_is_refused(tmp_path: Path) -> None:
    whole = write_gguf(
        tmp_path / "whole.gguf",
        {"general.architecture": "gemma3", "gemma3.context_length": 64},
        {"token_embd.weight": (4, 8)},
    ).read_bytes()
    part = tmp_path / "part.gguf"
    for length in range(len(whole) - 4 * 4 * 8):
        part.write_bytes(whole[:length])
        with pytest.raises(KnownError, match=r"damaged|not a GGUF"):
            open_backend("llamacpp", path=part)


def test_a_model_that_llama_cpp_does_not_know_fails_without_a_word_on_the_screen(
    tmp_path: Path,
) -> None:
    path = write_gguf(tmp_path / "odd.gguf", {"general.architecture": "abacus"}, {"w": (32, 32)})
    code = (
        "import sys\nfrom models.backend import open_backend\n"
        "from base.errors import KnownError\n"
        "try:\n    open_backend('llamacpp', path=sys.argv[1])\n"
        "except KnownError as error:\n    assert 'abacus' in str(error), error\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_an_adapter_for_another_model_is_refused(starter_file: Path, tmp_path: Path) -> None:
    for architecture, width, says in (("llama", 640, "for llama"), ("gemma3", 64, "does not fit")):
        adapter = write_lora(tmp_path / f"{architecture}.gguf", architecture, width)
        with pytest.raises(KnownError, match=says):
            open_backend("llamacpp", path=starter_file, adapters={"a": adapter})


def test_a_context_that_the_model_never_saw_is_refused(starter_file: Path) -> None:
    with pytest.raises(KnownError, match="expected 1 to the 32768 tokens"):
        open_backend("llamacpp", path=starter_file, context=10**6)


def test_closing_the_model_ends_a_draw_in_another_thread(starter_file: Path) -> None:
    backend = open_backend("llamacpp", path=starter_file, context=256)
    deltas = backend.generate(TALK, Sampling(n=1, max_tokens=200))
    failures: list[KnownError] = []

    def read(deltas: Generator[object]) -> None:
        try:
            for _ in deltas:
                pass
        except KnownError as error:
            failures.append(error)

    next(deltas)
    reader = threading.Thread(target=read, args=(deltas,))
    reader.start()
    time.sleep(0.05)
    backend.close()
    reader.join(timeout=30)
    assert not reader.is_alive()
    assert "stopped before its end" in str(failures[0])


def test_a_score_is_the_probability_that_the_model_itself_gives(starter_file: Path) -> None:
    """Against the log-probabilities of a greedy draw, and for signs that are no single token.

    By a model of its own: what other draws left in the cache changes the order of sums.
    """
    with closing(open_backend("llamacpp", path=starter_file, context=1024)) as fresh:
        check_scores(fresh)


def check_scores(starter: Backend) -> None:
    assert isinstance(starter, Scorer)
    greedy = Sampling(n=1, temperature=0, top_p=1, max_tokens=6, logprobs=True, seed=1)
    drawn = draw(starter, TALK, greedy)
    text, end = drawn.texts[0], drawn.ends[0]
    assert end.logprob is not None
    likely, other = starter.score(TALK, [text, "圉\n"])
    assert likely == pytest.approx(end.logprob, abs=0.05)
    assert other < -15
    first, whole = starter.score(TALK, ["我", "我们\n"])
    assert whole < first < 0
    assert starter.score(TALK, [""]) == [0.0]
