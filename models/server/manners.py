"""What one model of one server has been found to refuse, and how a request is made to fit it.

A server names the field at fault in many ways: by `param`, by pydantic's `loc`, in plain words.
Each field is left out, renamed or made smaller once, which is told once and kept in mind.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from base.messages import _, _n

NEEDED = frozenset({"model", "prompt", "messages", "stream"})
"""Fields without which a request is none."""
THOUGHT_TOKENS = 2048
"""What a model that cannot but think is given beside the tokens of its answer."""
LENGTHS = ("max_tokens", "max_completion_tokens")
EFFORTS = ("none", "minimal", "low")
"""How little a model can be asked to think, the least first."""
_LOC = re.compile(r"""["']loc["']\s*:\s*[\[(]\s*(?:["']body["']\s*,\s*)?["'](\w+)["']""")
_NUMBER = (
    re.compile(
        r"between 1 and (\d+)|at most (\d+)|(?:less than|lower) or equal to (\d+)|up to (\d+)"
        r"|greater than (?:\w+=)?(\d+)"
    ),
    re.compile(r"<=? ?(\d+)|\[\d+, ?(\d+)\]|max(?:imum)?(?: \w+){0,3} (?:is |of )?(\d+)"),
)
_CONTEXT = re.compile(
    r"context[ _](?:length|size|window)|n_ctx|exceeds? the (?:available|maximum) context"
    r"|too many tokens|prompt is too long|input(?: token)? (?:count|length)"
    r"|maximum number of tokens|inputs?['`]? (?:tokens|must have less)|prompt\W{0,3}超长"
    r"|(?:request|payload|body|entity) (?:is )?too large",
    re.IGNORECASE,
)
_CONTEXT_SIZE = re.compile(
    r"(?:context[ _](?:length|size|window)|n_ctx)\D{0,30}?(\d{3,8})"
    r"|tokens > (\d{3,8}) maximum|tokens allowed \((\d{3,8})\)|less than (\d{3,8}) tokens"
    r"|max_new_tokens['`] must be <= (\d{3,8})|length should be \[1, (\d{3,8})\]",
    re.IGNORECASE,
)
_OTHERWISE_CALLED = {"best_of": "n", "max_new_tokens": "max_tokens", "stop_sequences": "stop"}
"""Fields by the names that some servers give them inside."""
_ONE_OF_BOTH = re.compile(r"(?:both|only one|together)", re.IGNORECASE)


@dataclass
class Manners:
    """How a request is put to one model of one server."""

    left_out: set[str] = field(default_factory=set)
    length: str = "max_tokens"
    """The field that bounds the length."""
    longest: int | None = None
    """Most tokens that may be asked for."""
    most: int | None = None
    """Most candidates of one request; `None` where it is not known."""
    stops: int = 4
    """Most stop strings of one request."""
    effort: str | None = None
    """How little it can be asked to think, where that was not taken as it was put."""
    thinks: bool = False
    """Whether it thinks before it answers, whatever it was asked for."""
    context: int | None = None
    """Most tokens that it said to take, where a prompt was longer."""
    told: set[str] = field(default_factory=set)
    """What a person has been told already."""

    def fitted(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A request as this server takes it."""
        fitted = {name: value for name, value in body.items() if name not in self.left_out}
        if (max_tokens := fitted.pop("max_tokens", None)) is not None:
            fitted[self.length] = min(max_tokens, self.longest or max_tokens)
        if "stop" in fitted:
            fitted["stop"] = list(fitted["stop"])[: self.stops]
            if not fitted["stop"]:
                del fitted["stop"]
        if self.effort and "reasoning_effort" in fitted:
            fitted["reasoning_effort"] = self.effort
        return fitted

    def learn(self, sent: Mapping[str, Any], status: int, said: bytes) -> list[str]:
        """Take to heart why `sent` was refused; a line for each change, none if there is none."""
        if status not in (400, 404, 405, 406, 409, 413, 415, 422, 501):
            return []
        words = said.decode("utf-8", "replace").replace('\\"', "'")
        if is_too_long(status, said):
            if size := _CONTEXT_SIZE.search(words):
                self.context = int(next(filter(None, size.groups())))
            return []
        names = [name for name in _named(said, words, sent) if name not in NEEDED]
        if {"temperature", "top_p"} <= set(names) and _ONE_OF_BOTH.search(words):
            names.remove("temperature")
        return [line for name in names if (line := self._give_way(name, sent[name], words))]

    def tell(self, line: str) -> list[str]:
        """The line, if it has not been told before."""
        new = line not in self.told
        self.told.add(line)
        return [line] if new else []

    def _give_way(self, name: str, value: Any, words: str) -> str:
        limit = _limit(name, words)
        if name == "n" and isinstance(value, int):
            self.most = limit if limit and limit < value else 1
            return _n(
                "it takes at most {n} candidate in a request; the others are asked for beside it",
                "it takes at most {n} candidates in a request; the others are asked for beside it",
                self.most,
            )
        if name == "max_tokens" and "max_completion_tokens" in words:
            self.length = "max_completion_tokens"
            return _("it takes max_tokens as max_completion_tokens")
        if name in LENGTHS and limit and limit < value:
            self.longest = limit
            return _n("it gives at most {n} token", "it gives at most {n} tokens", limit)
        if name == "stop" and limit is not None and limit < len(value):
            self.stops = limit
            return _n(
                "it takes at most {n} stop string; the others are looked for here",
                "it takes at most {n} stop strings; the others are looked for here",
                limit,
            )
        if name == "reasoning_effort" and (lower := _effort(str(value), words)):
            self.effort = lower
            return _("it thinks at least with reasoning_effort {effort}", effort=lower)
        self.left_out.add(name)
        return _("it does not take {field}, which is left out", field=name)


def is_too_long(status: int, said: bytes) -> bool:
    """Whether a request was refused for its length."""
    words = said.decode("utf-8", "replace")
    return status == 413 or (status in (400, 422) and _CONTEXT.search(words) is not None)


_KNOWN: dict[tuple[str, str], Manners] = {}


def manners_of(address: str, model: str) -> Manners:
    """What this process knows of a model of a server, kept from one opening to the next."""
    return _KNOWN.setdefault((address, model), Manners())


def _effort(refused: str, words: str) -> str | None:
    """The least effort after the one refused that the answer names as possible."""
    rest = EFFORTS[EFFORTS.index(refused) + 1 :] if refused in EFFORTS else ()
    return next((one for one in rest if re.search(rf"['\"`]{one}['\"`]", words)), None)


def _limit(name: str, words: str) -> int | None:
    """The number that a refusal names as the most, if it names one."""
    for pattern in _NUMBER:
        for match in pattern.finditer(words):
            return int(next(filter(None, match.groups()))[:9])
    if name in ("n", "stop") and re.search(r"\bonly\b.{0,20}\b(?:1|one)\b", words):
        return 1
    return None


def _named(said: bytes, words: str, sent: Mapping[str, Any]) -> list[str]:
    """The fields of a request that a refusal names, by the surest of its ways to name them."""
    for inside, name in _OTHERWISE_CALLED.items():
        words = re.sub(rf"\b{inside}\b", name, words)
    names = [*_by_key(said), *_LOC.findall(words)]
    known = [top for name in names if (top := _top(name, sent))]
    if not known:
        known = [name for name in sent if _is_mentioned(name, words)]
        if "max_tokens" in known and "max_completion_tokens" in known:
            known.remove("max_completion_tokens")
    return list(dict.fromkeys(known))


def _by_key(said: bytes) -> Iterable[str]:
    """What the JSON of a refusal names as the parameter at fault."""
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return
    value = value[0] if isinstance(value, list) and value else value
    for key in ("error", "message"):
        inner = value.get(key) if isinstance(value, dict) else None
        value = inner if isinstance(inner, dict) else value
    if isinstance(value, dict) and isinstance(param := value.get("param"), str):
        yield param
    details = value.get("detail") if isinstance(value, dict) else None
    for detail in details if isinstance(details, list) else ():
        loc = detail.get("loc") if isinstance(detail, dict) else None
        places = [place for place in loc if isinstance(place, str)] if isinstance(loc, list) else []
        yield from (place for place in places[:3] if place != "body")


def _top(name: str, sent: Mapping[str, Any]) -> str | None:
    """The field of the request that `name` is, or is a part of: `stream_options.include_usage`."""
    first = re.split(r"[.\[]", name.removeprefix("body."), maxsplit=1)[0]
    return first if first in sent else None


def _is_mentioned(name: str, words: str) -> bool:
    """Whether plain words are about a field: quoted, or called one, for a short name."""
    name = re.escape(name)
    quoted = rf"""["'`‘“]{name}["'`’”]"""
    called = (
        rf"(?i:param(?:eter)?s?:?|fields?:?|propert(?:y|ies)|arguments?|supplied:?|invalid|name"
        rf"|unsupported|unknown|only) {name}\b"
    )
    followed = rf"\b{name}\b (?:must|value|should|is|are|has|cannot|can't|not|too|[=><])"
    plain = rf"\b{name}\b" if "_" in name else r"(?!)"
    return re.search(f"{quoted}|{called}|{followed}|{plain}", words) is not None
