"""What the table says of itself: its line of status, and the composer while it is empty."""

from collections.abc import Iterator

from base.messages import _
from scenes.table.controller import Table
from scenes.table.play import Play


def status_of(table: Table, loading: bool, reading: tuple[int, int] | None) -> Iterator[str]:
    """The parts of the status line, the most important first; empty ones are nothing.

    `reading` is how much of a prompt has been read, and how much there is.
    """
    play, model = table.play, table.model
    role = play.session.role
    yield _("you: {role}", role=role) if role else _("watching")
    yield _coming(play)
    if loading:
        yield _("loading the model…")
    elif model.backend is None:
        yield _("no model") if model.problem else ""
    else:
        yield model.backend.name
    if reading is not None:
        done, total = reading
        yield _("reading {done:,} of {total:,} tokens", done=done, total=total)
    cost = table.hand.cost if table.hand else None
    if model.backend is not None and cost is not None:
        used, context = cost.prompt_tokens, model.backend.context
        yield _("{used}/{context} tokens", used=used, context=context)
        if cost.total_s:
            yield _("{rate:.0f} tokens/s", rate=cost.tokens / cost.total_s)


def invitation(play: Play, has_candidates: bool) -> str:
    """What the composer says while nothing is written in it."""
    if has_candidates:
        return _("Say something, Enter sends; Enter on nothing takes the lit line")
    if play.next is None:
        return _("Say something, Enter sends; Tab chooses who speaks next")
    if play.model_is_next:
        name = play.next.name
        return _("Say something, Enter sends; Enter on nothing lets {name} speak", name=name)
    return _("Speak, Enter sends. \\me acts, 【…】 narrates, （…） thinks, \\emoji feels")


def _coming(play: Play) -> str:
    if play.next is None:
        return _("Tab: who speaks next")
    return _("next: {name}", name=play.next.name) if play.model_is_next else _("your turn")
