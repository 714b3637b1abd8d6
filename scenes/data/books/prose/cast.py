"""Who is in a piece of modern Chinese prose, told from the prose itself: names, roles, genders."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from scenes.data.books.prose import words as w
from scenes.data.books.prose.chinese_names import (
    CLAUSE,
    NOT_BEFORE,
    ROLES,
    TITLES,
    acting,
    is_whole,
    lead_end,
    names_in,
)
from scenes.data.books.prose.naming import SURNAMES, is_word

_ALONE = tuple(
    {*w.TITLES, "公公", "太太", "夫人", "小姐", "先生", "少爷", "老爷", "姑姑"}
    - {"总", "局", "队", "工"}
)
"""Titles that stand without a name for the one person who has them."""
_MARRIED = ("太太", "夫人", "嫂", "嫂子", "婶", "婶子", "大妈", "大婶", "大娘", "妈", "师母")
"""Titles of whoever is married to somebody of that surname."""
_SENTENCE = re.compile("[。！？!?…]+")
OFTEN = 8
_SIGNS = "".join(sorted(SURNAMES))


@dataclass(frozen=True)
class Cast:
    """The people: each form with the name that stands for it, and what is known of genders."""

    forms: Mapping[str, str]
    genders: Mapping[str, str] = field(default_factory=dict)
    """`m` or `f` by name; a name whose gender is not known is not in it."""

    def gender(self, name: str) -> str:
        return self.genders.get(name, "")

    @cached_property
    def _full(self) -> frozenset[str]:
        return frozenset(filter(_is_full, self.forms.values()))

    def called(self, form: str) -> str:
        """Who is called so: by a form, or by a surname with a title: 罗队 is 罗锋."""
        if form in self.forms:
            return self.forms[form]
        bearers = {name for name in self._full if is_called(form, name)}
        return bearers.pop() if len(bearers) == 1 else ""


def cast_of(text: str, narration: str, known: Mapping[str, str], more: Iterable[str] = ()) -> Cast:
    """The cast of a text. In `narration`, what is said stands as NUL.

    `known` forms are given; `more` names were seen beside what is said.
    """
    seen = acting(narration, text)
    forms = dict(known)
    for name in (*names_in(seen, text, narration), *(one for one in more if is_whole(one, text))):
        forms.setdefault(name, name)
    _join(forms, known, text)
    for role in ROLES:
        forms.setdefault(role, role)
    for kin in w.SAME_KIN:
        own = [one for one in kin if one not in known]
        counts = {one: narration.count(one) for one in own}
        for one in own:
            longer = (counts[each] for each in own if one != each and each.startswith(one))
            counts[one] -= sum(longer)
        often = max(own, key=lambda one: counts[one], default="")
        forms.update(dict.fromkeys(own, often))
    return Cast(forms, _genders(forms, narration))


def _join(forms: dict[str, str], known: Mapping[str, str], text: str) -> None:
    """Give what is a part of one full name only, or its surname with a title, to who bears it."""
    for given in [name for name in forms if len(name) == 2 and name not in known]:
        if not _is_full(given) or text.count(given) > OFTEN:
            longer = Counter(re.findall(rf"(?<![一-鿿])([{_SIGNS}]{given})", text))
            whole = next(iter(longer), "")
            if len(longer) == 1 and given[0] not in "老小阿" and whole[0] not in NOT_BEFORE:
                forms[whole] = forms[given] = whole
    own = [name for name in forms if name not in known]
    full = [name for name in own if _is_full(name)]
    for name in own:
        if "·" in name:
            for part in name.split("·"):
                bearers = [one for one in own if "·" in one and part in one.split("·")]
                if len(part) > 1 and len(bearers) == 1:
                    forms[part] = name
        elif name in full:
            given = name[1:]
            if len(given) == 2 and sum(one[1:] == given for one in full) == 1:
                forms[given] = name
    for name in own:
        if name in full or "·" in name:
            continue
        bearers = [one for one in full if is_called(name, one)]
        if len(bearers) == 1:
            forms[name] = bearers[0]
    for title in _ALONE:
        bearers = sorted({forms[name] for name in own if name.endswith(title) and name != title})
        if len(bearers) == 1 and title not in known:
            forms[title] = bearers[0]
    titled = [name for name in own if name[0] in SURNAMES and name[1:] in TITLES]
    for name in titled:
        old = "老" + name[0]
        alone = sum(one[0] == name[0] for one in (*full, *titled)) == 1
        if alone and old in own and not name.endswith(w.TITLES_F):
            forms[old] = forms[name]
    surnames = Counter(name[0] for name in full)
    for name in full:
        if surnames[name[0]] == 1:
            for form in ("老" + name[0], "小" + name[0], *(name[0] + each for each in TITLES)):
                if form in text and form not in w.STOP and not is_word(form):
                    forms.setdefault(form, name)


def _is_full(name: str) -> bool:
    return 2 <= len(name) <= 3 and name[0] in SURNAMES and not name.endswith(TITLES)


@lru_cache(maxsize=1 << 14)
def _stem(form: str) -> str:
    """What of a form stands beside a title, or 老 or 小; nothing where none does."""
    stem = form
    for title in TITLES:
        if form.endswith(title) and len(form) > len(title):
            stem = form.removesuffix(title)
            break
    if form.endswith(_MARRIED) or (stem == form and form[0] not in "老小阿"):
        return ""
    return stem.lstrip("老小阿") or stem


def is_called(form: str, full: str) -> bool:
    """Whether a form is the surname, or a part of the given name, with what is put beside names."""
    stem = _stem(form)
    return bool(stem) and (
        stem == full[0] or stem == full[1:] or stem == full or (len(full) == 3 and stem == full[2])
    )


def _genders(forms: Mapping[str, str], narration: str) -> dict[str, str]:
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    women = {*w.KIN_F, *w.ROLES_F}
    men = {*w.KIN_M, *w.ROLES_M}
    for form, name in forms.items():
        if form in women or (len(form) > 2 and form.endswith(w.TITLES_F)):
            votes[name]["f"] += 1000
        elif form in men or (len(form) > 2 and form.endswith(w.TITLES_M)):
            votes[name]["m"] += 1000
        elif len(form) > 1 and set(form[1:]) & w.WOMEN:
            votes[name]["f"] += 2
    for name, gender in _pronoun_votes(forms, narration):
        votes[name][gender] += 1
    found = {}
    for name, count in votes.items():
        (gender, most), *rest = count.most_common()
        if most >= 2 * sum(n for _, n in rest):
            found[name] = gender
    return found


def _pronoun_votes(forms: Mapping[str, str], narration: str) -> Iterable[tuple[str, str]]:
    """A name that a sentence begins with, and the pronoun that the next one begins with."""
    for line in narration.split("\n"):
        last = ""
        for sentence in _SENTENCE.split(line):
            clause = CLAUSE.search(sentence)
            if clause is None:
                continue
            text = clause[0]
            at = lead_end(text)
            if name := form_at(forms, text, at):
                last = forms[name]
            elif text[at : at + 1] in ("他", "她") and text[at + 1 : at + 2] != "们":
                if last:
                    yield last, "m" if text[at] == "他" else "f"
            else:
                last = ""


def form_at(forms: Mapping[str, str], text: str, at: int) -> str:
    """The longest form that stands at a place of the text."""
    for length in range(min(10, len(text) - at), 0, -1):
        if text[at : at + length] in forms:
            return text[at : at + length]
    return ""
