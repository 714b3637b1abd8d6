"""What an inspection says, line by line, for whatever front end shows it. Pure."""

from collections.abc import Iterator

from base.messages import N_, _, _n, series
from scenes.steering import NO_NOTE
from scenes.table.inspect import KINDS, Fired, Inspection, Kind
from scenes.table.sampling_words import told

NAMES: dict[Kind, str] = {
    "fixed": N_("fixed"),
    "recap": N_("story so far"),
    "lore": N_("knowledge"),
    "history": N_("history"),
    "note": N_("author's note"),
    "secret": N_("secret"),
    "director": N_("director"),
    "cue": N_("cue"),
}
MOST = 60
"""Characters of a piece of knowledge that are shown."""


def summary(one: Inspection) -> list[str]:
    """The parts with their tokens, what was left out, what fired, what steers, the last draw; a
    line each, those that say nothing left out."""
    return [line for line in (_parts(one), *_left_out(one), *_fired(one), *_steering(one)) if line]


def _parts(one: Inspection) -> str:
    parts = []
    for kind in KINDS:
        tokens = one.tokens(kind)
        if not tokens:
            continue
        part = f"{_(NAMES[kind])} {tokens:,}"
        if kind == "history" and one.left_out and one.begins:
            part = _("{part} (from turn {turn})", part=part, turn=one.begins)
        parts.append(part)
    used = _("{used:,}/{context:,} tokens", used=one.total, context=one.made.context)
    return f"{' · '.join(parts)} = {used}"


def _left_out(one: Inspection) -> Iterator[str]:
    if one.left_out:
        yield _n(
            "left out: the first {n} turn, since what was said may have {budget:,} tokens",
            "left out: the first {n} turns, since what was said may have {budget:,} tokens",
            one.left_out,
            budget=one.made.budget,
        )
    if one.unseen:
        yield _n(
            "left out: {n} turn that {name} did not see",
            "left out: {n} turns that {name} did not see",
            one.unseen,
            name=one.role,
        )
    if one.switched_off:
        yield _("left out: switched off by /lore: {names}", names=series(one.switched_off))


def _fired(one: Inspection) -> Iterator[str]:
    for fired in one.fired:
        yield _fired_line(fired)


def _fired_line(fired: Fired) -> str:
    text = fired.text if len(fired.text) <= MOST else f"{fired.text[: MOST - 1]}…"
    where = fired.source
    if fired.keys:
        where = _("{source}, by {keys}", source=where, keys=series(fired.keys[:4]))
    if fired.now:
        return _("knowledge, new ({where}): {text}", where=where, text=text)
    return _("knowledge ({where}): {text}", where=where, text=text)


def _steering(one: Inspection) -> Iterator[str]:
    steering = one.made.steering
    if steering.director:
        yield _("director, for the next draw: {line}", line=steering.director)
    if steering.note.text != NO_NOTE.text:
        depth, text = steering.note.depth, steering.note.text
        yield _("author's note, {depth} lines before the end: {text}", depth=depth, text=text)
    if steering.banned:
        yield _("banned: {phrases}", phrases=series(steering.banned))
    yield _("sampling: {values}", values=told(one.made.sampling))
    cost = one.cost
    if cost is not None and cost.prompt_tokens:
        yield _(
            "last draw: first token after {first:.1f} s, {rate:.0f} tokens/s, {cached:,} of "
            "{total:,} tokens from the cache ({share:.0%})",
            first=cost.first_token_s,
            rate=cost.tokens / cost.total_s if cost.total_s else 0,
            cached=cost.cached_tokens,
            total=cost.prompt_tokens,
            share=cost.cached_tokens / cost.prompt_tokens,
        )
