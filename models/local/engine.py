"""The optional parts of the engine: faster ways to what the model's own forward computes anyway.

Each can be switched off, by `without` where a model is opened or by the environment, to compare
with it or to find a fault. Gains are measured: see `docs/benchmarks.md`; what gains less than 1.3
times is not kept.
"""

import os
from collections.abc import Collection

from base.errors import KnownError
from base.messages import _, series

OPTIONAL = {
    "fast_step": "steps of GLM, Llama, Qwen 3 and Gemma 3 in float32 on a CPU, of fewer calls",
}
"""The parts by the names of their modules, and what each of them does."""
SWITCH = "PAOTUAN_WITHOUT"
"""The environment variable that names parts to leave out, with commas between them."""


def chosen_parts(without: Collection[str] = ()) -> frozenset[str]:
    """The parts that are on. Raises `KnownError` for a name that is none of them."""
    from_environment = filter(
        None, (name.strip() for name in os.environ.get(SWITCH, "").split(","))
    )
    left_out = {*without, *from_environment}
    for name in sorted(left_out - OPTIONAL.keys()):
        raise KnownError(
            _(
                "the engine has no optional part {name}; those that can be left out are {parts}",
                name=name,
                parts=series(OPTIONAL),
            )
        )
    return frozenset(OPTIONAL.keys() - left_out)
