"""New scenes and characters as forms: fields with what they are for, their YAML, their drafts.

What is written into a field is text as a person writes it; nothing of it is lost before it is a
file, and no file is written over.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from base.errors import KnownError
from base.filenames import file_name, stems
from base.folders import data_folder, folders
from base.messages import N_, _
from base.text import UNPRINTABLE, is_blank
from base.writing import replace_text
from base.yaml_writer import yaml_text
from characters.profile import character_of
from characters.sheets.written import sheet_written
from scenes.scene import EMOTIONS
from scenes.scene_loader import scene_of

Values = Mapping[str, str]
"""What stands in each field, by its name."""
LONGEST_TITLE = 80
_ROLE = re.compile(
    r"(?P<name>[^@：:【]+)(?P<narrator>【】)?\s*(?:@(?P<character>[^\s：:]+))?\s*(?:[：:]\s*(?P<profile>.*))?"
)
_PLACE = re.compile(r"[^:：]*:(\d+)[:：] ?(?:([a-z_]+)\b)?")
_APART = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    """The key that it becomes."""
    title: str
    about: str
    example: str = ""
    """A value for the file where nothing is given, commented out."""
    rows: int = 1
    comment: str = ""
    """What the file says of the key, where that is written otherwise than the field."""


@dataclass(frozen=True)
class Form:
    """A kind of file that is made by filling in fields."""

    kind: str
    """`scenes` or `characters`: where the files lie, and how drafts are called."""
    fields: Sequence[Field]
    check: Callable[[str, Path], object]
    """Reads a text as such a file; raises `KnownError`."""
    named: str
    """The field that the file is named after."""


THOUGHTS = N_("Whether a thought （…） is its thinker's alone (private), or read by all (shared).")
LABELS = N_("The labels after \\emoji; without this key the usual thirteen.")

SCENE = Form(
    "scenes",
    (
        Field("title", N_("Title"), N_("What the scene is called, in a line.")),
        Field(
            "summary", N_("In a sentence"), N_("For the list of scenes; the model reads it too.")
        ),
        Field("aim", N_("Aim"), N_("What the player is after.")),
        Field(
            "language", N_("Language"), N_("zh or en, or another tag; without it, Chinese."), "zh"
        ),
        Field(
            "cast",
            N_("Cast"),
            N_(
                "A role a line, NAME: who this is. NAME @libai takes a character of the library "
                "(Ctrl+O lists them); NAME【】 narrates."
            ),
            rows=6,
            comment=N_(
                "The roles by name: a text is the profile; character: libai takes one of the "
                "library; narrator: true narrates."
            ),
        ),
        Field(
            "play_as",
            N_("Your role"),
            N_("The role that the player has, by its name in the cast; without it one watches."),
        ),
        Field(
            "opening",
            N_("Opening"),
            N_(
                "The first lines, as in a log: 【narration】, NAME：what is said, \\me for actions."
            ),
            rows=6,
        ),
        Field(
            "turns",
            N_("Who is next"),
            N_("natural: who is named, else who talks most; list, pooled or manual."),
            "natural",
        ),
        Field(
            "emotions",
            N_("Emotions"),
            N_("The labels after \\emoji, with blanks between; without them the usual thirteen."),
            f"[{', '.join(EMOTIONS[:3])}]",
            comment=LABELS,
        ),
        Field(
            "model", N_("Model"), N_("A name, a file or an address; without it, yours."), "starter"
        ),
        Field("adapter", N_("Voice"), N_("An adapter that every role speaks with."), "my-voice"),
    ),
    scene_of,
    "title",
)
CHARACTER = Form(
    "characters",
    (
        Field("name", N_("Name"), N_("It begins this character's lines.")),
        Field(
            "aliases",
            N_("Other names"),
            N_("By which lines may call them, with blanks between."),
            comment=N_("Other names by which lines may call them."),
        ),
        Field("profile", N_("Who this is"), N_("A few sentences, in every prompt."), rows=4),
        Field(
            "voice",
            N_("How they speak"),
            N_("What counts most: three to five lines as in a log, NAME：what is said."),
            rows=6,
        ),
        Field(
            "likes",
            N_("Fond of"),
            N_("What they like, with blanks between."),
            comment=N_("What they like."),
        ),
        Field(
            "emotions", N_("Emotions"), N_("Labels of their own; without them those of the scene.")
        ),
        Field("adapter", N_("Voice"), N_("An adapter trained on this character."), "my-voice"),
        Field(
            "sheet",
            N_("Sheet"),
            N_("Numbers as in HP11 SAN55 Spot60; anything else a line each: items: lamp, rope."),
            "{HP: 11, SAN: 55, 侦查: 60, 物品: [手电]}",
            rows=3,
            comment=N_("What they begin with: skills and HP as numbers, texts, things as a list."),
        ),
    ),
    character_of,
    "name",
)


# --- the file ---


def yaml_of(form: Form, values: Values) -> str:
    """The file that the fields make, each key with what it is for."""
    keys = _keys(form, values)
    parts = []
    for field in form.fields:
        if field.name == "adapter" and form is SCENE:
            continue
        about = f"# {_(field.comment or field.about)}\n"
        if field.name in keys:
            parts.append(about + yaml_text({field.name: keys[field.name]}))
        else:
            example = f" {field.example}" if field.example else ""
            parts.append(f"{about}# {field.name}:{example}\n")
    if form is SCENE:
        parts.append(f"# {_(THOUGHTS)}\nthoughts: private\n")
    return "\n".join(parts)


def problems_of(form: Form, values: Values) -> list[tuple[str, str]]:
    """What is wrong, each with the field it is about, or none."""
    text = yaml_of(form, values)
    problems = _misnamed(form, values)
    if not _keys(form, values):
        return problems
    try:
        form.check(text, Path("new.yaml"))
    except KnownError as error:
        placed = (_placed(problem, text) for problem in error.problems)
        problems += [one for one in placed if not problems or one[0] != form.named]
    return problems


def save(form: Form, values: Values) -> Path:
    """Write the file as `write` does, and forget the draft."""
    path = write(form, values)
    forget(form)
    return path


def write(form: Form, values: Values) -> Path:
    """Write the file into the person's folder, under a name that is free. Raises `KnownError` where
    it would not read, and then nothing is written."""
    if problems := problems_of(form, values):
        raise KnownError(*(problem for __, problem in problems))
    folder = folders(form.kind)[1]
    folder.mkdir(parents=True, exist_ok=True)
    shipped = [path.stem for place in folders(form.kind) for path in place.glob("*.yaml")]
    taken = [*stems(folder, ".yaml"), *stems(folder, ".yml"), *shipped]
    path = folder / f"{file_name(values[form.named], form.kind[:-1], taken)}.yaml"
    replace_text(path, yaml_of(form, values), ())
    return path


def _misnamed(form: Form, values: Values) -> list[tuple[str, str]]:
    """What is wrong with the field that the file is named after."""
    first = clean(values.get(form.named, ""))
    if is_blank(first):
        return [(form.named, _("something has to stand here"))]
    if len(first) > LONGEST_TITLE:
        problem = _("{n} characters, expected at most {most}", n=len(first), most=LONGEST_TITLE)
        return [(form.named, problem)]
    return []


def _placed(problem: str, text: str) -> tuple[str, str]:
    """A problem of the file, and the field that its line belongs to."""
    found = _PLACE.match(problem)
    if found is None:
        return "", problem
    words = problem[found.end(1) + 1 :].strip()
    above = text.split("\n")[: int(found[1])]
    keys = (line.partition(":")[0] for line in reversed(above) if re.match(r"[a-z_]+:", line))
    return found[2] or next(keys, ""), words


def _keys(form: Form, values: Values) -> dict[str, object]:
    """The keys of the file that are filled in."""
    keys: dict[str, object] = {}
    for field in form.fields:
        text = clean(values.get(field.name, ""), field.rows > 1)
        if is_blank(text):
            continue
        keys[field.name] = _value(field.name, text)
    if form is SCENE:
        adapter = keys.pop("adapter", None)
        model = {"use": keys.pop("model", None), "adapter": adapter}
        if named := {key: value for key, value in model.items() if value}:
            keys["model"] = named
    return keys


def _value(name: str, text: str) -> object:
    match name:
        case "sheet":
            return sheet_written(text)
        case "cast":
            return dict(_role(line) for line in text.split("\n") if not is_blank(line))
        case "emotions" | "aliases" | "likes":
            return [word for word in _APART.split(text) if word]
        case "opening" | "voice":
            return "\n".join(line.strip() for line in text.split("\n") if not is_blank(line)) + "\n"
        case "profile":
            return " ".join(text.split())
    return text


def _role(line: str) -> tuple[str, object]:
    """A role and its keys, as a line of the cast says them."""
    found = _ROLE.fullmatch(line.strip())
    if found is None:
        return line.strip(), None
    given = {
        "character": found["character"],
        "narrator": bool(found["narrator"]),
        "profile": (found["profile"] or "").strip(),
    }
    keys = {key: value for key, value in given.items() if value}
    if set(keys) == {"profile"}:
        return found["name"].strip(), keys["profile"]
    return found["name"].strip(), keys or None


def clean(text: str, lines: bool = False) -> str:
    """What a field says: without what cannot be printed; on one line, unless it has several."""
    kept = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return kept.strip() if lines else " ".join(kept.split())


# --- drafts ---


def draft_path(form: Form) -> Path:
    """Where the fields are kept that are not a file yet."""
    return data_folder() / "drafts" / f"{form.kind}.json"


def keep(form: Form, values: Values) -> None:
    """Keep what stands in the fields; nothing is kept of empty ones. Raises `OSError`."""
    if all(is_blank(text) for text in values.values()):
        forget(form)
        return
    path = draft_path(form)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    replace_text(path, json.dumps(dict(values), ensure_ascii=False, indent=1), (), private=True)


def kept(form: Form) -> dict[str, str]:
    """What was kept of an unfinished form; of what cannot be read, nothing."""
    try:
        values = json.loads(draft_path(form).read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return {}
    names = {field.name for field in form.fields}
    if not isinstance(values, dict):
        return {}
    return {key: text for key, text in values.items() if key in names and isinstance(text, str)}


def forget(form: Form) -> None:
    with suppress(OSError):
        draft_path(form).unlink()
