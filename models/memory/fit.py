"""Whether a model fits into memory for what is planned with it, and what to change where not.

Nothing is loaded and torch is not imported.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import KnownError
from base.messages import _, _n, rendered
from base.text import shown
from models.memory.shape import Shape
from models.memory.shapes import shape_of
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
        names = {"model": self.model, "need": _gib(self.total)}
        if self.memory is None:
            return _("{model} needs {need}", **names)
        memory = _gib(self.memory)
        if self.fits:
            return _("{model} needs {need} and fits into {memory}", **names, memory=memory)
        if not self.advice:
            return _(
                "{model} needs {need}, more than {memory}; only a smaller model would fit",
                **names,
                memory=memory,
            )
        return _(
            "{model} needs {need}, more than {memory}: {advice}",
            **names,
            memory=memory,
            advice="; ".join(map(rendered, self.advice)),
        )


def fit(model: str | Path, plan: MemoryPlan, memory: int | None = None) -> Fit:
    """The arithmetic for a known model's name or a checkpoint's folder.

    Raises `KnownError` for an unknown model or a context longer than the model's.
    """
    shape = shape_of(model)
    if not 0 < plan.context <= shape.context:
        raise KnownError(
            _(
                "{model}: a context of {context} tokens, expected 1 to {most}",
                model=shape.name,
                context=plan.context,
                most=shape.context,
            )
        )
    if shape.file and not plan.train and plan.quantization != "none":
        raise KnownError(
            _(
                "{model}: a GGUF is quantized already; leave the quantization out",
                model=shape.name,
            )
        )
    if shape.bits < 16 and plan.quantization != "none" and plan.quantization != f"int{shape.bits}":
        raise KnownError(
            _(
                "{model}: its weights are stored as int{bits}, so {quantization} is not possible; "
                "leave the quantization out",
                model=shape.name,
                bits=shape.bits,
                quantization=plan.quantization,
            )
        )
    items = tuple(needs(shape, plan))
    estimate = Fit(shape.name, plan, items, memory)
    if estimate.fits is not False:
        return estimate
    return replace(estimate, advice=tuple(_advice(shape, plan, memory or 0)))


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
        raise KnownError(_("memory {text}: expected a size such as 8G or 900M", text=shown(text)))
    return int(size)


def _advice(shape: Shape, plan: MemoryPlan, memory: int) -> Iterator[str]:
    """Changes of one thing each that make the plan fit; else the best of all of them together."""

    def total(changed: MemoryPlan) -> int:
        return sum(item.bytes for item in needs(shape, changed))

    if plan.train and plan.adapter == "full":
        plan = replace(plan, adapter="lora")
        if total(plan) <= memory:
            yield _("{change} would fit", change="method: lora")
            return
    quantised = _quantised(shape, plan)
    for quantization in quantised:
        if total(replace(plan, quantization=quantization)) <= memory:
            yield _("{change} would fit", change=_quantization_words(plan, quantization))
            break
    if plan.train and not plan.checkpointing:
        plan = replace(plan, checkpointing=plan.adapter != "prefix")
        if plan.checkpointing and total(plan) <= memory:
            yield _("{change} would fit", change="gradient_checkpointing: true")
            return
    for context in _smaller(plan.context):
        if total(replace(plan, context=context)) <= memory:
            yield _shorter(plan, context)
            break
    for n in range(plan.n - 1, 0, -1):
        if not plan.train and total(replace(plan, n=n)) <= memory:
            yield _n("{n} candidate at once would fit", "{n} candidates at once would fit", n)
            break
    smallest = replace(plan, quantization=quantised[-1] if quantised else plan.quantization)
    if quantised and total(smallest) > memory:
        for context in _smaller(plan.context):
            if total(replace(smallest, context=context)) <= memory:
                yield _(
                    "{change} with {context} would fit",
                    change=_quantization_words(plan, smallest.quantization),
                    context=_context_words(plan, context),
                )
                break


def _quantization_words(plan: MemoryPlan, quantization: Quantization) -> str:
    if plan.train:
        return "method: qlora"
    return _("quantization {quantization}", quantization=quantization)


def _context_words(plan: MemoryPlan, context: int) -> str:
    if plan.train:
        return f"batch_tokens: {context}"
    return _("a context of {context}", context=context)


def _shorter(plan: MemoryPlan, context: int) -> str:
    words = _context_words(plan, context)
    if plan.train and plan.checkpointing:
        return _("{change} with gradient_checkpointing: true would fit", change=words)
    return _("{change} would fit", change=words)


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
