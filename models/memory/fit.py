"""Whether a model fits into memory for what is planned with it, and what to change where not.

Nothing is loaded and torch is not imported.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _
from models.memory.shapes import Shape, shape_of
from models.memory.usage import (
    CACHE_BLOCK,
    MemoryItem,
    MemoryPlan,
    Quantization,
    needs,
    stored_bits,
)

GIB = 1 << 30


@dataclass(frozen=True)
class Fit:
    """What a plan needs, line by line, and what would make it fit where it does not."""

    model: str
    plan: MemoryPlan
    items: tuple[MemoryItem, ...]
    memory: int | None
    """Bytes there are; None where nobody said."""
    advice: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Bytes needed at the worst moment."""
        return sum(item.bytes for item in self.items)

    @property
    def fits(self) -> bool | None:
        """Whether it fits; None where the memory is not known."""
        return None if self.memory is None else self.total <= self.memory

    @property
    def verdict(self) -> str:
        """One line for a person."""
        need = f"{self.model} needs {_gib(self.total)}"
        if self.memory is None:
            return need
        if self.fits:
            return f"{need} and fits into {_gib(self.memory)}"
        change = "; ".join(self.advice) or "nothing short of a smaller model would make it fit"
        return f"{need}, more than {_gib(self.memory)}: {change}"


def fit(model: str | Path, plan: MemoryPlan, memory: int | None = None) -> Fit:
    """The arithmetic for a known model's name or a checkpoint's folder.

    Raises `KnownError` for an unknown model or a context longer than the model's.
    """
    shape = shape_of(model)
    if not 0 < plan.context <= shape.context:
        raise KnownError(
            _(
                "context {context} for {shape}: expected 1 to {context2}",
                context=plan.context,
                shape=shape.name,
                context2=shape.context,
            )
        )
    if shape.file and not plan.train and plan.quantization != "none":
        raise KnownError(
            _(
                "{shape}: a GGUF, which is quantised already; leave the quantization out",
                shape=shape.name,
            )
        )
    if shape.bits < 16 and plan.quantization != "none" and plan.quantization != f"int{shape.bits}":
        raise KnownError(
            _(
                "{shape}: already stored as int{bits}, asked for {quantization}; leave the "
                "quantization out",
                shape=shape.name,
                bits=shape.bits,
                quantization=plan.quantization,
            )
        )
    items = tuple(needs(shape, plan))
    found = Fit(shape.name, plan, items, memory)
    if found.fits is not False:
        return found
    return replace(found, advice=tuple(_advice(shape, plan, memory or 0)))


def parse_memory(text: str) -> int:
    """Bytes of `8G`, `7.5GB`, `900M` or a plain number of bytes; raises `KnownError`."""
    units = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": GIB, "T": GIB << 10}
    number = text.strip().upper().removesuffix("IB").removesuffix("B")
    unit = number[-1:] if number[-1:] in "KMGT" else ""
    try:
        size = float(number.removesuffix(unit)) * units[unit]
    except ValueError:
        size = 0
    if not 0 < size < float("inf"):
        raise KnownError(_("memory {text!r}: expected a size such as 8G or 900M", text=text))
    return int(size)


def _advice(shape: Shape, plan: MemoryPlan, memory: int) -> Iterator[str]:
    """Changes of one thing each that make the plan fit; else the best of all of them together."""

    def total(changed: MemoryPlan) -> int:
        return sum(item.bytes for item in needs(shape, changed))

    quantised = _quantised(shape, plan)
    for quantization in quantised:
        if total(replace(plan, quantization=quantization)) <= memory:
            yield "method: qlora fits" if plan.train else f"quantization {quantization} fits"
            break
    if plan.train and not plan.checkpointing:
        plan = replace(plan, checkpointing=plan.adapter != "prefix")
        if plan.checkpointing and total(plan) <= memory:
            yield "checkpointing: true fits"
            return
    for context in _smaller(plan.context):
        if total(replace(plan, context=context)) <= memory:
            with_it = ", with checkpointing," if plan.train and plan.checkpointing else ""
            what = f"batch_tokens: {context}{with_it}" if plan.train else f"a context of {context}"
            yield f"{what} fits"
            break
    for n in range(plan.n - 1, 0, -1):
        if not plan.train and total(replace(plan, n=n)) <= memory:
            yield f"{n} candidates at once fit"
            break
    smallest = replace(plan, quantization=quantised[-1] if quantised else plan.quantization)
    if quantised and total(smallest) > memory:
        for context in _smaller(plan.context):
            if total(replace(smallest, context=context)) <= memory:
                small = f"batch_tokens: {context}" if plan.train else f"a context of {context}"
                how = "method: qlora" if plan.train else f"quantization {smallest.quantization}"
                yield f"{how} with {small} fits"
                break


def _quantised(shape: Shape, plan: MemoryPlan) -> list[Quantization]:
    """What the weights could be held in instead; training knows NF4 alone, for LoRA on a GPU."""
    if stored_bits(shape, plan) < 16 or (shape.file and not plan.train):
        return []
    if plan.train:
        return ["int4"] if plan.adapter == "lora" and plan.device == "cuda" else []
    return ["int8", "int4"]


def _smaller(context: int) -> range:
    """Shorter contexts worth a try, the longest first."""
    return range((context - 1) // CACHE_BLOCK * CACHE_BLOCK, 0, -CACHE_BLOCK)


def _gib(size: int) -> str:
    return f"{size / GIB:.2f} GiB"
