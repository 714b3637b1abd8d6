"""Candidates: each one line in form by the cued role, no two alike, whatever a model sends."""

from collections.abc import Callable, Generator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import KnownError
from models.backend import Delta, End, Prompt, Sampling
from models.scripted import Scripted
from scenes.log import Entry, parse
from scenes.scene import Scene
from scenes.table.draw import (
    REDRAWS,
    CandidateDelta,
    Cost,
    Rejected,
    Update,
    draw_lines,
    drawn,
    line_sampling,
)

HISTORY = parse("【雨下了一整夜。】\n苏晚：你确定是这里？\n林默：就是这里。")


class Rude:
    """Sends its texts a character at a time, side by side, whatever it was asked to stop at."""

    name = "rude"
    context = 4096

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.closed_draws = 0

    def count(self, text: str) -> int:
        return len(text)

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        rows = [self.texts.pop(0) if self.texts else "没词了" for _ in range(sampling.n)]
        try:
            for at in range(max(map(len, rows))):
                for row, text in enumerate(rows):
                    if at < len(text):
                        yield Delta(row, text[at])
            for row, text in enumerate(rows):
                yield Delta(row, end=End("length", len(text), len(prompt.text), 0))
        finally:
            self.closed_draws += 1

    def close(self) -> None:
        self.texts.clear()


def sampling(scene: Scene, speaker: str, **asked: object) -> Sampling:
    return line_sampling(scene, scene.role(speaker), asked)


def draw(
    backend: Rude | Scripted, scene: Scene, speaker: str = "苏晚", n: int = 1, **asked: object
) -> list[Update]:
    role = scene.role(speaker)
    return list(draw_lines(backend, scene, HISTORY, role, sampling(scene, speaker, n=n, **asked)))


def lines(updates: Sequence[Update]) -> list[str]:
    return [candidate.entry.line for candidate in drawn(iter(updates))]


def reasons(updates: Sequence[Update]) -> list[str]:
    return [update.why for update in updates if isinstance(update, Rejected)]


def shown(updates: Sequence[Update], place: int = 0) -> list[str]:
    return [u.text for u in updates if isinstance(u, CandidateDelta) and u.place == place]


def test_five_candidates_are_five_lines_by_the_cued_role(scene: Scene) -> None:
    updates = draw(Scripted(), scene, n=5)
    found = lines(updates)
    assert len(set(found)) == 5
    assert all(line.startswith("苏晚：") for line in found)
    assert found[0] == "苏晚：你听见了吗？楼上有人在走动。 \\emoji 惊讶"
    assert isinstance(updates[-1], Cost)
    assert updates[-1].tokens > 0


def test_a_candidate_grows_and_then_is_complete(scene: Scene) -> None:
    updates = draw(Scripted(["走吧。"]), scene)
    assert shown(updates)[:3] == ["走", "走吧", "走吧。"]
    (candidate,) = drawn(iter(updates))
    assert candidate.entry == Entry("speech", "走吧。", "苏晚")
    assert (candidate.finish, candidate.tokens) == ("stop", 3)


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("走吧。\n林默：好。", "苏晚：走吧。"),
        ("走吧。\r\n林默：好。", "苏晚：走吧。"),
        ("走吧。【门开了】", "苏晚：走吧。"),
        ("走吧。林默：好。", "苏晚：走吧。"),
        ("走吧。林默:好。", "苏晚：走吧。"),
        ("走吧。阿默：好。", "苏晚：走吧。"),
        ("走吧。Wan: 好。", "苏晚：走吧。"),
        ("走吧。苏晚：我说走吧。", "苏晚：走吧。"),
        ("走吧，林默", "苏晚：走吧，林默"),
        ("走吧，林默。", "苏晚：走吧，林默。"),
        ("走吧。林\x1b默\u202e：好。", "苏晚：走吧。"),
        ("走\x1b[31m吧。\u202e\x07", "苏晚：走[31m吧。"),
        ("你好,真的吗?(好疼)\\emoji 微怒", "苏晚：你好，真的吗？（好疼） \\emoji 微怒"),
        ("\\me转身...看了看", "苏晚：\\me 转身……看了看"),
        ("(这地方我来过.)", "苏晚：（这地方我来过.）"),
        ("走\t吧。", "苏晚：走 吧。"),
        ("  走吧。  ", "苏晚：走吧。"),
    ],
)
def test_a_reply_is_cut_to_one_line_in_canonical_form(scene: Scene, reply: str, line: str) -> None:
    updates = draw(Rude(reply), scene)
    assert lines(updates) == [line]
    for text in shown(updates):
        assert not {"\n", "\r", "\t", "\x1b", "\u202e", "【"} & set(text)
        assert "默：" not in text
        assert "默:" not in text


def test_a_stop_that_is_half_there_is_not_shown_yet(scene: Scene) -> None:
    assert "林" not in "".join(shown(draw(Rude("走吧。林默：好。"), scene)))
    assert "走吧。" in shown(draw(Rude("走吧。林默"), scene))


def test_a_reply_cut_by_a_stop_did_not_run_out_of_tokens(scene: Scene) -> None:
    (cut,) = drawn(iter(draw(Rude("走吧。\n林默：好。"), scene)))
    (long,) = drawn(iter(draw(Rude("走吧走吧"), scene)))
    assert (cut.finish, long.finish) == ("stop", "length")


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ("走吧。 \\emoji 微", "苏晚：走吧。"),
        ("走吧。 \\emoji", "苏晚：走吧。"),
        ("走吧。 \\em", "苏晚：走吧。"),
        ("走吧。 \\", "苏晚：走吧。"),
        ("（这地方我小时候", "苏晚：（这地方我小时候）"),
        ("走吧。（这地方 \\emo", "苏晚：走吧。（这地方）"),
        ("\\me 推开了", "苏晚：\\me 推开了"),
    ],
)
def test_a_reply_that_ran_out_of_tokens_keeps_no_half_mark(
    scene: Scene, reply: str, line: str
) -> None:
    assert lines(draw(Rude(reply), scene)) == [line]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "empty"),
        ("\n走吧", "empty"),
        ("   ", "empty"),
        ("\\emoji 微怒", "empty"),
        ("\x1b\x1b", "empty"),
        ("\u200b\u00ad\ue000", "empty"),
        ("\u200d\ufe0f", "empty"),
        ("林默：好", "empty"),
        ("……", "without a letter or a digit"),
        ("？！ \\emoji 惊讶", "without a letter or a digit"),
        ("\\me ……", "without a letter or a digit"),
        ("我是{{char}}。", "a placeholder that nobody has filled"),
        ("<USER>，坐。", "a placeholder that nobody has filled"),
        ("就是这里!", "repeats the last line"),
        ("又叫你" + "呼叫" * 20, "goes round in a circle"),
        ("你确定是这里", "repeats the last line"),
        ("走\\emoji\\me吧", "not one well-formed line"),
        ("走\\me 吧", "not one well-formed line"),
        ("走】吧", "not one well-formed line"),
        ("走\ufffd吧", "not one well-formed line"),
        ("走\\u{1b}[31m吧", "not one well-formed line"),
        ("走\\u{202e}吧", "not one well-formed line"),
        ("走\\u{a}吧", "not one well-formed line"),
    ],
)
def test_what_is_no_line_is_drawn_again(scene: Scene, reply: str, why: str) -> None:
    updates = draw(Rude(reply, "走吧。"), scene)
    assert reasons(updates) == [why]
    assert lines(updates) == ["苏晚：走吧。"]


class Mused(Rude):
    """Says at the end of its first text that it was a thought."""

    def generate(
        self, prompt: Prompt, sampling: Sampling, adapter: str | None = None
    ) -> Generator[Delta]:
        text = self.texts.pop(0)
        yield Delta(0, text)
        yield Delta(0, end=End("thought" if self.texts else "stop", 1, len(prompt.text), 0))


def test_what_turned_out_to_be_a_thought_is_no_candidate_and_is_drawn_again(scene: Scene) -> None:
    updates = draw(Mused("他在敲门。", "谁？"), scene)
    assert reasons(updates) == ["a thought, not the line"]
    assert lines(updates) == ["苏晚：谁？"]


def test_two_alike_are_one_and_the_other_is_drawn_again(scene: Scene) -> None:
    backend = Rude("走吧。", "走吧！ \\emoji 微怒", "留下。", "走，吧", "别走。")
    updates = draw(backend, scene, n=3)
    assert lines(updates) == ["苏晚：走吧。", "苏晚：别走。", "苏晚：留下。"]
    assert reasons(updates) == ["the same as another"] * 2


def test_what_lies_on_the_table_already_is_drawn_again(scene: Scene) -> None:
    taken = [Entry("speech", "走吧", "苏晚")]
    role = scene.role("苏晚")
    backend = Rude("走吧。", "留下。")
    asked = sampling(scene, "苏晚", n=1)
    updates = list(draw_lines(backend, scene, HISTORY, role, asked, None, taken))
    assert lines(updates) == ["苏晚：留下。"]


def test_a_model_that_only_repeats_itself_ends_in_fewer_candidates(scene: Scene) -> None:
    backend = Scripted(["走吧。"])
    updates = draw(backend, scene, n=3)
    assert lines(updates) == ["苏晚：走吧。"]
    assert len(backend.prompts) == 1 + REDRAWS
    assert [asked.n for asked in backend.samplings] == [3, 2, 2, 2]
    last = [u for u in updates if isinstance(u, Rejected)][-2:]
    assert [(u.place, u.again) for u in last] == [(1, False), (2, False)]
    assert isinstance(updates[-1], Cost)


def test_each_round_has_a_seed_of_its_own_and_the_same_seed_draws_the_same(scene: Scene) -> None:
    def seeds(seed: int | None) -> list[int | None]:
        backend = Scripted(["走吧。"])
        draw(backend, scene, n=2, seed=seed)
        return [asked.seed for asked in backend.samplings]

    assert len(set(seeds(7))) == 1 + REDRAWS
    assert seeds(7) == seeds(7)
    assert seeds(None) == [None] * (1 + REDRAWS)


def test_a_narrator_narrates(scene: Scene) -> None:
    updates = draw(Rude("门外有脚步声,越来越近】\n林默：谁", "灯灭了。"), scene, "守秘人", 2)
    assert lines(updates) == ["【门外有脚步声，越来越近】", "【灯灭了。】"]
    assert shown(updates)[-1] == "门外有脚步声,越来越近"


def test_a_narrator_does_not_say_the_same_again_after_others_spoke(scene: Scene) -> None:
    updates = draw(Rude("雨下了一整夜。", "灯灭了。"), scene, "守秘人")
    assert reasons(updates) == ["repeats the last line"]
    assert lines(updates) == ["【灯灭了。】"]


def test_letting_go_of_a_draw_stops_the_backend(scene: Scene) -> None:
    backend = Rude("走吧。走吧。走吧。")
    role = scene.role("苏晚")
    updates = draw_lines(backend, scene, HISTORY, role, sampling(scene, "苏晚", n=1))
    next(updates)  # what it reads of the history
    next(updates)
    assert backend.closed_draws == 0
    updates.close()
    assert backend.closed_draws == 1


def test_what_a_backend_cannot_do_is_told(scene: Scene) -> None:
    backend = Scripted(failures={0: "scripted: out of memory; close something"})
    with pytest.raises(KnownError, match="out of memory"):
        draw(backend, scene)
    with pytest.raises(KnownError, match="of 100 tokens"):
        draw(Scripted(context=100), scene)


def test_the_model_is_asked_for_what_the_log_allows(scene: Scene) -> None:
    asked = sampling(scene, "苏晚")
    assert asked.stop == ("\n", "【")
    assert {"林默：", "林默:", "阿默：", "苏晚：", "守秘人："} <= set(asked.cues)
    assert "】" in sampling(scene, "守秘人").stop
    assert "【" not in sampling(scene, "守秘人").stop
    assert "冷笑" in str(sampling(scene, "老周").grammar)
    assert "微怒" not in str(sampling(scene, "老周").grammar)
    assert "微怒" in str(asked.grammar)


def test_what_is_asked_goes_before_the_scene_and_the_scene_before_the_default(
    scene: Scene,
) -> None:
    asked = sampling(scene, "苏晚", n=4, temperature=1)
    assert (asked.n, asked.temperature) == (4, 1)
    assert (asked.max_tokens, asked.top_p) == (40, Sampling().top_p)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"temprature": 1}, "no key of sampling is named temprature; did you mean temperature"),
        ({"n": "five"}, "sampling: n: found text, expected a whole number"),
        ({"dry_breakers": "x"}, "sampling: dry_breakers: found text, expected a list"),
    ],
)
def test_sampling_that_makes_no_sense_is_one_line(
    make_scene: Callable[..., Scene], said: dict[str, object], why: str
) -> None:
    scene = make_scene(sampling=said)
    with pytest.raises(KnownError, match=f"old-house: {why}"):
        sampling(scene, "苏晚")


REPLIES = st.lists(
    st.sampled_from(
        [
            *(
                "走",
                "吧",
                "，",
                ",",
                "。",
                "林默",
                "：",
                ":",
                "【",
                "】",
                "（",
                ")",
                "\\me ",
                "\\emoji ",
            ),
            *("微怒", "\n", "\r", "\t", "\x1b[2J", "\u202e", "\ufffd", "\\u{1b}", "\\", "#", "=="),
            *("Wan", " ", "{", "}", "\ud800", "\u2028"),
        ]
    ),
    max_size=8,
).map("".join)


@given(replies=st.lists(REPLIES, min_size=3, max_size=3), who=st.sampled_from(["苏晚", "守秘人"]))
def test_whatever_is_sent_a_candidate_is_one_printable_line_by_its_role(
    scene: Scene, replies: list[str], who: str
) -> None:
    updates = draw(Rude(*replies), scene, who, n=3)
    found = lines(updates)
    assert len(set(found)) == len(found)
    for line, candidate in zip(found, drawn(iter(updates)), strict=True):
        assert parse(line) == [candidate.entry]
        assert line.isprintable()
        if who == "守秘人":
            assert candidate.entry.kind == "narration"
        else:
            assert candidate.entry.speaker == who
            assert not any(cue in line[3:] for cue in ("林默：", "林默:", "Wan：", "Wan:", "【"))
    for update in updates:
        if isinstance(update, CandidateDelta):
            assert update.text.isprintable()
