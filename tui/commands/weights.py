"""`paotuan models fit` and `convert`: whether weights fit into memory, and writing them anew."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast

import typer

from tui.commands import options
from tui.commands.group import one_of
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word

MIB = 1 << 20


def fit(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A known model's name, or a checkpoint's folder.")
    ],
    context: Annotated[
        int, typer.Option("--context", metavar="TOKENS", help="Prompt and candidate together.")
    ] = 2048,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Candidates drawn side by side.")] = 5,
    max_tokens: Annotated[
        int, typer.Option("--max-tokens", metavar="TOKENS", help="Longest candidate.")
    ] = 96,
    quantization: Annotated[
        str, typer.Option("--quantization", metavar="none|int8|int4", help="Of the weights.")
    ] = "none",
    adapter: Annotated[
        str | None, typer.Option("--adapter", metavar="lora|prefix", help="With such an adapter.")
    ] = None,
    train: Annotated[bool, typer.Option("--train", help="Train it, rather than draw.")] = False,
    device: Annotated[
        str, typer.Option("--device", metavar="cuda|cpu", help="Where it is to run.")
    ] = "cuda",
    memory: Annotated[
        str | None,
        typer.Option("--memory", metavar="SIZE", help="Such as 8G; that of this machine if none."),
    ] = None,
    as_data: options.Json = False,
) -> None:
    """Say whether a model fits into memory, line by line, and what to change if it does not."""
    from models.catalog import machine_memory
    from models.fit import Adapter, Plan, Quantization, parse_memory
    from models.fit import fit as reckon

    one_of(quantization, ("none", "int8", "int4"), "quantization")
    one_of(device, ("cuda", "cpu"), "device")
    if adapter is not None:
        one_of(adapter, ("lora", "prefix"), "adapter")
    if n < 1 or max_tokens < 1:
        raise BadInput("-n and --max-tokens: expected at least 1")
    main, gpu = machine_memory()
    plan = Plan(
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
        there = parse_memory(memory) if memory else (gpu if device == "cuda" else main) or None
        found = reckon(model, plan, there)
    if as_data:
        told = {"model": found.model, "total": found.total, "memory": there, "fits": found.fits}
        items = {item.what: item.bytes for item in found.items}
        as_json(told | {"items": items, "advice": list(found.advice), "plan": asdict(plan)}, 2)
    else:
        rows = [(item.what, f"{item.bytes / MIB:,.0f} MiB") for item in found.items if item.bytes]
        columns([*rows, ("together", f"{found.total / MIB:,.0f} MiB")])
        word(found.verdict)
    if found.fits is False:
        raise typer.Exit(1)


def convert(
    source: Annotated[
        str, typer.Argument(metavar="FOLDER", help="An official checkpoint, or a hub id.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The new folder.")],
    keep_quantised: Annotated[
        bool, typer.Option("--keep-quantised", help="Leave int8 and int4 weights as they are.")
    ] = False,
    dtype: Annotated[
        str | None,
        typer.Option("--dtype", metavar="float16|bfloat16|float32", help="Of the new weights."),
    ] = None,
) -> None:
    """Write a ChatGLM checkpoint as safetensors, or a P-tuning checkpoint as a PEFT folder."""
    if dtype is not None:
        one_of(dtype, ("float16", "bfloat16", "float32"), "dtype")
    try:
        from models.chatglm.convert import convert as write
    except ModuleNotFoundError as error:
        raise BadInput(
            f"{error.name} is not installed; install it with: pip install 'paotuan[local]'"
        ) from error
    with given():
        done = write(source, out, keep_quantised=keep_quantised, dtype=dtype)
    word(f"{done.layout}: {done.note}")
    data(str(done.folder))
