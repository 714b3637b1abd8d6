"""The commands about the candidates on the table."""

from typing import TYPE_CHECKING

from base.messages import N_
from scenes.table import controller_events as happened
from scenes.table.command import Command, number_before, number_or_none

if TYPE_CHECKING:
    from scenes.table.controller import Table

CANDIDATES = (
    Command(
        "pick",
        N_("/pick N [TEXT]"),
        N_("take candidate N, or TEXT in its place"),
        lambda t, x: _pick(t, x),
        ("选", "選", "选择", "選擇"),
    ),
    Command(
        "redraw",
        N_("/redraw"),
        N_("draw all candidates again"),
        lambda t, x: t.redraw(),
        ("重抽", "换一批", "換一批"),
    ),
    Command(
        "more",
        N_("/more"),
        N_("draw more candidates"),
        lambda t, x: t.more(),
        ("再来", "再來", "再抽", "更多"),
    ),
    Command(
        "look",
        N_("/look [N]"),
        N_("show the candidates of turn N; alone, those of here"),
        lambda t, x: _look(t, x),
        ("回看",),
    ),
    Command(
        "hide",
        N_("/hide"),
        N_("put the candidates out of sight; an empty line brings them back"),
        lambda t, x: t.set_aside(),
        ("收起",),
    ),
    Command(
        "leaf",
        N_("/leaf [N]"),
        N_("show the other candidates drawn here, or the Nth lot of them"),
        lambda t, x: t.leaf_to(number_or_none(x)),
        ("翻", "翻看", "翻頁", "翻页"),
    ),
    Command(
        "hands",
        N_("/hands"),
        N_("tell which candidates were drawn here, and which were taken"),
        lambda t, x: t.tell_hands(),
        ("候选", "候選"),
    ),
    Command(
        "continue",
        N_("/continue [N]"),
        N_("draw how candidate N goes on, or the last line; #N is turn N"),
        lambda t, x: _continue(t, x),
        ("续", "續", "接着", "接著"),
    ),
    Command(
        "retry",
        N_("/retry"),
        N_("ask the model again after it failed, or was not to be had"),
        lambda t, x: _retry(t),
        ("重试", "重試"),
    ),
)
"""What lies on the table."""


def _pick(table: "Table", rest: str) -> None:
    number, text = number_before(rest)
    table.pick(number, text or None)


def _look(table: "Table", rest: str) -> None:
    table.look_at(number_before(rest)[0] if rest else None)


def _continue(table: "Table", rest: str) -> None:
    """Continue a candidate on the table, by its number; with a #, or without any there, a turn."""
    is_turn = rest.startswith("#") or table.hand is None
    number = number_or_none(rest.removeprefix("#"))
    if is_turn:
        table.extend(number)
    else:
        table.extend(candidate=number or table.cut_short)


def _retry(table: "Table") -> None:
    """Draw once more what failed here; where nothing did, open the model once more."""
    if table.can_retry:
        table.retry()
    else:
        table.ask_front_end(happened.ModelAsked(retry=True))
