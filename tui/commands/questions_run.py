"""What a run of questions is to do, out of what the command was told. Reads the files."""

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from base.messages import _, _n
from tui.commands.group import one_of
from tui.commands.questions_options import QuestionOptions
from tui.failures import BadInput, given
from tui.output import escaped_line, word

if TYPE_CHECKING:
    from characters.character import Character
    from scenes.data.teacher.question_tasks import QuestionRun
    from scenes.data.teacher.templates import Templates

LANGUAGES = ("zh", "en")


def run_of(told: QuestionOptions) -> "QuestionRun":
    """The run. Raises `BadInput`."""
    from scenes.data.teacher.question_tasks import QuestionRun

    if told.language is not None:
        one_of(told.language, LANGUAGES, "language")
    with given():
        role, character = _role_of(told)
        language, templates = _templates_of(told)
    run = QuestionRun(
        role,
        templates,
        told.n,
        told.seed,
        language,
        world=templates.world,
        grow=told.grow,
        reword=told.reword,
    )
    if character is not None:
        run = _in_character(run, character)
    return _with_knowledge(run, told)


def _role_of(told: QuestionOptions) -> tuple[str, "Character | None"]:
    """Who answers, and what its file says. Raises `BadInput`."""
    from base.names import name_problem
    from characters.profile import load, names

    if told.character is None:
        if told.role in names():
            character = load(told.role)
            word(
                _(
                    "{role}: profile and voice of {name} in the library",
                    role=told.role,
                    name=character.name,
                )
            )
            return character.name, character
        if problem := name_problem(told.role):
            raise BadInput(_("ROLE: {problem}", problem=problem))
        return told.role, None
    character = load(told.character)
    if told.role not in (told.character, character.name, *character.aliases):
        raise BadInput(
            _(
                "--character {file}: this is {name}, not {role}; name the role as the file does",
                file=told.character,
                name=character.name,
                role=told.role,
            )
        )
    return (character.name if told.role == told.character else told.role), character


def _templates_of(told: QuestionOptions) -> tuple[str, "Templates"]:
    """The language, and the templates with the values that are known."""
    from scenes.data.teacher.questions import own_templates
    from scenes.data.teacher.templates import read_slots, read_templates, ready_world

    if told.templates is None:
        language = told.language or "zh"
        templates = own_templates(language)
    else:
        templates = read_templates(told.templates)
        language = told.language or _language_of(templates)
    more = read_slots(told.slots) if told.slots is not None else None
    world = told.world or next(
        filter(None, (one.the_world for one in (more, templates) if one)), ""
    )
    world = " ".join(world.split())
    ready = ready_world(world) if language == "zh" else None
    if ready is not None:
        count = len(ready.values_for(told.role))
        word(
            escaped_line(
                _n(
                    "{world}: values for {n} slot come along; --slots FILE takes others",
                    "{world}: values for {n} slots come along; --slots FILE takes others",
                    count,
                    world=world,
                )
            )
        )
    return language, _merged(templates, [one for one in (ready, templates, more) if one], world)


def _merged(templates: "Templates", of: "list[Templates]", world: str) -> "Templates":
    """The templates with the values of all, later ones in place of those before."""
    merged = templates.model_copy(update={"world": world, "slots": {}, "roles": {}, "ask": {}})
    for one in of:
        roles = {name: {**merged.roles.get(name, {}), **own} for name, own in one.roles.items()}
        merged = merged.model_copy(
            update={
                "slots": {**merged.slots, **one.slots},
                "roles": {**merged.roles, **roles},
                "ask": {**merged.ask, **one.ask},
            }
        )
    return merged


def _language_of(templates: "Templates") -> str:
    from scenes.data.teacher.distilled import is_chinese
    from scenes.data.teacher.templates import SLOT

    text = "".join(SLOT.sub("", one.text) for one in templates.templates)
    return "zh" if is_chinese(text) or not any(map(str.isalpha, text)) else "en"


def _in_character(run: "QuestionRun", character: "Character") -> "QuestionRun":
    from characters.cards.macros import expand

    def said(text: str) -> str:
        return expand(text, run.role, run.prompts.asker, Random(run.seed)).strip()

    return replace(
        run, profile=said(character.profile), likes=character.likes, voice=said(character.voice)
    )


def _with_knowledge(run: "QuestionRun", told: QuestionOptions) -> "QuestionRun":
    from characters.knowledge import NOTHING, read_knowledge
    from scenes.data.teacher.grounding import Grounding, digest_of
    from scenes.embedding import embedder

    if not told.knowledge:
        return run
    knowledge = NOTHING
    with given():
        for path in told.knowledge:
            knowledge += read_knowledge(path, embedder)
        digest = " ".join(map(digest_of, told.knowledge))
    for problem in knowledge.problems:
        word(escaped_line(problem))
    grounding = Grounding(knowledge, run.role, run.prompts.asker)
    return replace(run, knowledge=digest, facts_of=grounding.facts)
