"""What is to be done for each of many inputs: its command line, its output, what it rests on."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from base.messages import _, language, series
from tui.failures import BadInput
from tui.many.task import ManyInput, ManyTask, state_of

if TYPE_CHECKING:
    from tui.many.ledger import Ledger

NEVER = ("output", "ray", "as_data")
"""Parameters that are said for each input anew, or are for all of them."""
LARGEST = 1 << 26
"""Bytes of a file that an option names, above which its size and time stand for them."""


@dataclass(frozen=True)
class Many:
    """Which command works on many inputs, and how."""

    context: typer.Context
    inputs: Sequence[ManyInput]
    output: Path | None
    ray: str | None
    suffix: str = ".log.txt"
    """Of each output."""
    counted: Mapping[str, str] = field(default_factory=dict)
    """Which of the counts are summed for a person, and what they are."""
    one_by_one: Sequence[str] = ()
    """Parameters that are for one input."""
    not_passed: Sequence[str] = ()
    """Parameters that do not concern a single input."""

    @property
    def wanted(self) -> bool:
        """Whether there is more than one input, or Ray is to work on one."""
        return len(self.inputs) > 1 or self.ray is not None

    @property
    def into_folder(self) -> bool:
        """Whether each input is to have an output of its own where several may share one."""
        return self.ray is not None or (self.output is not None and self.output.is_dir())

    @property
    def command(self) -> str:
        """Its words, without the program's name."""
        return self.context.command_path.partition(" ")[2]


def refuse_for_one(many: Many) -> None:
    """Raise `BadInput` where an option is given that is for one input."""
    given_with = [
        name
        for name in many.one_by_one
        if many.context.params.get(name) not in (None, False, [], ())
    ]
    if given_with:
        options = [
            one.opts[-1]
            for one in many.context.command.params
            if isinstance(one, TyperOption) and one.name in given_with
        ]
        raise BadInput(_("{options}: for one input at a time", options=series(options)))


def tasks_of(many: Many, folder: Path, ledger: "Ledger | None") -> list[ManyTask]:
    """A task for each input; without a ledger nothing counts as done. Raises `BadInput`."""
    words, here, tasks = _words(many), str(Path.cwd()), []
    asked = hashlib.sha256("\0".join([many.command, *words]).encode("utf-8", "surrogateescape"))
    for path in _named(many):
        asked.update(_state(path))
    line = ("--lang", language(), *many.command.split(" "), *words)
    for one, output in zip(many.inputs, _outputs(many, folder), strict=True):
        operand = one.operand or one.name
        own = asked.copy()
        own.update("\0".join([*one.words, operand]).encode("utf-8", "surrogateescape"))
        if one.file is None or str(one.file) != operand:
            own.update(_state(Path(operand)))
        tasks.append(
            ManyTask(
                one.name,
                output,
                (*line, "-o", output, *one.words, "--", operand),
                here,
                own.hexdigest(),
                str(one.file or ""),
                ledger.done(output) if ledger else "",
            )
        )
    return tasks


def _outputs(many: Many, folder: Path) -> list[str]:
    """A file for each input, by its name; by its folder's too where names occur twice."""
    often = Counter(one.stem.casefold() for one in many.inputs)
    outputs = [
        f"{one.file.absolute().parent.name}-{one.stem}"
        if one.file and often[one.stem.casefold()] > 1
        else one.stem
        for one in many.inputs
    ]
    twice = [name for name, count in Counter(map(str.casefold, outputs)).items() if count > 1]
    if twice:
        raise BadInput(
            _("{name}: several inputs of that name; give them one after another", name=twice[0])
        )
    return [str(folder / f"{name}{many.suffix}") for name in outputs]


def _passed(many: Many) -> Iterator[tuple[TyperOption, Any]]:
    """The options that are passed on as they were given, with their values."""
    for option in many.context.command.params:
        name = option.name or ""
        if not isinstance(option, TyperOption) or name in NEVER or name in many.not_passed:
            continue
        value: Any = many.context.params.get(name)
        if value is not None and value != option.get_default(many.context):
            yield option, value


def _words(many: Many) -> list[str]:
    """The options as they were given, but for the inputs, the output and the engine."""
    words: list[str] = []
    for option, value in _passed(many):
        if isinstance(value, bool):
            words.append(option.opts[-1] if value else option.secondary_opts[-1])
        else:
            for each in value if isinstance(value, (list, tuple)) else [value]:
                words += [option.opts[-1], str(each)]
    takes_json = any(option.name == "as_data" for option in many.context.command.params)
    return [*words, *(["--json"] if takes_json else [])]


def _named(many: Many) -> Iterator[Path]:
    """The files that options may name."""
    for __, value in _passed(many):
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(each, (str, Path)):
                yield Path(each)


def _state(path: Path) -> bytes:
    """What tells that a file or a folder has changed; nothing where there is none."""
    try:
        if path.is_file():
            status = path.stat()
            large = status.st_size > LARGEST
            return f"{status.st_size} {status.st_mtime_ns}".encode() if large else state_of(path)
        if not path.is_dir():
            return b""
        files = [(one, one.stat()) for one in sorted(path.rglob("*")) if one.is_file()]
    except (OSError, ValueError):  # too long for a path, or not for us to read: no file
        return b""
    told = [f"{one} {status.st_size} {status.st_mtime_ns}" for one, status in files]
    return hashlib.sha256("\0".join(told).encode("utf-8", "surrogateescape")).digest()
