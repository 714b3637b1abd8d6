"""Sessions in other forms: a log, Markdown, a story, HTML, SillyTavern, SealDice.

An export gives the lines of a file; each form is a module that opens when it is asked for.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

from scenes.table.session import Session

Export = Callable[[Session, str | None, int], Iterator[str]]
"""Of a session, for the lines of one role (`None` is all), with prompts of at most so many
characters."""

FORMS: Mapping[str, str] = {
    "log": "scenes.files.exports.text:log",
    "markdown": "scenes.files.exports.text:markdown",
    "prose": "scenes.files.exports.prose:prose",
    "script": "scenes.files.exports.script:script",
    "fountain": "scenes.files.exports.script:fountain",
    "html": "scenes.files.exports.replay:html",
    "sillytavern": "scenes.files.exports.sillytavern:sillytavern",
    "sealdice-json": "scenes.files.trpg.as_sealdice:json",
    "sealdice": "scenes.files.trpg.as_sealdice:text",
}


def export(form: str, session: Session, speaker: str | None, context: int) -> Iterator[str]:
    """The lines of `session` in one of `FORMS`, without their line ends."""
    module, _, name = FORMS[form].partition(":")
    made: Export = getattr(import_module(module), name)
    return made(session, speaker, context)
