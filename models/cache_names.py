"""The two names of a model's KV cache: `cache` in transformers from 5.24, `past_key_values` before.

Whoever calls a model passes its cache as `cache_argument` says; a model of ours takes both names.
"""

import functools
import inspect
from dataclasses import fields
from typing import Any

from transformers import Cache
from transformers.modeling_outputs import CausalLMOutputWithPast

from base.errors import KnownError
from base.messages import _, series

OLD = "past_key_values"
NAMES = ("cache", OLD)

OUTPUT = next(name for name in NAMES if name in {f.name for f in fields(CausalLMOutputWithPast)})
"""The name under which the installed transformers returns a cache."""


def cache_argument(kind: type, cache: Any) -> dict[str, Any]:
    """`cache` as the keyword argument that models of this kind take it by."""
    return {_argument(kind): cache}


@functools.cache
def _argument(kind: Any) -> str:
    taken = inspect.signature(kind.forward).parameters
    return next((name for name in NAMES if name in taken), OUTPUT)


def cache_of(output: Any) -> Any:
    """The cache that a model returned."""
    return getattr(output, OUTPUT)


def given_cache(cache: Any, others: dict[str, Any]) -> Any:
    """The cache that a forward was given as `cache` or, among its `others`, by the old name.

    The old name is taken out of `others`. PEFT 0.21 sends its prefix by the old name beside the
    cache that `generate` keeps by the new one: what holds more is what goes on. Raises `KnownError`
    for a cache by a third name, since a model that overlooked it would answer without its past.
    """
    old = others.pop(OLD, None)
    for name, value in others.items():
        if isinstance(value, Cache):
            raise KnownError(
                _(
                    "{name}: a cache by an unknown name; expected one of {names}",
                    name=name,
                    names=series(NAMES),
                )
            )
    if cache is None or old is None:
        return old if cache is None else cache
    return max(cache, old, key=lambda one: one.get_seq_length())
