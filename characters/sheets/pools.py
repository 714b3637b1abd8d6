"""What is lost and won back, HP, SAN and MP: between nothing and what it is out of. Pure."""

from dataclasses import dataclass

from base.messages import _
from base.text import shown
from characters.sheets.names import is_pool, key_in, same
from characters.sheets.values import Sheet, Value, amount, out_of, with_amount

MOST_SAN = 99
"""What SAN may be at most in Call of Cthulhu, less what is known of its mythos."""
SAN, MYTHOS = "SAN", "克苏鲁神话"


@dataclass(frozen=True)
class Within:
    """A value that was kept within its bounds, and what a person is told where it was."""

    value: Value
    told: str = ""


def kept_within(
    key: str, value: Value, sheet: Sheet, first: Value | None, mythos: bool = False
) -> Within:
    """The value of a sheet that would be `value`, no lower than 0 and no higher than what it is
    out of; any other than HP, SAN and MP as it is.

    `sheet` is the sheet before; `first` what the value was when the play began; `mythos` is whether
    SAN is bound by the Cthulhu Mythos.
    """
    number = amount(value)
    if number is None or not is_pool(key):
        return Within(value)
    if number < 0:
        return Within(with_amount(value, 0), _("{key} falls no lower than 0", key=shown(key)))
    most = _most(key, value, sheet, first)
    known = _most_known(key, sheet) if mythos else None
    if known is not None and number > known and (most is None or known <= most):
        told = _("{key} rises no higher than {most}: 99 less Cthulhu Mythos", key=key, most=known)
        return Within(with_amount(value, known), told)
    if most is not None and number > most:
        told = _(
            "{key} rises no higher than {most}; /set {key} {number}/{number} raises that",
            key=shown(key),
            most=most,
            number=number,
        )
        return Within(with_amount(value, most), told)
    return Within(value)


def _most(key: str, value: Value, sheet: Sheet, first: Value | None) -> int | None:
    """What a value is out of; `None` where nothing says so."""
    if (of := out_of(value)) is not None:
        return of
    if same(key) == same(SAN):
        return None
    known = key_in(sheet, key)
    numbers = [amount(sheet[known]) if known else None, out_of(first) or amount(first)]
    return max((one for one in numbers if one is not None), default=None)


def _most_known(key: str, sheet: Sheet) -> int | None:
    """What SAN may be at most for what is known of the mythos; `None` of any other."""
    if same(key) != same(SAN):
        return None
    known = key_in(sheet, MYTHOS)
    return max(0, MOST_SAN - max(0, (amount(sheet[known]) or 0) if known else 0))
