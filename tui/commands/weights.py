"""`paotuan models fit` and `convert`: whether weights fit into memory, and writing them anew."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from base.extras import not_installed
from base.messages import _, _n
from tui.commands import options
from tui.commands.group import one_of
from tui.commands.writing import not_over
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from models.memory.fit import Fit

MIB = 1 << 20
FORMS = {
    "folder": ("float16", "bfloat16", "float32"),
    "gguf-lora": ("float16", "float32"),
    "hf": ("float16", "bfloat16", "float32"),
}
"""What `convert` writes, and the types that its weights may have."""


def fit(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A known model's name, or a checkpoint's folder.")
    ],
    context: Annotated[
        int,
        typer.Option(
            "--context", metavar="TOKENS", help="Tokens of the prompt and a candidate together."
        ),
    ] = 2048,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Candidates drawn side by side.")] = 5,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="TOKENS", help="Most tokens of a candidate.")
    ] = 96,
    quantization: Annotated[
        str,
        typer.Option(
            "--quantization", metavar="none|int8|int4", help="The quantization of the weights."
        ),
    ] = "none",
    adapter: Annotated[
        str | None,
        typer.Option("--adapter", metavar="lora|prefix", help="With an adapter of this kind."),
    ] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Estimate for training, not for drawing.")
    ] = False,
    device: Annotated[
        str, typer.Option("--device", metavar="cuda|cpu", help="The device that it is to run on.")
    ] = "cuda",
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory", metavar="SIZE", help="Such as 8G; by default that of this machine."
        ),
    ] = None,
    as_data: options.Json = False,
) -> None:
    """Say whether a model fits into memory, line by line, and what to change if it does not."""
    from models.memory.fit import fit as reckon
    from models.memory.usage import Adapter, MemoryPlan, Quantization

    _check(n, max_tokens, quantization, device, adapter)
    plan = MemoryPlan(
        context=context,
        n=n,
        max_tokens=max_tokens,
        quantization=cast(Quantization, quantization),
        adapter=cast(Adapter | None, adapter),
        train=train,
        device="cuda" if device == "cuda" else "cpu",
        dtype_bytes=2 if device == "cuda" else 4,
    )
    with given():
        estimate = reckon(model, plan, _memory(memory, device))
    _show(estimate, as_data)
    if estimate.fits is False:
        raise typer.Exit(1)


def _memory(size: str | None, device: str) -> int | None:
    """Bytes of the memory that is asked about, else of this machine's; `None` where it has none."""
    from models.memory.fit import parse_memory
    from models.memory.machine import machine_memory

    main, gpu = machine_memory()
    return parse_memory(size) if size else (gpu if device == "cuda" else main) or None


def _check(n: int, max_tokens: int, quantization: str, device: str, adapter: str | None) -> None:
    """Raise `BadInput` for what is out of range."""
    one_of(quantization, ("none", "int8", "int4"), "quantization")
    one_of(device, ("cuda", "cpu"), "device")
    if adapter is not None:
        one_of(adapter, ("lora", "prefix"), "adapter")
    if n < 1 or max_tokens < 1:
        raise BadInput(_("-n and --max-tokens: expected at least 1"))


def _show(fits: "Fit", as_data: bool) -> None:
    if as_data:
        head = {"model": fits.model, "total": fits.total, "memory": fits.memory}
        items = {item.what: item.bytes for item in fits.items}
        rest = {"items": items, "advice": list(fits.advice), "plan": asdict(fits.plan)}
        as_json(head | {"fits": fits.fits} | rest, 2)
        return
    rows = [(_(item.what), f"{item.bytes / MIB:,.0f} MiB") for item in fits.items if item.bytes]
    columns([*rows, (_("together"), f"{fits.total / MIB:,.0f} MiB")])
    word(fits.verdict)


def convert(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="An official checkpoint or hub id; an adapter; for hf a GGUF or a known model.",
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The new folder, or GGUF file.")],
    to: Annotated[
        str, typer.Option("--to", metavar="|".join(FORMS), help="What to write.")
    ] = "folder",
    keep_quantised: Annotated[
        bool, typer.Option("--keep-quantised", help="Leave int8 and int4 weights as they are.")
    ] = False,
    dtype: Annotated[
        str | None,
        typer.Option(
            "--dtype", metavar="float16|bfloat16|float32", help="The data type of the new weights."
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--base", metavar="MODEL", help="The base of an adapter, if it names another place."
        ),
    ] = None,
) -> None:
    """Write a ChatGLM checkpoint as safetensors, a P-tuning checkpoint as a PEFT folder, a LoRA in
    PEFT layout as a GGUF for llama.cpp, or a GGUF model as a folder for vLLM and transformers."""
    one_of(to, FORMS, "form")
    if dtype is not None:
        one_of(dtype, FORMS[to], "dtype")
    if keep_quantised and to != "folder":
        raise BadInput(_("--keep-quantised is for ChatGLM checkpoints; leave it out"))
    if base is not None and to != "gguf-lora":
        raise BadInput(_("--base is for --to gguf-lora; leave it out"))
    not_over(out, [source, *([base] if base else [])], "OUT")
    try:
        with given():
            sentence, written = _convert(source, out, to, keep_quantised, dtype, base)
    except ModuleNotFoundError as error:
        extra = "train" if error.name == "gguf" else "local"
        raise BadInput(not_installed(error.name, extra)) from error
    word(sentence)
    data(str(written))


def _convert(
    source: str, out: Path, to: str, keep_quantised: bool, dtype: str | None, base: str | None
) -> tuple[str, Path]:
    """What was written, in a sentence, and where."""
    if to == "gguf-lora":
        from models.gguf.lora import write_gguf_lora

        lora = write_gguf_lora(source, out, base, "float32" if dtype == "float32" else "float16")
        sentence = _n(
            "{n} layer of a {architecture} LoRA for {base}",
            "{n} layers of a {architecture} LoRA for {base}",
            lora.pairs,
            architecture=lora.architecture,
            base=lora.base,
        )
        return sentence, lora.path
    if to == "hf":
        from models.gguf.folder import convert_gguf, find_gguf

        folder = convert_gguf(find_gguf(source), out, dtype or "bfloat16")
        names = {"architecture": folder.architecture, "dtype": folder.dtype}
        return _("{architecture} in {dtype}", **names), folder.path
    from models.chatglm.convert import convert as write

    done = write(source, out, keep_quantised=keep_quantised, dtype=dtype)
    return f"{done.layout}: {done.note}", done.folder
