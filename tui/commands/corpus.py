"""`paotuan corpus`: books, benches and sessions made into logs and examples to train on."""

from tui.commands.group import group

app = group("From books and sessions to logs and examples to train on.")
