"""Cuts the vocabulary of a folder that transformers opens: tokenizer, configuration and weights.

Format: `tokenizer.json` of huggingface.co/docs/tokenizers, BPE or Unigram; safetensors.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from base.errors import KnownError
from base.messages import _
from models.trim.choice import UNUSED, Cut, Vocabulary, chosen
from models.trim.pieces import merged, pair, written

BYTE = re.compile(r"<0x[0-9A-F]{2}>")
TABLES = re.compile(
    r"(^|\.)(embed_tokens|wte|word_embeddings|embed_in|embed_out|lm_head|tok_embeddings"
    r"|output_layer|output)\.(weight|bias)$"
)
"""Tensors that have a row a token, by their names in transformers' models."""
NUMBER = re.compile(r".*_token_ids?$|.*suppress_tokens$")
"""Keys of configurations whose values are numbers of tokens."""
REPLACED = {"tokenizer.model", "vocab.json", "merges.txt", "spiece.model", "vocab.txt"}
"""Other forms of the tokenizer, which would say what is no longer true."""


class FolderVocabulary:
    """The tokenizer of a folder."""

    def __init__(self, folder: Path) -> None:
        """Read it. Raises `KnownError` where it is none that can be cut."""
        self.path = folder / "tokenizer.json"
        if not self.path.is_file():
            raise KnownError(
                _(
                    "{folder}: it has no tokenizer.json; only models whose tokenizer is written "
                    "there can be cut, which ChatGLM's own are not",
                    folder=folder,
                )
            )
        self.whole: dict[str, Any] = _json(self.path)
        model = self.whole.get("model") or {}
        kind = model.get("type") or ("BPE" if "merges" in model else "")
        if kind not in ("BPE", "Unigram"):
            raise KnownError(
                _(
                    "{path}: its tokenizer is of the kind {kind}; only BPE and Unigram can be cut",
                    path=self.path,
                    kind=kind or "none",
                )
            )
        self.byte_level = "ByteLevel" in json.dumps(
            [self.whole.get("pre_tokenizer"), self.whole.get("decoder")]
        )
        self.names = self._names(model, kind)
        self.added = {int(one["id"]) for one in self.whole.get("added_tokens", ())}
        self.merges = [
            pair(one) if isinstance(one, str) else (one[0], one[1])
            for one in model.get("merges", ())
        ]

    def _names(self, model: Mapping[str, Any], kind: str) -> list[str]:
        numbers = {name: place for place, (name, *_) in enumerate(model["vocab"])}
        if kind == "BPE":
            numbers = dict(model["vocab"])
        numbers |= {one["content"]: int(one["id"]) for one in self.whole.get("added_tokens", ())}
        names = [""] * (max(numbers.values()) + 1)
        for name, number in numbers.items():
            names[number] = name
        return names

    def vocabulary(self, needed: set[int]) -> Vocabulary:
        """What each token writes; `needed` are those that configurations name."""
        free = {token for token, name in enumerate(self.names) if UNUSED.fullmatch(name)}
        texts = [
            "" if token in free else written(name, self.byte_level)
            for token, name in enumerate(self.names)
        ]
        kept = (self.added | needed) - free
        kept |= {token for token, name in enumerate(self.names) if BYTE.fullmatch(name)}
        return Vocabulary(texts, frozenset(kept), merged(self.names, self.merges))

    def cut(self, tokens: Sequence[int]) -> dict[str, Any]:
        """The tokenizer with these tokens alone, their numbers moved."""
        numbers = {old: new for new, old in enumerate(tokens)}
        stay = {self.names[token] for token in tokens}
        model = dict(self.whole["model"])
        if isinstance(model["vocab"], dict):
            vocab = model["vocab"].items()
            model["vocab"] = {name: numbers[old] for name, old in vocab if old in numbers}
            pairs = zip(model["merges"], self.merges, strict=True)
            model["merges"] = [
                line
                for line, (left, right) in pairs
                if left in stay and right in stay and left + right in stay
            ]
        else:
            model["vocab"] = [entry for old, entry in enumerate(model["vocab"]) if old in numbers]
            if model.get("unk_id") is not None:
                model["unk_id"] = numbers[int(model["unk_id"])]
        added = [
            {**one, "id": numbers[int(one["id"])]}
            for one in self.whole.get("added_tokens", ())
            if int(one["id"]) in numbers
        ]
        moved = _moved(self.whole.get("post_processor"), numbers)
        return {**self.whole, "model": model, "added_tokens": added, "post_processor": moved}


def trim_folder(folder: Path, out: Path, cut: Cut) -> tuple[int, int]:
    """Fill the folder `out` with the model of `folder`, its tokens those of `cut`; how many there
    are, and were. Raises `KnownError`."""
    known = FolderVocabulary(folder)
    shards = sorted(folder.glob("*.safetensors"))
    if not shards:
        raise KnownError(
            _("{folder}: it has no weights in safetensors; convert it first", folder=folder)
        )
    configurations = {
        path.name: _json(path)
        for path in (folder / "config.json", folder / "generation_config.json")
        if path.is_file()
    }
    needed = {one for each in configurations.values() for one in _named(each)}
    tokens = chosen(known.vocabulary({one for one in needed if one < len(known.names)}), cut)
    numbers = {old: new for new, old in enumerate(tokens)}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in REPLACED and path.suffix in (".json", ".jinja"):
            shutil.copyfile(path, out / path.name)
    _write(out / "tokenizer.json", known.cut(tokens))
    for name, configuration in configurations.items():
        moved = _renumbered(configuration, numbers)
        if name == "config.json":
            _set_size(moved, len(tokens))
        _write(out / name, moved)
    _move_decoder(out / "tokenizer_config.json", numbers)
    cut_any = False
    for shard in shards:
        cut_any |= _cut_shard(shard, out / shard.name, tokens, len(known.names))
    if not cut_any:
        raise KnownError(
            _(
                "{path}: its embedding has no row for each of its {count} tokens; it cannot be cut",
                path=folder,
                count=len(known.names),
            )
        )
    _correct_index(out)
    return len(tokens), len(known.names)


def _cut_shard(shard: Path, out: Path, tokens: Sequence[int], count: int) -> bool:
    """Write a file of weights with the rows of `tokens`; whether it had any table of tokens."""
    import torch

    rows, tensors, cut_any = torch.tensor(list(tokens)), {}, False
    try:
        with safe_open(shard, "pt") as weights:
            metadata = weights.metadata()
            for name in weights.keys():  # noqa: SIM118
                tensor = weights.get_tensor(name)
                if TABLES.search(name) and tensor.shape[0] >= count:
                    tensor, cut_any = tensor[rows].contiguous(), True
                tensors[name] = tensor
    except SafetensorError as error:
        raise KnownError(
            _("{path}: the file is cut off or damaged; download it again", path=shard)
        ) from error
    save_file(tensors, out, metadata)
    return cut_any


def _correct_index(out: Path) -> None:
    index = out / "model.safetensors.index.json"
    if index.is_file():
        listed = _json(index)
        size = sum(path.stat().st_size for path in out.glob("*.safetensors"))
        listed["metadata"] = {**listed.get("metadata", {}), "total_size": size}
        _write(index, listed)


def _move_decoder(path: Path, numbers: Mapping[int, int]) -> None:
    if not path.is_file():
        return
    settings = _json(path)
    if isinstance(decoder := settings.get("added_tokens_decoder"), dict):
        settings["added_tokens_decoder"] = {
            str(numbers[int(old)]): one for old, one in decoder.items() if int(old) in numbers
        }
    _write(path, settings)


def _set_size(configuration: dict[str, Any], size: int) -> None:
    for place in (configuration, configuration.get("text_config")):
        if isinstance(place, dict) and "vocab_size" in place:
            place["vocab_size"] = size


def _named(value: Any, key: str = "") -> set[int]:
    """The tokens that a configuration names."""
    if isinstance(value, dict):
        return {one for name, inner in value.items() for one in _named(inner, name)}
    if isinstance(value, list):
        return {one for inner in value for one in _named(inner, key)}
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return {value} if is_number and NUMBER.fullmatch(key) else set()


def _renumbered(value: Any, numbers: Mapping[int, int], key: str = "") -> Any:
    """A configuration with the numbers of tokens moved."""
    if isinstance(value, dict):
        return {name: _renumbered(inner, numbers, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renumbered(inner, numbers, key) for inner in value]
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return numbers.get(value, value) if is_number and NUMBER.fullmatch(key) else value


def _moved(value: Any, numbers: Mapping[int, int]) -> Any:
    """A post-processor with the `ids` of its special tokens moved."""
    if isinstance(value, dict):
        return {
            name: [numbers.get(one, one) for one in inner]
            if name == "ids" and isinstance(inner, list)
            else _moved(inner, numbers)
            for name, inner in value.items()
        }
    return [_moved(inner, numbers) for inner in value] if isinstance(value, list) else value


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise KnownError(_("{path}: not JSON; download it again", path=path)) from error
    if not isinstance(value, dict):
        raise KnownError(_("{path}: not JSON; download it again", path=path))
    return value


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), "utf-8")
