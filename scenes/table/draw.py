"""Draws candidates for one role: each is exactly one well-formed line, and no two are alike."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from typing import Any

from base.errors import KnownError
from base.messages import _
from base.names import nearest
from base.text import UNPRINTABLE, shown
from models.backend import AT_THE_TABLE, Backend, End, Progress, Prompt, Reciter, Sampling
from models.entries import own_sampling
from models.stop_strings import StopScanner
from scenes.dice.offers import checked_skills
from scenes.dice.words import is_chinese
from scenes.grammar import line_grammar, narration_grammar, offering_grammar
from scenes.log import Entry, parse
from scenes.prompt import History, history_budget, prime, prompt_after, secret_part, stable_within
from scenes.recall import NOTHING_RECALLED, Recalled
from scenes.scene import Role, Scene
from scenes.steering import Steering, room, steered, steering_of
from scenes.table.draws import Candidate
from scenes.table.form import mended as mended
from scenes.table.form import read_line as read_line
from scenes.table.judge import Judge, last_of, lately_of
from scenes.table.looping import before_loop
from scenes.table.ranker import Ranker
from scenes.table.ranking import greedy_alone, ranked, ranks
from scenes.table.refusing import before_of, words_of
from scenes.table.snapshot import from_json

REDRAWS = 3
"""Rounds in which what was refused is drawn again before a place is given up."""

_BLANKS = str.maketrans("\r\t", "\n ")


@dataclass(frozen=True)
class CandidateDelta:
    """A candidate has become longer."""

    place: int
    text: str
    """All of it so far, without the cue."""


@dataclass(frozen=True)
class Rejected:
    """What stood in a place was no line to show; `again` says whether it is drawn once more."""

    place: int
    why: str
    again: bool


@dataclass(frozen=True)
class Done:
    """A candidate is complete."""

    place: int
    candidate: Candidate


@dataclass(frozen=True)
class Cut:
    """What of the history the draw reads, told first."""

    budget: int
    """Tokens that the history could take."""
    dropped: int
    """Entries that did not fit, from its left."""
    recalled: Recalled = NOTHING_RECALLED
    """What is read in their place."""


@dataclass(frozen=True)
class Ranked:
    """In which order the places are to stand, now that nothing more comes; told where more are
    drawn than shown."""

    order: tuple[int, ...]
    """Places as they were drawn, the best first, those without a line last."""


@dataclass(frozen=True)
class Cost:
    """What a draw took, told last."""

    prompt_tokens: int
    cached_tokens: int
    tokens: int
    first_token_s: float
    total_s: float


Update = Cut | Progress | CandidateDelta | Rejected | Done | Ranked | Cost


def line_sampling(
    scene: Scene, speaker: Role, asked: Mapping[str, Any] | None = None, model: str = ""
) -> Sampling:
    """How a line of `speaker` is drawn: what is asked, else what the scene says, else what suits
    the `model` of that name, else the default; with the stops, the grammar and the breakers of the
    log. Raises `KnownError`."""
    unsaid = {**AT_THE_TABLE, **own_sampling(model)}
    sampling = _asked_sampling(scene, {**unsaid, **scene.sampling, **(asked or {})})
    names = [name for role in scene.cast for name in (role.name, *role.aliases)]
    ends = ("】",) if speaker.narrator else ("【",)
    cues = tuple(f"{name}{colon}" for name in names for colon in "：:")
    return replace(
        sampling,
        stop=("\n", *ends),
        cues=cues,
        grammar=_grammar(scene, speaker),
        dry_breakers=("\n", "：", ":", "【", "】", "\\me", "\\emoji", *names),
    )


def _grammar(scene: Scene, speaker: Role) -> str:
    """What a line of `speaker` has to be."""
    if not speaker.narrator:
        return line_grammar(_labels(scene, speaker))
    if not speaker.offers:
        return narration_grammar()
    player = next((role for role in scene.cast if role.name == scene.play_as), None)
    skills = checked_skills(player.sheet if player else {})
    return offering_grammar(speaker.offers, skills, is_chinese(scene.language))


def _labels(scene: Scene, speaker: Role) -> Sequence[str]:
    return speaker.emotions or scene.emotions


def _asked_sampling(scene: Scene, wanted: Mapping[str, Any]) -> Sampling:
    known = [each.name for each in fields(Sampling)]
    for name in wanted:
        if name not in known:
            hint = nearest(name, known)
            raise KnownError(
                _(
                    "{scene}: no key of sampling is named {name}{hint}",
                    scene=scene.name,
                    name=shown(name),
                    hint=hint,
                )
            )
    try:
        return from_json(Sampling, wanted)
    except TypeError as error:
        raise KnownError(
            _("{scene}: sampling: {problem}", scene=scene.name, problem=error)
        ) from None


def draw_lines(
    backend: Backend,
    scene: Scene,
    history: Sequence[Entry],
    speaker: Role,
    sampling: Sampling,
    adapter: str | None = None,
    taken: Sequence[Entry] = (),
    begun: str = "",
    steering: Steering | None = None,
    ranker: Ranker | None = None,
) -> Generator[Update]:
    """Draw `sampling.n` lines by `speaker`, or `sampling.draw` to choose from, that differ from
    each other and from `taken`, and begin with `begun`; without `steering`, the scene's own holds.

    `sampling` is that of `line_sampling`. Closing the generator stops the backend.
    Raises `KnownError`.
    """
    context, reply, sampling = backend.context, sampling.max_tokens, greedy_alone(sampling)
    prime(backend, scene, history)
    steering = steering_of(scene) if steering is None else steering
    budget = history_budget(scene, context, reply, backend.count)
    beside = room(steering, scene, budget, backend.count)
    said = History(backend.count, history, scene.memory.share, scene.memory.turns)
    yield Cut(budget - beside, *said.reading(budget, beside))
    cues = sampling.cues
    stable = stable_within(scene, context, backend.count)
    prompt = prompt_after(stable, said, speaker, budget, beside)
    read = prompt.stable + prompt.history
    prompt = steered(prompt, steering, scene.language, secret_part(speaker))
    if begun:
        prompt = replace(prompt, cue=prompt.cue + begun)
        # The grammar is of whole lines, and what stands before a cue is looked at in `_round`.
        sampling = replace(sampling, grammar=None, cues=())
    table = _judge(backend, scene, speaker, history, read, taken, begun, steering)
    table.greedy = not sampling.temperature
    sampling = replace(sampling, logprobs=sampling.logprobs or ranks(sampling))
    tally = _Tally()
    ways = adapter, begun, cues
    yield from _in_rounds(backend, prompt, sampling, ways, table, tally)
    if ranks(sampling):
        order = ranked(tally.done, sampling.n, table.before.last, ranker)
        rest = (at for at in range(sampling.draw) if at not in tally.done)
        yield Ranked((*order, *rest))
    yield tally.cost()


def _judge(
    backend: Backend,
    scene: Scene,
    speaker: Role,
    history: Sequence[Entry],
    read: str,
    taken: Sequence[Entry],
    begun: str,
    steering: Steering,
) -> Judge:
    """What looks at the drawn texts; `read` is what the model reads, but for what steers."""
    names = {name for role in scene.cast for name in (role.name, *role.aliases)}
    labels, lately = _labels(scene, speaker), lately_of(history, speaker)
    words = [words_of(entry) for entry in taken]
    seen = [] if isinstance(backend, Reciter) else parse(read)
    before = before_of(speaker, seen, last_of(history))
    return Judge(speaker, labels, lately, steering, begun, names, words, before)


@dataclass
class _Tally:
    """What has come of a draw so far."""

    done: dict[int, Candidate] = field(default_factory=dict)
    """The candidates by place."""
    ends: list[End] = field(default_factory=list)
    first: float = 0.0
    """Seconds to the first text."""
    started: float = field(default_factory=time.perf_counter)

    def cost(self) -> Cost:
        """What it took."""
        total = time.perf_counter() - self.started
        tokens = sum(end.tokens for end in self.ends)
        if not self.ends:
            return Cost(0, 0, 0, self.first, total)
        # Some servers tell it with the last alone.
        cached = max(end.cached_tokens for end in self.ends)
        return Cost(self.ends[0].prompt_tokens, cached, tokens, self.first, total)


def _in_rounds(
    backend: Backend,
    prompt: Prompt,
    sampling: Sampling,
    ways: tuple[str | None, str, Sequence[str]],
    table: Judge,
    tally: _Tally,
) -> Generator[Update]:
    """Draw for every place, and again for those whose text was refused; `ways` are the adapter,
    the beginning and the cues. Where there is a choice, no place is drawn for again that is not
    needed, nor where the likeliest tokens are taken, which would be the same again."""
    places = list(range(max(sampling.n, sampling.draw)))
    rounds = REDRAWS if sampling.temperature else 0
    for round_ in range(rounds + 1):
        seed = None if sampling.seed is None else sampling.seed + 7919 * round_
        again = round_ < rounds
        refused: list[int] = []
        asked = replace(sampling, n=len(places), seed=seed)
        with closing(_round(backend, prompt, asked, *ways)) as lines:
            for line in lines:
                if isinstance(line, Progress):
                    yield line
                    continue
                row, text, end = line
                tally.first = tally.first or time.perf_counter() - tally.started
                place = places[row]
                if end is None:
                    yield CandidateDelta(place, text)
                    continue
                tally.ends.append(end)
                candidate, why = table.judge(text, end)
                if candidate is not None:
                    tally.done[place] = candidate
                    yield Done(place, candidate)
                else:
                    refused.append(place)
                    yield Rejected(place, why, again)
        if not refused or (ranks(sampling) and len(tally.done) >= sampling.n):
            break
        places = refused


def _round(
    backend: Backend,
    prompt: Prompt,
    sampling: Sampling,
    adapter: str | None,
    begun: str,
    cues: Sequence[str],
) -> Generator[tuple[int, str, End | None] | Progress]:
    """Each row's text so far, cut at the first stop whatever the backend sends; a greedy one, which
    finds no way out of a circle, where it begins to repeat itself."""
    scanners = [StopScanner(sampling.stop, cues, begun) for __ in range(sampling.n)]
    texts, prompt_tokens = [begun] * sampling.n, 0
    with closing(backend.generate(prompt, sampling, adapter)) as deltas:
        for delta in deltas:
            if isinstance(delta, Progress):
                prompt_tokens = delta.total
                yield delta
                continue
            row, text, end = delta
            scanner = scanners[row]
            more = scanner.push(UNPRINTABLE.sub("", text.translate(_BLANKS)))
            if end is not None and scanner.stopped and end.finish == "length":
                end = replace(end, finish="stop")
            elif end is not None:
                more += scanner.flush()
            texts[row] += more
            if not sampling.temperature and (first := before_loop(texts[row])) is not None:
                tokens = backend.count(texts[row].removeprefix(begun))
                backend.notices.append(
                    _(
                        "at temperature 0 the line went round in a circle, and was stopped; a "
                        "higher temperature draws others"
                    )
                )
                yield row, first, End("length", tokens, prompt_tokens, 0)
                return
            if more or end is not None:
                yield row, texts[row], end


def drawn(updates: Iterator[Update]) -> list[Candidate]:
    """All candidates of a draw, in the order of their places."""
    done = {update.place: update.candidate for update in updates if isinstance(update, Done)}
    return [done[place] for place in sorted(done)]
