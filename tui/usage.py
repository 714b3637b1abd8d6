"""What is wrong with how a command is asked, in the person's language."""

import re
from collections.abc import Iterable

import typer
from typer._click import exceptions

from base.messages import N_, _
from base.names import nearest
from base.text import shown

_EXTRA = re.compile(r"unexpected extra argument\(?s?\)? \((.*)\)", re.DOTALL)


def problem_of(error: typer.TyperException) -> str:
    """A mistake of usage in one line, the help of the command named."""
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "paotuan")
    return _("{problem} (see: {command} --help)", problem=_problem(error), command=command)


def _problem(error: typer.TyperException) -> str:
    match error:
        case exceptions.NoSuchOption():
            return _(
                "there is no option {option}{hint}",
                option=shown(error.option_name),
                hint=nearest(error.option_name, error.possibilities or ()),
            )
        case exceptions.MissingParameter(param=parameter) if parameter is not None:
            return _("{name} is missing", name=_name(parameter))
        case exceptions.BadParameter(param=parameter) if parameter is not None:
            return _bad_value(parameter, error.message)
        case exceptions.BadOptionUsage():
            name = shown(error.option_name)
            if "does not take" in error.message:
                return _("{option} takes no value", option=name)
            return _("{option}: its value is missing", option=name)
    if extra := _EXTRA.search(error.message):
        return _("{words}: not expected here; leave it out", words=shown(extra[1]))
    return " ".join(error.format_message().split()).rstrip(".")


def _name(parameter: object) -> str:
    """What the person would type: the option, or what stands for the argument."""
    option = getattr(parameter, "param_type_name", "") == "option"
    names: Iterable[str] = getattr(parameter, "opts", ()) if option else ()
    return max(names, key=len, default="") or str(getattr(parameter, "display_name_raw", ""))


def _bad_value(parameter: object, message: str) -> str:
    annotation = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
    low, high = (getattr(parameter, bound, None) for bound in ("min", "max"))
    name = _name(parameter)
    expected = _expected(annotation, low, high)
    return _("{name}: expected {expected}", name=name, expected=expected or shown(message))


def _expected(kind: object, low: float | None, high: float | None) -> str | None:
    """What a number is to be."""
    whole = kind is int
    if kind not in (int, float):
        return None
    if low is None:
        return _("a whole number") if whole else _("a number")
    if high is None:
        id = (
            N_("a whole number of at least {least}")
            if whole
            else N_("a number of at least {least}")
        )
        return _(id, least=low)
    id = (
        N_("a whole number from {least} to {most}")
        if whole
        else N_("a number from {least} to {most}")
    )
    return _(id, least=low, most=high)
