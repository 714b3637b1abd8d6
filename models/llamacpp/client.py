"""What llama.cpp's server is asked beside draws: how likely texts are, and whether it computes."""

from collections.abc import Mapping, Sequence
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.llamacpp.http import JsonPoster
from models.llamacpp.requests import utf8

LISTED = 50_000
"""Likeliest tokens among which a part of a character is looked for."""
CERTAIN = 10_000.0
"""What is added to the logits of the tokens of a text that is forced."""

Scales = Sequence[Mapping[str, float]]
"""How much of each adapter is added, as the server takes it."""


class LlamaServerClient:
    """Asks by `client`. Each question may raise `KnownError`."""

    def __init__(self, poster: JsonPoster) -> None:
        self._poster = poster

    def check(self, before: Sequence[int], scales: Scales) -> None:
        """Raise `KnownError` where what follows `before` has no probability, but NaN."""
        body = {"prompt": list(before), "n_predict": 1, "n_probs": 1, "temperature": 0.0}
        answer = self._poster.ask("/completion", body | {"lora": scales})
        for one in answer.get("completion_probabilities") or ():
            self._logprob(one)

    def empty(self, sequence: int, ids: Sequence[int]) -> None:
        """Have a sequence hold nothing but `ids`, which are few."""
        body = {"prompt": list(ids), "n_predict": 0, "id_slot": sequence, "cache_prompt": False}
        self._poster.ask("/completion", body)

    def score(self, before: Sequence[int], reply: str, ids: Sequence[int], scales: Scales) -> float:
        """The log-probability of the `ids` of a reply after those before it, forced one by one.

        A grammar of the exact text and a bias to its own tokens leave nothing to draw; the
        probabilities told are those over the whole vocabulary, before any sampling.
        """
        if not ids:
            return 0.0
        body = {
            "prompt": list(before),
            "n_predict": len(ids),
            "grammar": f"root ::= {_literal(utf8(reply))}",
            "logit_bias": [[token, CERTAIN] for token in sorted(set(ids))],
            "n_probs": 1,
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": scales,
        }
        try:
            probabilities = self._poster.ask("/completion", body).get(
                "completion_probabilities", ()
            )
        except KnownError:
            self.check(before, scales)  # a grammar fails on what is drawn from NaN
            raise
        if [one["id"] for one in probabilities] == list(ids):
            return sum(map(self._logprob, probabilities))
        return sum(
            self._listed([*before, *ids[:at]], token, scales) for at, token in enumerate(ids)
        )

    def _listed(self, before: Sequence[int], token: int, scales: Scales) -> float:
        """The log-probability of `token` among those likely after `before`: for tokens that are
        part of a character, of which llama.cpp tells nothing when they are drawn."""
        body = {
            "prompt": list(before),
            "n_predict": 1,
            "n_probs": LISTED,
            "grammar": 'root ::= "\\n"',
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": scales,
        }
        tokens = self._poster.ask("/completion", body).get("completion_probabilities") or [{}]
        for one in tokens[0].get("top_logprobs", ()):
            if one["id"] == token:
                return self._logprob(one)
        raise KnownError(
            _(
                "{name}: a character of the text to be scored is not among the {count:,} likeliest "
                "tokens in its place; write that character otherwise",
                name=self._poster.name,
                count=LISTED,
            )
        )

    def _logprob(self, told: Mapping[str, Any]) -> float:
        """A log-probability; JSON has no NaN, so that `null` stands for it."""
        if (logprob := told.get("logprob")) is None:
            raise _not_a_number(self._poster.name)
        return float(logprob)


def _not_a_number(name: str) -> KnownError:
    """What is said of a model whose logits are NaN."""
    return KnownError(
        _(
            "{name}: the model computes NaN instead of probabilities; its weights or those of an "
            "adapter are damaged, or overflow on this device: fetch them again, or try another "
            "quantization",
            name=name,
        )
    )


def _literal(text: str) -> str:
    """A text as GBNF writes it."""
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return f'"{"".join(plain.get(sign, sign) for sign in text)}"'
