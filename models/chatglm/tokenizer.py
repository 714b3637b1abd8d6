"""Open the tokenizer of a ChatGLM checkpoint, whichever of the three versions it is."""

from os import PathLike
from pathlib import Path
from typing import Any

from base.errors import KnownError, first_line
from base.messages import _
from models.chatglm.tokenizer_base import ChatGLMTokenizer
from models.chatglm.tokenizer_v1 import ChatGLM1Tokenizer
from models.chatglm.tokenizer_v2 import ChatGLM2Tokenizer
from models.chatglm.tokenizer_v3 import ChatGLM3Tokenizer
from models.chatglm.tokenizer_version import (
    VOCABULARY_FILES,
    check_version,
    checkpoint_version,
)

TOKENIZERS: dict[int, type[ChatGLMTokenizer]] = {
    1: ChatGLM1Tokenizer,
    2: ChatGLM2Tokenizer,
    3: ChatGLM3Tokenizer,
}


def load_tokenizer(path: str | PathLike[str], version: int | None = None) -> ChatGLMTokenizer:
    """Return the tokenizer of a folder that holds ``config.json`` and the vocabulary file.

    The vocabulary file is ``ice_text.model`` for ChatGLM-6B and ``tokenizer.model`` for
    ChatGLM2-6B and ChatGLM3-6B. ``version`` (1, 2 or 3) overrides how 2 and 3 are told apart, see
    ``checkpoint_version``. Raises KnownError for a folder that is no ChatGLM checkpoint, a missing
    or damaged vocabulary file, and a vocabulary of another version than the configuration.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise KnownError(
            _("{folder}: not a folder; give the folder of a ChatGLM checkpoint", folder=folder)
        )
    if version is None:
        version = checkpoint_version(folder)
    else:
        check_version(folder, version)
    _check_vocabulary_file(folder, version)
    try:
        return TOKENIZERS[version].from_pretrained(str(folder), local_files_only=True)
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, KeyError) as error:
        reason = first_line(error)
        raise KnownError(
            _(
                "{folder}: its tokenizer_config.json cannot be used ({reason}); download "
                "that file again, or remove it",
                folder=folder,
                reason=reason,
            )
        ) from error


def check_fit(tokenizer: ChatGLMTokenizer, config: Any) -> None:
    """Raise KnownError when a tokenizer's ids are not those of a model's configuration.

    A tokenizer may have fewer ids than the model has rows, which are padded, but not more; and
    ChatGLM-6B reads [gMASK] and <sop> by the ids that its configuration names.
    """
    if tokenizer.vocab_size > config.vocab_size:
        raise KnownError(
            _(
                "{file}: a vocabulary of {ids} ids, but the model has {model_ids}; take "
                "the vocabulary from the model's own checkpoint",
                file=tokenizer.vocab_file,
                ids=tokenizer.vocab_size,
                model_ids=config.vocab_size,
            )
        )
    for key, token in (("gmask_token_id", "[gMASK]"), ("bos_token_id", "<sop>")):
        wanted = getattr(config, key, None)
        if tokenizer.version == 1 and tokenizer.special_id(token) != wanted:
            raise KnownError(
                _(
                    "{file}: {token} has the id {token_id}, but config.json says {key} {expected}; "
                    "take both files from the same checkpoint",
                    file=tokenizer.vocab_file,
                    token=token,
                    token_id=tokenizer.special_id(token),
                    key=key,
                    expected=wanted,
                )
            )


def _check_vocabulary_file(folder: Path, version: int) -> None:
    name = VOCABULARY_FILES[version]
    if (folder / name).is_file():
        return
    others = sorted(f for f in set(VOCABULARY_FILES.values()) - {name} if (folder / f).is_file())
    lack = _("this vocabulary is missing")
    if others:
        lack = _("{file} is the vocabulary of another version", file=others[0])
    raise KnownError(
        _(
            "{folder}: {problem}; config.json is that of ChatGLM version {version}, whose "
            "vocabulary is {name}: take it from the same checkpoint",
            folder=folder / name,
            problem=lack,
            version=version,
            name=name,
        )
    )
