"""Counts tokens as `models.local` does, by the tokenizer alone: no weights are read."""

from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoTokenizer

from base.errors import KnownError, first_line
from base.messages import _
from models import chatglm
from models.chatglm.config import read_config
from models.chatglm.load import Checkpoint
from models.encode import Encoder, Markup
from models.local.loading import CONTEXT, fitting_context

_BAD = (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, ImportError)


class TokenCounter:
    """What of a backend is needed to make prompts: its context, and tokens of texts."""

    def __init__(self, tokenizer: Any, markup: Markup, context: int) -> None:
        self.context = context
        self._encoder = Encoder(tokenizer, markup)

    @classmethod
    def open(cls, path: str | Path, context: int | None = None) -> "TokenCounter":
        """The tokenizer of a checkpoint's folder or hub id. Raises `KnownError`."""
        tokenizer, markup, most = _opened(path)
        return cls(tokenizer, markup, fitting_context(Path(path).name, context, most))

    def count(self, text: str) -> int:
        """Tokens of `text` by itself, without markup."""
        return self._encoder.count(text)

    def close(self) -> None:
        """Nothing is held open."""


def _opened(path: str | Path) -> tuple[Any, Markup, int]:
    """Tokenizer, markup and context, as `models.local.loading` would open them."""
    folder = Path(path).expanduser()
    has_config = (folder / "config.json").is_file()
    if has_config and read_config(folder).get("model_type") == "chatglm":
        return _chatglm(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(path), trust_remote_code=False)
        config = AutoConfig.from_pretrained(str(path), trust_remote_code=False)
    except _BAD as error:
        reason = first_line(error)
        raise KnownError(
            _(
                "{path}: {reason}; expected a checkpoint with its tokenizer",
                path=path,
                reason=reason,
            )
        ) from error
    text = config.get_text_config()
    return tokenizer, "plain", getattr(text, "max_position_embeddings", CONTEXT)


def _chatglm(folder: Path) -> tuple[Any, Markup, int]:
    tokenizer: Any = chatglm.load_tokenizer(folder)
    config: Any = Checkpoint.open(folder).config()
    markup: Markup = "glm1" if tokenizer.version == 1 else "glm2"
    return tokenizer, markup, int(config.max_position_embeddings)
