"""Writes small ChatGLM vocabularies, trained on a few lines, to go with made-up checkpoints."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sentencepiece

from base.errors import KnownError
from base.messages import _
from models.chatglm.tokenizer_version import VOCABULARY_FILES
from tests.chatglm.made_up import Family, make_checkpoint

_CONTROL = ["[MASK]", "[gMASK]", "[sMASK]", "<unused_0>", "<sop>", "<eop>", "<ENC>", "<dBLOCK>"]
_WRITTEN = ["<n>", "<|tab|>", *(f"<|blank_{k}|>" for k in range(2, 81))]


def make_playable(
    folder: Path, version: int, lines: Iterable[str], size: int = 500, **checkpoint: Any
) -> Path:
    """Write a made-up checkpoint with a vocabulary that fits it, and return its folder.

    ``checkpoint`` are further arguments of ``make_checkpoint``.
    """
    rows = make_vocabulary(folder, version, lines, size)
    families: dict[int, Family] = {1: "v1", 2: "v2", 3: "v3"}
    make_checkpoint(folder, families[version], vocab=rows, **checkpoint)
    if version == 1:
        place_special_ids(folder)
    return folder


def make_vocabulary(folder: Path, version: int, lines: Iterable[str], size: int = 500) -> int:
    """Train a vocabulary, write it under its official name, and return its number of ids.

    The number counts the special tokens that version 2 and 3 append to the file, so a model with
    that many rows is large enough; it is at most ``size``, and less for few lines. Kind,
    normalisation, byte pieces and special tokens are the real ones, their ids are not.
    """
    if version not in VOCABULARY_FILES:
        raise KnownError(
            _("ChatGLM version {version!r} is unknown; give 1, 2 or 3", version=version)
        )
    appended = {1: 0, 2: 5, 3: 9}[version]
    options = _v1_options() if version == 1 else _v2_options()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / VOCABULARY_FILES[version]
    with path.open("wb") as writer:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines),
            model_writer=writer,
            vocab_size=size - appended,
            hard_vocab_limit=False,
            character_coverage=1.0,
            byte_fallback=True,
            split_digits=True,
            unk_id=0,
            bos_id=1,
            eos_id=2,
            minloglevel=2,
            **options,
        )
    vocabulary = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return int(vocabulary.get_piece_size()) + appended


def place_special_ids(folder: Path) -> None:
    """Write the special ids of a made-up ``ice_text.model`` into the ``config.json`` beside it."""
    vocabulary = sentencepiece.SentencePieceProcessor(model_file=str(folder / VOCABULARY_FILES[1]))
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config |= {
        "bos_token_id": vocabulary.piece_to_id("<sop>"),
        "eos_token_id": vocabulary.piece_to_id("<eop>"),
        "pad_token_id": vocabulary.piece_to_id("<pad>"),
        "mask_token_id": vocabulary.piece_to_id("[MASK]"),
        "gmask_token_id": vocabulary.piece_to_id("[gMASK]"),
    }
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _v1_options() -> dict[str, Any]:
    return {
        "model_type": "unigram",
        "normalization_rule_name": "nmt_nfkc",
        "pad_id": 3,
        "control_symbols": _CONTROL,
        "user_defined_symbols": _WRITTEN,
    }


def _v2_options() -> dict[str, Any]:
    return {
        "model_type": "bpe",
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "pad_id": -1,
    }
