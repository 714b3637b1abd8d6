"""Counts tokens as a server does, in few requests: all of a history in one, or by an estimate."""

import math
import re
from collections.abc import Sequence
from typing import Any

from base.errors import KnownError
from base.messages import _
from models.server.dialect import LLAMA_SERVER, Dialect
from models.server.endpoint import Endpoint
from models.server.event import mapping, whole

WORD = re.compile(r"[A-Za-z0-9]+| +")
COUNTED_AT_ONCE = 512
"""Texts whose tokens llama-server is asked for in one request."""
NO_TOKEN = -1
"""Stands between texts that are counted at once; it is no token's id."""
KEPT = 1 << 17
"""Texts whose tokens are kept in mind."""
MARGIN = 1.1
"""By how much an estimate, corrected by what a server counted, stays on the safe side."""


def estimate(text: str) -> int:
    """A guess on the safe side: a token a character, but for Latin words, a token for three."""
    words = WORD.findall(text)
    return len(text) - sum(map(len, words)) + sum(-(-len(word.strip()) // 3) for word in words)


class ServerCounting:
    """The tokens of texts for one model of a server."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect, model: str) -> None:
        """It asks the server's own tokenizer if there is one, and says so in `exact`."""
        self._endpoint = endpoint
        self._dialect = dialect
        self._model = model
        self._known: dict[str, int] = {}
        self._share: float | None = None
        self.exact = dialect.can_tokenize and self._tokens("好") is not None

    def count(self, text: str) -> int:
        if text in self._known:
            return self._known[text]
        if not self.exact:
            return self._guess(text)
        tokens = self._tokens(text)
        if tokens is None:
            raise KnownError(
                _(
                    "{address}: it has stopped counting tokens; is it still running?",
                    address=self._endpoint.shown,
                )
            )
        return self._keep(text, tokens)

    def prime(self, texts: Sequence[str]) -> None:
        """Count what is not known yet, so that `count` need not ask for each. Raises as it does."""
        if not self.exact:
            return
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if self._dialect is not LLAMA_SERVER:
            self._prime_by_share(new)
            return
        for start in range(0, len(new), COUNTED_AT_ONCE):
            some = new[start : start + COUNTED_AT_ONCE]
            for text, tokens in zip(some, self._counted(some), strict=True):
                self._keep(text, tokens)

    def learn(self, text: str, tokens: int) -> None:
        """Correct the estimates by what the server counted for a prompt.

        It is held to unless it proves wrong, so that a history is not trimmed anew at each turn.
        """
        if self.exact or not tokens:
            return
        share = min(1.0, MARGIN * tokens / max(1, estimate(text)))
        if self._share is None or not 0.8 * self._share < share <= self._share:
            self._share = share

    def guess(self, text: str) -> int:
        """The tokens of a text without asking for them."""
        return self._known.get(text) or self._guess(text)

    def _guess(self, text: str) -> int:
        guessed = estimate(text)
        return guessed if self._share is None else math.ceil(guessed * self._share)

    def _keep(self, text: str, tokens: int) -> int:
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[text] = tokens
        return tokens

    def _prime_by_share(self, texts: Sequence[str]) -> None:
        """Count texts as their share of all of them together, which the server counts at once."""
        if len(texts) > 2 and self._share is None:
            tokens, guessed = self._tokens("".join(texts)), sum(map(estimate, texts))
            if tokens is None:
                return
            self._share = min(1.0, tokens / max(1, guessed))
        if self._share is not None:
            for text in texts:
                self._keep(text, self._guess(text))

    def _tokens(self, text: str) -> int | None:
        """Tokens of `text` by the server's `/tokenize`; `None` where it does not say."""
        if self._dialect is LLAMA_SERVER:
            body: dict[str, Any] = {"content": text, "add_special": False}
        else:
            body = {"model": self._model, "prompt": text, "add_special_tokens": False}
        found = self._asked(body)
        tokens = found.get("tokens")
        return len(tokens) if isinstance(tokens, list) else whole(found.get("count"))

    def _counted(self, texts: Sequence[str]) -> list[int]:
        """Tokens of texts, behind each of which a mark stands that is no token's id."""
        content = [part for text in texts for part in (text, NO_TOKEN)]
        tokens = self._asked({"content": content, "add_special": False}).get("tokens")
        counts, since = [], 0
        for token in tokens if isinstance(tokens, list) else ():
            since += 1
            if token == NO_TOKEN:
                counts.append(since - 1)
                since = 0
        if len(counts) != len(texts):
            return [found for text in texts if (found := self._tokens(text)) is not None]
        return counts

    def _asked(self, body: dict[str, Any]) -> Any:
        answer = self._endpoint.post("/tokenize", body, of_root=True)
        return mapping(answer.json())
