"""What llama.cpp's server is asked beside draws: the tokens of texts, and how likely they are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from models.errors import ModelError
from models.llamacpp_requests import message, one_line, utf8

PATIENCE = 300.0
"""Seconds to wait for an answer that is no draw."""
COUNTED_AT_ONCE = 512
"""Texts whose tokens are asked for in one request."""
NO_TOKEN = -1
SPECIAL = re.compile(r"[<\[|]")
"""What every special token of the known models holds, as in `<bos>`, `[gMASK]`, `<|im_end|>`."""
LISTED = 50_000
"""Likeliest tokens among which a part of a character is looked for."""
CERTAIN = 10_000.0
"""What is added to the logits of the tokens of a text that is forced."""

Scales = Sequence[Mapping[str, float]]
"""How much of each adapter is added, as the server takes it."""


class Questions:
    """A client of the server at `address`; `name` is the model's, for errors. Each question may
    raise `ModelError`."""

    def __init__(self, address: str, key: str, name: str, context: int) -> None:
        self._name = name
        self._context = context
        self._http = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )

    @property
    def address(self) -> tuple[str, str]:
        """Where the model is served, and the key."""
        return str(self._http.base_url), self._http.headers["Authorization"].split()[1]

    def close(self) -> None:
        self._http.close()

    def count(self, text: str) -> int:
        """Tokens of `text`, without the one that begins every prompt."""
        return len(self._tokens(utf8(text)))

    def _tokens(self, text: str) -> list[int]:
        """Ids of `text`, without the one that begins every prompt."""
        found: list[int] = self._ask("/tokenize", {"content": text})["tokens"]
        return found

    def _ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """What the server in this process answers to a question that is no draw."""
        try:
            try:
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            except httpx.RemoteProtocolError:  # an idle connection closed just as it was used
                answer = self._http.post(path, json=body, timeout=PATIENCE)
            told: dict[str, Any] = answer.json()
            if answer.is_success:
                return told
        except (httpx.HTTPError, RuntimeError, ValueError) as error:
            raise ModelError(f"{self._name}: cannot {path[1:]}: {one_line(error)}") from error
        raise ModelError(f"{self._name}: llama.cpp failed at {path}: {message(told)}")

    def counts(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text, asked for in few requests.

        llama.cpp seeks each special token in each text, most of its time; where no sign stands
        that all special tokens have, it is told not to.
        """
        found = dict.fromkeys(texts, 0)
        for special in (False, True):
            kind = [text for text in found if bool(SPECIAL.search(text)) is special]
            for start in range(0, len(kind), COUNTED_AT_ONCE):
                chunk = kind[start : start + COUNTED_AT_ONCE]
                found.update(zip(chunk, self._counted(chunk, special), strict=True))
        return [found[text] for text in texts]

    def _counted(self, texts: Sequence[str], special: bool) -> Iterator[int]:
        """Tokens of texts, behind each of which a mark stands that is no token's id."""
        marked = [part for text in texts for part in (utf8(text), NO_TOKEN)]
        body = {"content": marked, "parse_special": special}
        tokens = 0
        for token in self._ask("/tokenize", body)["tokens"]:
            if token == NO_TOKEN:
                yield tokens
            tokens = 0 if token == NO_TOKEN else tokens + 1

    def score(self, prompt: str, replies: Sequence[str], scales: Scales) -> list[float]:
        """The log-probability of each reply after the prompt, its tokens being forced one by one.

        A grammar of the exact text and a bias to its own tokens leave nothing to draw; the
        probabilities told are those over the whole vocabulary, before any sampling.
        """
        before = self.ids(prompt)
        return [self._score(before, prompt, reply, scales) for reply in replies]

    def _score(self, before: list[int], prompt: str, reply: str, scales: Scales) -> float:
        ids = self.ids(prompt + reply)
        joined = ids[: len(before)] == before
        after = ids[len(before) :] if joined else self._tokens(utf8(reply))
        if len(before) + len(after) > self._context:
            raise ModelError(
                f"{self._name}: prompt and reply have {len(before) + len(after)} tokens and "
                f"the context {self._context}; shorten them"
            )
        return self._forced(before, utf8(reply), after, scales) if after else 0.0

    def _forced(
        self, before: Sequence[int], reply: str, ids: Sequence[int], scales: Scales
    ) -> float:
        body = {
            "prompt": before,
            "n_predict": len(ids),
            "grammar": f"root ::= {_literal(reply)}",
            "logit_bias": [[token, CERTAIN] for token in sorted(set(ids))],
            "n_probs": 1,
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": scales,
        }
        told = self._ask("/completion", body).get("completion_probabilities", ())
        if [one["id"] for one in told] == list(ids):
            return sum(float(one["logprob"]) for one in told)
        return sum(
            self._listed([*before, *ids[:at]], token, scales) for at, token in enumerate(ids)
        )

    def _listed(self, before: Sequence[int], token: int, scales: Scales) -> float:
        """The log-probability of `token` among those likely after `before`: for tokens that are
        part of a character, of which llama.cpp tells nothing when they are drawn."""
        body = {
            "prompt": before,
            "n_predict": 1,
            "n_probs": LISTED,
            "grammar": 'root ::= "\\n"',
            "temperature": 0.0,
            "cache_prompt": True,
            "lora": scales,
        }
        told = self._ask("/completion", body).get("completion_probabilities") or [{}]
        for one in told[0].get("top_logprobs", ()):
            if one["id"] == token:
                return float(one["logprob"])
        raise ModelError(
            f"{self._name}: a sign of the text to be scored is none of the {LISTED:,} tokens "
            "likely there; write it otherwise"
        )

    def ids(self, text: str) -> list[int]:
        """Ids of a text from its beginning, with the one that begins every prompt."""
        body = {"content": utf8(text), "add_special": True}
        found: list[int] = self._ask("/tokenize", body)["tokens"]
        return found


def _literal(text: str) -> str:
    """A text as GBNF writes it."""
    plain = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return f'"{"".join(plain.get(sign, sign) for sign in text)}"'
