"""What Textual's widgets call their keys, so that the catalog has it in other languages."""

from base.messages import N_, _

KEYS = (
    *(
        N_("Bottom"),
        N_("Top"),
        N_("Up"),
        N_("Down"),
        N_("First"),
        N_("Last"),
        N_("Home"),
        N_("End"),
    ),
    *(N_("Copy"), N_("Copy selected text"), N_("Cut"), N_("Cut selected text"), N_("Paste")),
    *(N_("Paste text from the clipboard"), N_("Select"), N_("Select all"), N_("Select line")),
    *(N_("Select line start"), N_("Select line end"), N_("Submit"), N_("Undo"), N_("Redo")),
    *(N_("Cursor up"), N_("Cursor down"), N_("Cursor left"), N_("Cursor right")),
    *(N_("Cursor up select"), N_("Cursor down select")),
    *(N_("Cursor left select"), N_("Cursor right select")),
    *(N_("Cursor word left"), N_("Cursor word right")),
    *(N_("Cursor left word select"), N_("Cursor right word select")),
    *(N_("Cursor line start"), N_("Cursor line end")),
    *(N_("Cursor line start select"), N_("Cursor line end select")),
    *(N_("Cursor page up"), N_("Cursor page down")),
    *(N_("Delete character left"), N_("Delete character right"), N_("Delete line")),
    *(N_("Delete left to start of word"), N_("Delete right to start of word")),
    *(N_("Delete to line start"), N_("Delete to line end")),
    *(N_("Delete all to the left"), N_("Delete all to the right")),
    *(N_("Move cursor left"), N_("Move cursor left a word")),
    *(N_("Move cursor left and select"), N_("Move cursor left a word and select")),
    N_("Move cursor right or accept the completion suggestion"),
    *(N_("Move cursor right a word"), N_("Move cursor right and select")),
    *(N_("Move cursor right a word and select"), N_("Go to start"), N_("Go to end")),
    *(N_("Go to top"), N_("Go to bottom"), N_("Next command"), N_("Previous command")),
    *(N_("Next page"), N_("Previous page"), N_("Page up"), N_("Page down")),
    *(N_("Page Up"), N_("Page Down"), N_("Page Left"), N_("Page Right")),
    *(N_("Scroll Up"), N_("Scroll Down"), N_("Scroll Left"), N_("Scroll Right")),
    *(N_("Scroll Home"), N_("Scroll End"), N_("Focus Next"), N_("Focus Previous")),
    *(N_("Exit the command palette"), N_("Open the command palette"), N_("palette")),
)


def in_our_words(description: str) -> str:
    """What a key does, as the catalog has it; a name of ours or of Textual's."""
    return _(description)
