"""`paotuan models`: which models there are, what one needs, fetching it, and how fast it is."""

import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from base.folders import models_folder
from base.messages import N_, _, series
from tui.colour import redraws
from tui.commands import options, trim, weights
from tui.commands.group import group
from tui.failures import BadInput, given
from tui.output import as_json, columns, data, word

if TYPE_CHECKING:
    from models.catalog import CatalogModel

app = group("Models: what speaks for the others.")
app.command()(weights.fit)
app.command()(weights.convert)
app.command()(trim.trim)

Name = Annotated[str, typer.Argument(metavar="MODEL", help="A name of `paotuan models list`.")]
TERMS = {
    "use restrictions": N_("restricted"),
    "commercial use after registration": N_("registration"),
}
"""What a licence that is not free comes to, in the one word that the list has room for."""
SHOWN = (
    *(N_("name"), N_("title"), N_("hub"), N_("licence"), N_("terms"), N_("form")),
    *(N_("backend"), N_("parameters"), N_("languages"), N_("memory"), N_("fits"), N_("note")),
    *(N_("file"), N_("yes"), N_("no"), N_("free"), N_("use restrictions")),
    *(N_("commercial use after registration"),),
)
"""What is said of a model, which `show` has in the person's language and JSON as it is."""
LABELS = {"context": N_("context in tokens")}
"""Keys whose name alone would say too little."""
STEP = 1 << 20
"""Bytes between two pictures of a progress bar."""


@app.command("list")
def list_models(as_data: options.Json = False) -> None:
    """List the models known by name: what their weights take, and whether they fit here."""
    from models.catalog import MODELS, fits
    from models.memory.machine import machine_memory

    main, gpu = machine_memory()
    if as_data:
        as_json([_told(model, main, gpu) for model in MODELS.values()], 2)
        return
    rows = [(_("NAME"), _("WEIGHTS"), _("FITS"), _("CONTEXT"), _("FORM"), _("TERMS"))]
    for model in MODELS.values():
        memory = f"{model.memory[model.smallest] / 1e9:.1f} GB {model.smallest}"
        here = _text(fits(model, main, gpu))
        named, terms = model.licence.name, TERMS.get(model.licence.terms)
        shown = _(terms) if terms else named
        rows.append((model.name, memory, here, str(model.context), model.form, shown))
    columns(rows)


@app.command()
def show(model: Name, as_data: options.Json = False) -> None:
    """Show what is known of a model, and whether it is on this machine."""
    from models.catalog import find
    from models.memory.machine import machine_memory

    with given():
        spec = find(model)
    details = _told(spec, *machine_memory()) | {"file": _where(spec)}
    if as_data:
        as_json(details, 2)
        return
    memory = series(f"{size / 1e9:.1f} GB {name}" for name, size in details["memory"].items())
    note = _(spec.note) if spec.note else ""
    said = {"memory": memory, "terms": _(spec.licence.terms), "note": note}
    rows = [
        (_(str(LABELS.get(key, key))), _text(value))
        for key, value in (details | said).items()
        if value not in (None, "")
    ]
    columns(rows)
    if not details["file"] and spec.hub:
        word(_("not on this machine; fetch it with: paotuan models pull {model}", model=spec.name))


@app.command()
def pull(
    model: Name,
    send_token: Annotated[
        bool,
        typer.Option(
            "--send-token", help="Send your token (HF_TOKEN) to the mirror in HF_ENDPOINT too."
        ),
    ] = False,
) -> None:
    """Fetch a model, going on where a broken download stopped; its checksum is verified."""
    from models.catalog import find

    with given():
        find(model)
        from models.hub.repository import endpoint

        endpoint()
    from models.hub.pull import pull as fetch

    bar = _DownloadBar(redraws(sys.stderr))
    try:
        path = fetch(model, bar.show, send_token)
    finally:
        bar.close()
    data(str(path))


@app.command()
def bench(
    model: Annotated[
        str | None,
        typer.Argument(metavar="[MODEL]", help="As for --model; by default the starter model."),
    ] = None,
    history_tokens: Annotated[
        int, typer.Option("--history-tokens", metavar="N", help="Tokens of the made-up history.")
    ] = 1500,
    as_data: options.Json = False,
    context: options.Context = None,
    quantization: options.Quantization = None,
    threads: options.Threads = None,
) -> None:
    """Measure prefill, first token and tokens/s, beside drawing one by one without cache."""
    from models import bench as measure
    from models.entries import STARTER, WHOLE
    from models.resolve import weights as lying_at
    from tui.model_options import choose, given_model, open_model

    if not 1 <= history_tokens <= 1_000_000:
        raise BadInput(
            _(
                "--history-tokens {tokens}: expected 1 to 1000000",
                tokens=history_tokens,
            )
        )
    choice = choose(model, context, quantization, {}, (), threads)
    spec = given_model(choice)
    with ExitStack() as opened:
        backend = opened.enter_context(closing(open_model(choice)))
        rivals = {}
        if spec.model is STARTER and spec.backend == "llamacpp":
            whole = open_model(replace(choice, model=WHOLE.name))
            rivals[N_("the same with its whole vocabulary")] = opened.enter_context(closing(whole))
        path = lying_at(spec.model) if spec.model else spec.options.get("path")
        size = measure.file_bytes(Path(path)) if isinstance(path, (str, Path)) else None
        report = measure.bench(backend, history_tokens, model_bytes=size, rivals=rivals)
    if as_data:
        data(report.json())
    else:
        columns([(report.model, ""), *report.rows()])


class _DownloadBar:
    """A progress bar on a terminal, and nothing elsewhere."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self._last = -STEP
        self._drawn = False

    def show(self, here: int, total: int, file: str) -> None:
        """Draw it anew when enough has come since it was drawn last."""
        if not self.shown or (abs(here - self._last) < STEP and here != total):
            return
        self._last, self._drawn = here, True
        share = here / total if total else 1.0
        filled = "█" * int(30 * share)
        figures = f"{here / 1e6:.0f}/{total / 1e6:.0f} MB"
        print(f"\r{filled:░<30} {share:4.0%} {figures} ", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._drawn:
            print(file=sys.stderr)


def _told(model: "CatalogModel", main: int, gpu: int) -> dict[str, Any]:
    """What is known of a model, and whether a machine with so much memory can play it."""
    from models.catalog import fits

    return {
        "name": model.name,
        "title": model.title,
        "hub": model.gguf.hub if model.gguf else model.hub,
        "licence": model.licence.name,
        "terms": model.licence.terms,
        "context": model.context,
        "form": model.form,
        "backend": model.backend,
        "parameters": model.parameters,
        "languages": list(model.languages),
        "memory": dict(model.memory),
        "fits": fits(model, main, gpu),
        "note": model.note,
    }


def _where(model: "CatalogModel") -> str | None:
    """Where it lies on this machine, or nothing; a starter that could be had is not made here."""
    from base.errors import KnownError
    from models import starter
    from models.resolve import weights as lying_at

    if not model.hub:
        file = models_folder() / starter.file_of(model)
        return str(file) if file.exists() else None
    try:
        return str(lying_at(model))
    except KnownError:
        return None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return series(map(str, value)) if isinstance(value, list) else str(value)
