"""Asks a server how likely a text is after a prompt, in the way that its dialect has for it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from base.errors import KnownError
from base.messages import _
from models.llamacpp.client import LlamaServerClient
from models.llamacpp.tokens import Tokens, behind
from models.server.endpoint import Endpoint
from models.server.event import finite, mapping, whole
from models.server.listing import ServedModel

TOGETHER = 16_384
"""Tokens of the prompts that are asked about in one request, unless one alone has more."""

Pairs = Sequence[tuple[str, str]]
"""Prompts, each with the reply that follows it."""
Fields = Mapping[str, Any]
"""What a request says of the model, and of the adapter."""


class Scoring(Protocol):
    """A way to be told likelihoods."""

    def score(self, pairs: Pairs, fields: Fields, context: int) -> list[float]:
        """The natural log-probability of each reply. Raises `KnownError`."""
        ...


def scoring_of(endpoint: Endpoint, found: ServedModel) -> Scoring | None:
    """The way of this server's dialect; `None` where it has none."""
    if found.dialect.scores == "prompt_logprobs":
        return PromptLogprobs(endpoint, found.model)
    if found.dialect.scores == "forced":
        return Forced(endpoint, found.model)
    return None


class PromptLogprobs:
    """Sends prompt and reply together, and adds up what vLLM tells of the reply's tokens."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self._endpoint, self._model = endpoint, model
        self._before = lru_cache(maxsize=16)(self._ids)

    def score(self, pairs: Pairs, fields: Fields, context: int) -> list[float]:
        texts = [self._joined(prompt, reply) for prompt, reply in pairs]
        for before, after in texts:
            _check_length(self._model, len(before) + len(after) + 1, context)  # one is drawn
        scores = [0.0] * len(texts)
        scored = [at for at, (__, after) in enumerate(texts) if after]
        for some in _together(scored, [len(before) + len(after) for before, after in texts]):
            logprobs = self._told([[*texts[at][0], *texts[at][1]] for at in some], fields)
            for place, at in enumerate(some):
                scores[at] = self._sum(logprobs.get(place), *texts[at])
        return scores

    def _told(self, prompts: Sequence[list[int]], fields: Fields) -> dict[int | None, object]:
        """What the server tells of each prompt's tokens, by its place."""
        body = {
            **fields,
            "prompt": prompts,
            "prompt_logprobs": 0,
            "max_tokens": 1,
            "temperature": 0,
        }
        answer = self._endpoint.post("/completions", body, computes=True)
        if not answer.is_success:
            raise KnownError(self._endpoint.refusal(answer))
        choices = mapping(answer.json()).get("choices")
        return {
            whole(one.get("index")): one.get("prompt_logprobs")
            for one in map(mapping, choices if isinstance(choices, list) else ())
        }

    def _sum(self, told: object, before: Sequence[int], after: Sequence[int]) -> float:
        entries = told if isinstance(told, list) else []
        logprobs = [
            finite(mapping(mapping(entry).get(str(token))).get("logprob"))
            for entry, token in zip(entries[len(before) :], after, strict=False)
        ]
        known = [one for one in logprobs if one is not None]
        if len(known) < len(after):
            raise KnownError(
                _(
                    "{address}: it does not say how likely the tokens of a prompt are "
                    "(prompt_logprobs), as vLLM does; if it is another server, put "
                    "?dialect=common behind its address",
                    address=self._endpoint.shown,
                )
            )
        return sum(known)

    def _joined(self, prompt: str, reply: str) -> tuple[list[int], list[int]]:
        """The ids of a prompt, and those of the reply behind it."""
        before = self._before(prompt)
        after = behind(before, self._ids(prompt + reply), lambda: self._ids(reply, False))
        return before, after

    def _ids(self, text: str, beginning: bool = True) -> list[int]:
        body = {"model": self._model, "prompt": text, "add_special_tokens": beginning}
        answer = self._endpoint.post("/tokenize", body, of_root=True)
        ids = mapping(answer.json()).get("tokens")
        if not isinstance(ids, list) or any(whole(one) is None for one in ids):
            raise KnownError(
                _(
                    "{address}: it does not give the tokens of a text",
                    address=self._endpoint.shown,
                )
            )
        return ids


class Forced:
    """Has llama-server draw the reply's own tokens, and adds up how likely each was."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        asker = EndpointPoster(endpoint, model)
        self._model = model
        self._tokens, self._scoring = Tokens(asker), LlamaServerClient(asker)
        self._before = lru_cache(maxsize=16)(self._tokens.beginning)

    def score(self, pairs: Pairs, fields: Fields, context: int) -> list[float]:
        scores = []
        for prompt, reply in pairs:
            before = self._before(prompt)
            together = self._tokens.beginning(prompt + reply)
            after = behind(before, together, lambda: self._tokens.ids([reply])[0])  # noqa: B023
            _check_length(self._model, len(before) + len(after), context)
            scores.append(self._scoring.score(before, reply, after, fields.get("lora", ())))
        return scores


class EndpointPoster:
    """Passes questions to llama-server at an endpoint."""

    def __init__(self, endpoint: Endpoint, model: str) -> None:
        self.name = model
        self._endpoint = endpoint

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What it answers at `path` above its API. Raises `KnownError`."""
        answer = self._endpoint.post(
            path, dict(body) | {"model": self.name}, of_root=True, computes=True
        )
        if not answer.is_success:
            raise KnownError(self._endpoint.refusal(answer))
        return dict(mapping(answer.json()))


def _together(places: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts in groups that are asked about in one request."""
    some: list[int] = []
    for at in places:
        if some and sum(lengths[one] for one in some) + lengths[at] > TOGETHER:
            yield some
            some = []
        some.append(at)
    if some:
        yield some


def _check_length(model: str, length: int, context: int) -> None:
    if length > context:
        raise KnownError(
            _(
                "{model}: prompt and reply have {length} tokens, the context has {context}; "
                "shorten them",
                model=model,
                length=length,
                context=context,
            )
        )
