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
                "{folder}: the tokenizer's settings could not be used ({reason}); copy "
                "tokenizer_config.json from the checkpoint's page again, or remove it",
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
                "{vocab_file}: found {vocab_size} ids, but the model has {vocab_size2}; "
                "take the vocabulary file from the model's own checkpoint",
                vocab_file=tokenizer.vocab_file,
                vocab_size=tokenizer.vocab_size,
                vocab_size2=config.vocab_size,
            )
        )
    for key, token in (("gmask_token_id", "[gMASK]"), ("bos_token_id", "<sop>")):
        wanted = getattr(config, key, None)
        if tokenizer.version == 1 and tokenizer.special_id(token) != wanted:
            raise KnownError(
                _(
                    "{vocab_file}: {token} is id {special_id}, but the model's config.json "
                    "says {key} {wanted}; take both from the same checkpoint",
                    vocab_file=tokenizer.vocab_file,
                    token=token,
                    special_id=tokenizer.special_id(token),
                    key=key,
                    wanted=wanted,
                )
            )


def _check_vocabulary_file(folder: Path, version: int) -> None:
    name = VOCABULARY_FILES[version]
    if (folder / name).is_file():
        return
    others = sorted(f for f in set(VOCABULARY_FILES.values()) - {name} if (folder / f).is_file())
    found = f"found {others[0]}, which is of another version" if others else "not found"
    raise KnownError(
        _(
            "{folder}: {found}; config.json is of ChatGLM version {version}, whose "
            "vocabulary file is {name}: copy it from the same checkpoint",
            folder=folder / name,
            found=found,
            version=version,
            name=name,
        )
    )
