"""`paotuan sessions`: what was played, to read, to search, and to train on."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from base.messages import _, _n
from base.text import shown
from tui.commands import session_files, story
from tui.commands.chat_asking import chats_at, settled_chat
from tui.commands.group import group, one_of
from tui.commands.log_import import Narrator, Observer, Style, table_from
from tui.commands.options import Json
from tui.commands.story import STORIES, StoryOptions, check_story_options, story_lines
from tui.failures import BadInput, given
from tui.logs import LogInput
from tui.output import as_json, columns, data, escaped_line, word

if TYPE_CHECKING:
    from scenes.table.session import Session
    from scenes.table.session_list import Saved

app = group("Sessions: what was played and saved.")

Id = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="A session or the beginning of its name; else the newest."),
]


CONTEXT = 4096
"""Characters of a prompt, at most."""
TO_READ = ("log", "markdown", *STORIES, "html", "sillytavern", "sealdice-json", "sealdice")
EXAMPLES = ("seq2seq", "alpaca", "sharegpt", "preference")
FORMATS = (*TO_READ, *EXAMPLES)


@app.command("list")
def list_sessions(
    archived: Annotated[
        bool, typer.Option("--archived", help="Those in the archive instead.")
    ] = False,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those in the bin instead.")] = False,
    as_data: Json = False,
) -> None:
    """List the saved sessions, the newest first."""
    from base.folders import sessions_folder
    from scenes.table.session_list import ARCHIVE, BIN, saved_sessions

    if archived and deleted:
        raise BadInput(_("--archived and --deleted exclude each other; give one of them"))
    place = ARCHIVE if archived else BIN if deleted else ""
    sessions = saved_sessions(sessions_folder() / place)
    if as_data:
        keys = ("id", "title", "scene", "role", "turns", "last")
        as_json(
            [
                {key: getattr(one, key) for key in keys}
                | {"path": str(one.path), "saved": one.saved.isoformat(timespec="seconds")}
                for one in sessions
            ],
            2,
        )
        return
    if not sessions and place:
        word(_("{folder}: no session is there", folder=sessions_folder() / place))
    elif not sessions:
        word(_("no saved session yet; start one with: paotuan play"))
    columns([_columns_of(one) for one in sessions])


def _columns_of(one: "Saved") -> tuple[str, ...]:
    """Id, time, title, role, turns and last line."""
    turns = "" if one.turns is None else _n("{n} turn", "{n} turns", one.turns)
    role = (one.role or _("watching")) if one.readable else ""
    saved = f"{one.saved:%Y-%m-%d %H:%M}"
    return one.id, saved, one.title, escaped_line(role), turns, one.last[:60]


@app.command()
def show(id: Id = None) -> None:
    """Show the readable log of a session."""
    from scenes.log import read
    from scenes.table.session_list import find_session
    from tui.colour import painter

    with given():
        path = find_session(id).with_suffix(".txt")
    paint = painter()
    for __, entry in read(LogInput(path).lines()):
        print(paint(entry))


@app.command()
def export(
    id: Id = None,
    form: Annotated[
        str,
        typer.Option("--to", metavar="|".join(FORMATS), help="The format to write."),
    ] = "log",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")
    ] = None,
    speaker: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="NAME",
            help="Only this role's lines, as examples; a story as this role knows it.",
        ),
    ] = None,
    private: story.Private = False,
    model: story.By = None,
    context: Annotated[
        int,
        typer.Option(
            "--context",
            metavar="N",
            min=1,
            help="Characters of a prompt, at most, where the journal does not say what was read.",
        ),
    ] = CONTEXT,
) -> None:
    """Write a session to read, to train on, or for SillyTavern.

    It may be played meanwhile: what stands in it so far is written. With -o, training examples
    are entered in a `dataset_info.json` beside the file, by which LLaMA-Factory finds them.
    """
    from scenes.table.journal_reader import read_session
    from scenes.table.session_list import find_session
    from tui.commands.writing import not_over

    one_of(form, FORMATS, "format")
    check_story_options(form, StoryOptions(speaker, private, model, output))
    with given():
        path = find_session(id)
        not_over(output, [path, path.with_suffix(".txt")])
        session = read_session(path)
        if speaker is not None:
            speaker = session.scene.role(speaker).name
    for line in session.damage:
        word(line)
    if form in TO_READ:
        examples = speaker is not None and form not in STORIES
        for option in ("--for",) * examples + ("--context",) * (context != CONTEXT):
            word(
                _(
                    "{option}: left out; {form} holds the whole session, not examples",
                    option=option,
                    form=form,
                )
            )
    if form in STORIES:
        lines = story_lines(form, session, StoryOptions(speaker, private, model, output))
    else:
        lines = _lines_of(form, session, speaker, context)
    if output is None:
        _print(lines)
    else:
        _write(form, lines, output, path)


@app.command("import")
def import_chats(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Chats of other programs.")],
    player: Annotated[
        str | None,
        typer.Option("--as", metavar="NAME", help="Who you are: one who speaks, or another name."),
    ] = None,
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=ROLE",
            help="Another name for one who speaks; none where it is nobody.",
        ),
    ] = None,
    style: Style = None,
    narrator: Narrator = None,
    observer: Observer = None,
    as_data: Json = False,
) -> None:
    """Make sessions of chats: SillyTavern, TavernAI, KoboldAI, Kobold Lite,
    text-generation-webui, Agnai, RisuAI. Says what was read, kept, dropped, and why.
    """
    from scenes.files.chats import import_chat
    from scenes.files.chats.people import ChatRules
    from tui.reported import report_lines

    table = table_from(style, mapped, narrator, observer, None, may_be_none=True)
    rules = ChatRules(table.style, table.roles, table.narrators, table.observers, player)
    problems: list[str] = []
    reports = []
    for file in (chat for path in files for chat in chats_at(path, None, problems)):
        try:
            with given():
                report = import_chat(file, rules=settled_chat(file, None, rules))
        except BadInput as error:
            problems += error.problems
            continue
        reports.append(report)
        for line in report_lines(report):
            word(line)
        if not as_data:
            data(report.session)
    if as_data:
        as_json([report.as_json() for report in reports], 2)
    if problems:
        raise BadInput(*problems)


@app.command()
def search(
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What to look for.")],
) -> None:
    """Find lines in all sessions, on every branch and among what was drawn: those that hold all
    WORDS, large or small, full or half width; `苏晚：灯` is what 苏晚 says of a lamp.

    Exits with 1 where no line does, as grep does.
    """
    from scenes.log import write
    from scenes.table.find import ALL, Query, where
    from scenes.table.find_all import search_all

    query = Query.of(words)
    if not query:
        raise BadInput(_("nothing to look for"))
    found = False
    for hit in search_all(query, most=ALL):
        found = True
        told = where(hit.found)
        line = escaped_line(write(hit.found.entry))
        data(f"{hit.session}:{hit.found.turn or 0}: {line}{f'  · {told}' if told else ''}")
    if not found:
        word(_("no session holds {words}", words=shown(words)))
        raise typer.Exit(1)


for name, command in (
    ("rename", session_files.rename),
    ("duplicate", session_files.duplicate),
    ("archive", session_files.archive),
    ("delete", session_files.delete),
    ("restore", session_files.restore),
    ("bin", session_files.show_bin),
):
    app.command(name)(command)


def _lines_of(form: str, session: "Session", speaker: str | None, context: int) -> Iterator[str]:
    """A session to read or for SillyTavern, or as training examples."""
    if form in TO_READ:
        from scenes.files.exports import export

        return export(form, session, speaker, context)
    from scenes.data.examples.export import FORMS, picks, unrecorded

    if form == "preference":
        picked, lines = picks(session, speaker)
        if not picked:
            word(_("no candidate was picked against others here, so there are no pairs"))
    else:
        lines = unrecorded(session, speaker)
    if lines:
        word(
            _n(
                "the journal does not say what the model had read before {n} line; its prompt is "
                "cut to {context} characters",
                "the journal does not say what the model had read before {n} lines; their prompts "
                "are cut to {context} characters",
                lines,
                context=context,
            )
        )
    return FORMS[form](session, speaker, context)


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        data(line)


def _write(form: str, lines: Iterator[str], output: Path, journal: Path) -> None:
    """Write an export whole or not at all, and what tells LLaMA-Factory of it."""
    from base.writing import replace_pieces
    from scenes.data.examples.export import COLUMNS
    from tui.commands.training_files import form_of, write_pairs
    from tui.commands.writing import is_of_sessions

    if form == "preference" and form_of(None, output) == "parquet":
        write_pairs(lines, output, [journal])
        _enter(form, output)
        return
    pieces = _separated(lines) if form == "sillytavern" else _ended(lines)
    replace_pieces(output, pieces, [journal], private=is_of_sessions(output))
    if form in COLUMNS:
        _enter(form, output)


def _ended(lines: Iterator[str]) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _separated(lines: Iterator[str]) -> Iterator[str]:
    yield from islice(lines, 1)
    yield from (f"\n{line}" for line in lines)


def _enter(form: str, output: Path) -> None:
    from base.writing import replace_text
    from scenes.data.examples.export import dataset_info

    info = output.with_name("dataset_info.json")
    try:
        known = info.read_text("utf-8") if info.is_file() else ""
        entered = dataset_info(form, output.name, output.stem, known)
    except ValueError:
        word(
            _(
                "{info}: not a JSON object; left as it is, without {output}",
                info=info,
                output=output.name,
            )
        )
        return
    replace_text(info, entered, [output])
    word(f"{info}: {output.stem}")


@app.command("learn")
def learn_order(as_data: Json = False) -> None:
    """Learn from what you picked in all sessions which candidates to put first.

    It is used where it agrees better with picks that it has not seen than the order by likelihood.
    """
    from scenes.table.ranker import LEAST_PICKS, better, learn
    from scenes.table.session_list import saved_sessions
    from scenes.table.taste import keep, picks_in

    with given():
        picks, problems = picks_in([one.path for one in reversed(saved_sessions())])
        for problem in problems:
            word(problem)
        ranker = learn(picks)
        path = keep(ranker)
    if as_data:
        figures = None if ranker is None else asdict(ranker)
        as_json({"picks": len(picks), "used": better(ranker), "order": figures})
        return
    if ranker is None:
        n = len(picks)
        word(_n("{n} pick; it takes {least}", "{n} picks; it takes {least}", n, least=LEAST_PICKS))
        return
    told = {
        "mine": f"{ranker.agreement:.0%}",
        "likely": f"{ranker.by_likelihood:.0%}",
        "n": len(picks),
        "path": path,
    }
    if path is None:
        print(
            _(
                "{n} picks: what you took stands before {mine} of the others, by likelihood before "
                "{likely}; the order stays that by likelihood",
                **told,
            )
        )
    else:
        print(
            _(
                "{n} picks: what you took stands before {mine} of the others, by likelihood before "
                "{likely}; from now on the order is this one: {path}",
                **told,
            )
        )
