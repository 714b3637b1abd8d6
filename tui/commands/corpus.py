"""`paotuan corpus`: books, benches and sessions made into logs and examples to train on."""

from tui.commands.convert import convert
from tui.commands.distill import distill
from tui.commands.examples import examples
from tui.commands.group import group
from tui.commands.interview import interview
from tui.commands.questions import questions
from tui.commands.quotes import quotes
from tui.commands.rolebench import rolebench

app = group("From books and sessions to logs and examples to train on.")
app.command("quotes")(quotes)
app.command("distill")(distill)
app.command("examples")(examples)
app.command("convert")(convert)
app.command("interview")(interview)
app.command("questions")(questions)
app.command("rolebench")(rolebench)
