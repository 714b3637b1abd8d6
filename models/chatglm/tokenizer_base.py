"""What the three ChatGLM tokenizers share: a slow transformers tokenizer over sentencepiece."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import sentencepiece
from transformers.tokenization_utils_sentencepiece import SentencePieceBackend

from base.errors import KnownError
from base.messages import _


def open_vocabulary(path: Path) -> Any:
    """Return the SentencePieceProcessor of a file; raises KnownError when there is none in it."""
    if not path.is_file():
        raise KnownError(
            _(
                "{path}: the vocabulary is missing; download it from the checkpoint's page",
                path=path,
            )
        )
    vocabulary = sentencepiece.SentencePieceProcessor()
    try:
        vocabulary.Load(str(path))
    except (RuntimeError, OSError) as error:
        raise KnownError(
            _(
                "{path}: not a sentencepiece vocabulary ({size} bytes), so it is damaged "
                "or cut short; download it again",
                path=path,
                size=path.stat().st_size,
            )
        ) from error
    return vocabulary


class ChatGLMTokenizer(SentencePieceBackend):
    """A ChatGLM tokenizer; a subclass says where special tokens are and how text becomes pieces.

    Everything of ``PreTrainedTokenizer`` works: calls, ``encode``, ``decode``, ``pad``,
    ``save_pretrained`` and ``from_pretrained``. Padding is on the left unless ``padding_side``
    says "right". Raises KnownError for a vocabulary file that is missing, damaged or of another
    version.
    """

    version: ClassVar[int]
    appended: ClassVar[tuple[str, ...]] = ()
    """Special tokens whose ids follow the vocabulary file's own, in this order."""
    special: ClassVar[dict[str, Any]]
    """The library's named special tokens (``eos_token`` and so on)."""
    first_target: ClassVar[int] = 0
    """Where the loss begins, counted from the end of the prompt with its special tokens."""
    padding_side = "left"
    model_input_names: ClassVar[list[str]] = ["input_ids", "attention_mask", "position_ids"]

    def __init__(self, vocab_file: str | None = None, **kwargs: Any) -> None:
        if vocab_file is None:
            name = self.vocab_files_names["vocab_file"]
            raise KnownError(
                _(
                    "{folder}: the vocabulary {name} is missing",
                    folder=kwargs.get("name_or_path", name),
                    name=name,
                )
            )
        vocabulary = open_vocabulary(Path(vocab_file))
        self.check_vocabulary(vocab_file, vocabulary)
        pieces = [vocabulary.id_to_piece(i) for i in range(vocabulary.get_piece_size())]
        self._pieces: tuple[str, ...] = (*pieces, *self.appended)
        # A piece of the file wins over an appended token of the same spelling.
        self._ids = {piece: i for i, piece in reversed(list(enumerate(self._pieces)))}
        # Settings of the official files that would make more text special, or run code.
        for key in ("model_specific_special_tokens", "extra_special_tokens", "auto_map"):
            kwargs.pop(key, None)
        super().__init__(vocab_file=vocab_file, **{**kwargs, **self.special, "legacy": True})

    @classmethod
    def check_vocabulary(cls, path: str, vocabulary: Any) -> None:
        """Raise KnownError when the file is the vocabulary of another version."""
        raise NotImplementedError

    @property
    def vocab_size(self) -> int:
        """The number of ids with a piece; the model's own vocabulary is padded beyond it."""
        return len(self._pieces)

    @property
    def gmask_token_id(self) -> int:
        """The id of [gMASK]."""
        return self.special_id("[gMASK]")

    @property
    def stop_token_ids(self) -> tuple[int, ...]:
        """The ids at which a reply is over."""
        return (self.eos_token_id,)

    def special_id(self, token: str) -> int:
        """Return the id of a special token by its name, e.g. ``[gMASK]``."""
        if token in self.appended:
            return len(self._pieces) - len(self.appended) + self.appended.index(token)
        return self._ids[token]

    def get_vocab(self) -> dict[str, int]:
        """Return every piece and added token with its id."""
        return {**self._ids, **self.added_tokens_encoder}

    def text_ids(self, text: str) -> list[int]:
        """Return the ids of a text as it stands: no special token is added or read in it."""
        ids: list[int] = self.convert_tokens_to_ids(self.tokenize(text, split_special_tokens=True))
        return ids

    def split_text(self, text: str) -> list[str]:
        """Return sentencepiece's pieces; halves of a surrogate pair count as U+FFFD."""
        well_formed = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        pieces: list[str] = self.sp_model.encode(well_formed, out_type=str)
        return pieces

    def get_special_tokens_mask(
        self,
        token_ids_0: list[int],
        token_ids_1: list[int] | None = None,
        already_has_special_tokens: bool = False,
    ) -> list[int]:
        """Return 1 where ``build_inputs_with_special_tokens`` puts a special token, else 0."""
        if already_has_special_tokens:
            mask: list[int] = super().get_special_tokens_mask(token_ids_0, token_ids_1, True)
            return mask
        outline = self.build_inputs_with_special_tokens(
            [-1] * len(token_ids_0), None if token_ids_1 is None else [-1] * len(token_ids_1)
        )
        return [0 if token == -1 else 1 for token in outline]

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        """Return a prompt's ids, or a prompt's and its reply's, with the special tokens placed."""
        raise NotImplementedError

    def _convert_token_to_id(self, token: str) -> int:
        return self._ids.get(token, self._ids[str(self.unk_token)])

    def _convert_id_to_token(self, index: int) -> str:
        return self._pieces[index] if 0 <= index < len(self._pieces) else ""

    def _decoded_pieces(self, ids: Sequence[int], skip_special_tokens: bool) -> list[str]:
        """Return the pieces that a text is made of, without padding and unknown ids."""
        kept = [int(i) for i in ids if int(i) != self.pad_token_id]
        pieces = self.convert_ids_to_tokens(kept, skip_special_tokens=skip_special_tokens)
        return [piece for piece in pieces if piece]

    def _decode(
        self,
        token_ids: int | list[int],
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        **kwargs: Any,
    ) -> str:
        ids = [token_ids] if isinstance(token_ids, int) else token_ids
        text = self.convert_tokens_to_string(self._decoded_pieces(ids, skip_special_tokens))
        clean_up = self.clean_up_tokenization_spaces
        if clean_up_tokenization_spaces is not None:
            clean_up = clean_up_tokenization_spaces
        return self.clean_up_tokenization(text) if clean_up else text

    def convert_tokens_to_string(self, tokens: list[str]) -> str:
        """Join pieces into text: byte pieces become characters, incomplete ones U+FFFD."""
        text: str = self.sp_model.decode_pieces(tokens)
        return text
