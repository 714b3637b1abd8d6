"""The dates of chats, in each style that has been written: to a moment in UTC, or none. Pure."""

import re
from datetime import UTC, datetime

_HOURS = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m\s*(\d{1,2})s(?:\s*(\d{1,3})ms)?"
)
_LONG = re.compile(r"([A-Z][a-z]+) (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2})\s*([ap])m", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_SECONDS = 100_000_000_000
"""Numbers below are seconds, others milliseconds, since 1970."""


def sent_at(value: object) -> datetime | None:
    """When a message was sent: epoch milliseconds or seconds, `2023-4-21 @20h 03m 06s 446ms`,
    `September 28, 2024 10:00am`, ISO 8601. What names no time zone is taken as UTC."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value if value < _SECONDS else value / 1000, UTC)
        return _written(value.strip()) if isinstance(value, str) and len(value) < 100 else None
    except (ValueError, OverflowError, OSError):
        return None


def _written(text: str) -> datetime | None:
    if text[10:11] == "T":
        return _iso(text)
    if text.isdecimal():
        return sent_at(int(text))
    if match := _HOURS.fullmatch(text):
        *moment, thousandths = (int(part or 0) for part in match.groups())
        year, month, day, hour, minute, second = moment
        return datetime(year, month, day, hour, minute, second, thousandths * 1000, UTC)
    if match := _LONG.fullmatch(text):
        month = _MONTHS.index(match[1][:3].lower()) + 1
        hour = int(match[4]) % 12 + 12 * (match[6].lower() == "p")
        return datetime(int(match[3]), month, int(match[2]), hour, int(match[5]), tzinfo=UTC)
    return _iso(text)


def _iso(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
