"""Templates of questions with slots, and the files that hold them or values for their slots."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from base.declaration import TEXT, Declaration, Name, Or
from base.errors import KnownError
from base.folders import why_no_file
from base.messages import _
from base.validation import check
from base.yaml_reader import Document
from base.yaml_reader import read as read_yaml
from base.yaml_writer import yaml_text
from scenes.data.records import read_records

LARGEST = 1_000_000
"""Bytes of a file of templates in YAML."""
WORLD_SLOTS = ("world", "world_name")
"""Slots that hold the name of the world, of which there is one."""
SLOT = re.compile(r"\{(\w+)\}")
_FOREIGN_SLOT = re.compile(r"\{(\w+)\}|\[(\w+)\]")
_WORLDS = Path(__file__).with_name("worlds")
_TITLE_MARKS = "《》〈〉「」“”\" '"

Values = list[str]


class Template(Declaration):
    """A question with slots, and what is said before it."""

    question: Name
    instruction: str = ""

    @property
    def text(self) -> str:
        """Both as one text, as CamelBell's own questions have it."""
        before, question = " ".join(self.instruction.split()), " ".join(self.question.split())
        if not before:
            return question
        latin = _latin(question)
        if before[-1].isalnum() or before[-1] == "}":
            before += "," if latin else "，"
        return f"{before} {question}" if latin else f"{before}{question}"


def _latin(text: str) -> bool:
    first = next((sign for sign in SLOT.sub("", text) if sign.isalnum()), "")
    return first.isascii() and first.isalpha()


def _of_text(value: object) -> object:
    return {"question": value} if isinstance(value, str) else value


class Templates(Declaration):
    """A file of templates; `ask` says of a slot what the teacher is to list."""

    world: str = ""
    aliases: list[str] = Field(default_factory=list)
    """Other names of the world."""
    templates: list[Annotated[Template, BeforeValidator(_of_text), Or((TEXT,))]] = Field(
        default_factory=list
    )
    slots: dict[str, Values] = Field(default_factory=dict)
    roles: dict[str, dict[str, Values]] = Field(default_factory=dict)
    """Values that differ from role to role."""
    ask: dict[str, str] = Field(default_factory=dict)

    @property
    def the_world(self) -> str:
        """The world that the file names, also as the one value of its slot."""
        values = [self.slots.get(name, []) for name in WORLD_SLOTS]
        return self.world or next((one[0] for one in values if len(one) == 1), "")

    def values_for(self, role: str) -> dict[str, list[str]]:
        """The values of each slot that has any, each once and on one line."""
        both = {**self.slots, **self.roles.get(role, {})}
        cleaned = {name: cleaned_values(values) for name, values in both.items()}
        return {name: values for name, values in cleaned.items() if values}


def cleaned_values(values: Iterable[str]) -> list[str]:
    """Values on one line, each once, without empty ones."""
    return list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in values))))


def slots_of(template: str) -> list[str]:
    """The names of its slots, each once."""
    return list(dict.fromkeys(SLOT.findall(template)))


def read_templates(path: Path) -> Templates:
    """Templates in YAML, or CamelBell's seed tasks in JSON Lines. Raises `KnownError`."""
    if path.suffix == ".jsonl":
        return _seed_tasks(path)
    return check(Templates, _document(path))


def read_slots(path: Path) -> Templates:
    """Values of slots: under `slots`, or as a list under the name of each. Raises `KnownError`."""
    document = _document(path)
    flat = all(isinstance(values, list) for values in document.data.values())
    return check(Templates, _below_slots(document) if flat and _has_no_keys(document) else document)


def ready_world(name: str) -> Templates | None:
    """What comes along for a world of that name: values for slots."""
    wanted = name.strip(_TITLE_MARKS).casefold()
    for path in sorted(_WORLDS.glob("*.yaml")) if wanted else ():
        world = read_slots(path)
        if wanted in (one.casefold() for one in (world.world, *world.aliases)):
            return world
    return None


def yaml_of(given: Templates, slots: Mapping[str, list[str]]) -> str:
    """A file that `read_templates` reads, with these values. Raises `KnownError` if too large."""
    templates = [
        {"instruction": one.instruction, "question": one.question}
        if one.instruction
        else one.question
        for one in given.templates
    ]
    data: dict[str, Any] = {"world": given.world, "templates": templates, "slots": dict(slots)}
    text = yaml_text({key: value for key, value in data.items() if value})
    if len(text.encode()) > LARGEST:
        raise KnownError(
            _(
                "{n} templates are more than {most} MB of YAML; name a file that ends in .jsonl",
                n=len(templates),
                most=LARGEST // 1_000_000,
            )
        )
    return text


def seed_tasks_of(given: Templates) -> Iterable[dict[str, Any]]:
    """The templates as seed tasks, whose slots stand in square brackets."""
    for number, one in enumerate(given.templates):
        yield {
            "id": f"seed_task_{number}",
            "instruction": SLOT.sub(r"[\1]", one.instruction),
            "instances": [{"input": SLOT.sub(r"[\1]", one.question), "output": ""}],
        }


def _document(path: Path) -> Document:
    if why := why_no_file(path):
        raise KnownError(_("{path}: {why}, expected a file of templates", path=path, why=why))
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise KnownError(
            _(
                "{path}: larger than {most} MB, which no file of templates may be; is it the right "
                "file?",
                path=path,
                most=LARGEST // 1_000_000,
            )
        )
    return read_yaml(raw, str(path))


def _has_no_keys(document: Document) -> bool:
    """Whether none of its keys can only be one of ours."""
    return not document.data.keys() & {"templates", "aliases"}


def _below_slots(document: Document) -> Document:
    """The same with all its keys below `slots`."""
    lines = {("slots", *key): line for key, line in document.lines.items()}
    blocks = {("slots", *key): line for key, line in document.blocks.items()}
    return replace(document, data={"slots": document.data}, lines=lines, blocks=blocks)


def _seed_tasks(path: Path) -> Templates:
    """A template for each instance; without input, its instruction is the question."""
    templates: dict[Template, None] = {}
    for where, record in read_records(path):
        try:
            instruction = _with_our_slots(record.get("instruction") or "")
            for instance in record["instances"]:
                question = _with_our_slots(instance.get("input") or "")
                templates[
                    Template(question=question, instruction=instruction)
                    if question
                    else Template(question=instruction)
                ] = None
        except (KeyError, AttributeError, TypeError, ValueError):
            raise KnownError(
                _("{where}: expected instruction and instances", where=where)
            ) from None
    return Templates(templates=list(templates))


def _with_our_slots(text: str) -> str:
    return _FOREIGN_SLOT.sub(lambda slot: f"{{{slot[1] or slot[2]}}}", text).strip()
