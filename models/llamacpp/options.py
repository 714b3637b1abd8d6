"""What a GGUF model is opened with in llama.cpp: its context, its adapters, how it is asked."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import xllamacpp

from base.errors import KnownError
from base.messages import _
from models.chat import CHAT_TOKENS
from models.gguf.header import GgufHeader, adapter_file, check_adapter, read_header
from models.gguf.weights import check_weights
from models.template import Mode

ROWS = 10
"""Most candidates drawn side by side; more are drawn in rounds."""
SEQUENCES = ROWS + 3
"""Those candidates, and prompts of views that they leave in the cache."""
ROW_TOKENS = 128
"""Tokens of cache beyond the context that each row brings for its own candidate."""
DEFAULT_CONTEXT = 4096
PREFILL_BATCH = 256
"""Tokens of prefill between two chances to stop."""
PLAIN_TEMPLATE = "chatml"
"""A template that llama.cpp brings itself."""


def fitting_adapters(
    base: GgufHeader, adapters: Mapping[str, str | Path], optional: Collection[str]
) -> tuple[dict[str, Path], dict[str, str]]:
    """The files of the adapters that fit the base, and a notice for each that is left out."""
    files, notices = {}, {}
    for name, path in adapters.items():
        try:
            file = adapter_file(Path(path))
            header = read_header(file)
            check_adapter(header, base)
            check_weights(header)
            files[name] = file
        except KnownError as error:
            if name not in optional:
                raise
            notices[name] = _("adapter {name} is left out: {why}", name=name, why=error)
    return files, notices


def fitting_context(header: GgufHeader, asked: int | None) -> int:
    trained = header.trained_context
    if asked is None:
        return min(DEFAULT_CONTEXT, trained or DEFAULT_CONTEXT)
    if asked < 1 or (trained is not None and asked > trained):
        raise KnownError(
            _(
                "{path}: a context of {tokens} tokens; expected 1 to the {trained} tokens that it "
                "was trained on",
                path=header.path,
                tokens=asked,
                trained=trained,
            )
        )
    return asked


def fitting_mode(header: GgufHeader, asked: Mode | None) -> tuple[Mode, list[str]]:
    """How prompts are given, and what a person should know where that is a guess."""
    if asked == "chat" and not header.has_template:
        raise KnownError(
            _("{path}: it has no chat template; leave ?mode=chat out", path=header.path)
        )
    if asked is not None:
        return asked, []
    if header.form is not None:
        return "chat" if header.form == "chat" else "raw", []
    return "raw", [
        _(
            "{name}: the log is continued as it stands; if this is a model that answers, add "
            "?mode=chat to its path (?mode=raw if not)",
            name=header.path.name,
        )
    ]


def window_of(header: GgufHeader, context: int) -> int:
    """Tokens of a chat whose prompts and candidates have `context`."""
    return min(context + CHAT_TOKENS, header.trained_context or context + CHAT_TOKENS)


def params_of(path: Path, context: int, key: str, adapters: tuple[Path, ...]) -> Any:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_parallel = SEQUENCES
    params.kv_unified = True
    params.n_ctx = context + ROWS * ROW_TOKENS
    params.n_batch = PREFILL_BATCH
    params.swa_full = True
    params.prefill_assistant = False
    params.cache_ram_mib = 0
    params.verbosity = -1
    # Both read the model more than once, while Python waits: what is read ahead warms it up.
    params.warmup = params.fit_params = False
    params.api_keys = [key]
    params.lora_init_without_apply = True
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(file), 1.0) for file in adapters]
    return params


def serve(header: GgufHeader, params: Any, mode: Mode, context: int) -> xllamacpp.Server:
    """Load the model. Raises `KnownError` for one that llama.cpp cannot load, or cannot ask."""
    with suppress(RuntimeError):
        return xllamacpp.Server(params)
    if header.has_template:
        params.chat_template = PLAIN_TEMPLATE  # a template that fails keeps llama.cpp from loading
        with suppress(RuntimeError):
            server = xllamacpp.Server(params)
            if mode == "raw":
                return server
            raise KnownError(
                _(
                    "{path}: its chat template cannot be used; add ?mode=raw to continue the log "
                    "as it stands",
                    path=header.path,
                )
            )
    raise KnownError(
        _(
            "{path}: llama.cpp cannot load this {architecture} model; the file may be "
            "damaged, newer than xllamacpp, or too large for the memory with {context} "
            "tokens",
            path=header.path,
            architecture=header.architecture,
            context=context,
        )
    )
