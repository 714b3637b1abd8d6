"""What the line mode shows of turns and hands: each hand with its place among others, the tree."""

from base.messages import _, series
from scenes.log import write
from scenes.table.branch_map import map_rows, words_of
from scenes.table.controller import Table
from scenes.table.session import Session
from tui.candidates import print_hand
from tui.output import escaped_line, word


def show_hand(table: Table) -> None:
    """Print the hand on the table: whose it is, which of how many, what was taken of it."""
    hand, many = table.hand, len(table.hands)
    if hand is None:
        return
    name = hand.speaker.name
    head = f"-- {name} {table.hand_at}/{many}" if many > 1 else f"-- {name}"
    taken = series(str(at + 1) for at in sorted(hand.picked))
    word(f"{head}  {_('taken: {numbers}', numbers=taken)}" if taken else head)
    print_hand(hand)


def print_branches(session: Session) -> None:
    """Print the tree: a row each, turns in a row folded, where the play stands with a ●."""
    for row in map_rows(session):
        words = words_of(session, row)
        line = write(session.turns[row.turn].entry) if row.kind == "turn" else ""
        number = f"#{words.number}" if words.number else ""
        parts = (f"{number:<6}{row.rails}", words.signs, words.mark, line, words.text)
        print(escaped_line(" ".join(filter(None, parts))), flush=True)
