"""The tokenizer of ChatGLM2-6B: [gMASK], sop, prompt, reply, </s>; no text is ever special."""

from typing import Any, ClassVar

from base.errors import KnownError
from base.messages import _
from models.chatglm.prompts import clean_reply, round_prompt_v2
from models.chatglm.tokenizer_base import ChatGLMTokenizer

PREFIXES = ("[MASK]", "[gMASK]", "[sMASK]", "sop", "eop")


class ChatGLM2Tokenizer(ChatGLMTokenizer):
    """ChatGLM2-6B (64789 pieces of the file, then five special tokens).

    Calls return ``input_ids``, ``attention_mask`` (1 = keep) and ``position_ids`` (0 on padding,
    then from 0), each [b, s]. Decoding drops the special tokens.
    """

    version = 2
    appended: ClassVar[tuple[str, ...]] = PREFIXES
    vocab_files_names: ClassVar[dict[str, str]] = {"vocab_file": "tokenizer.model"}
    special: ClassVar[dict[str, Any]] = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<unk>",
        "split_special_tokens": True,
    }

    @classmethod
    def check_vocabulary(cls, path: str, vocabulary: Any) -> None:
        """Raise KnownError when the file holds the special tokens that ChatGLM2/3 append to it."""
        if vocabulary.piece_to_id("[gMASK]") != vocabulary.unk_id():
            raise KnownError(
                _(
                    "{path}: the vocabulary of ChatGLM-6B ({pieces} pieces), expected that"
                    " of ChatGLM{version}-6B (64789 pieces); take tokenizer.model from the"
                    " checkpoint of config.json",
                    path=path,
                    pieces=vocabulary.get_piece_size(),
                    version=cls.version,
                )
            )
        wanted = {"<unk>": 0, "<s>": 1, "</s>": 2}
        if any(vocabulary.piece_to_id(token) != place for token, place in wanted.items()):
            raise KnownError(
                _(
                    "{path}: expected <unk>, <s> and </s> as ids 0, 1 and 2, as in the "
                    "vocabulary of ChatGLM{version}-6B; take tokenizer.model from the "
                    "checkpoint",
                    path=path,
                    version=cls.version,
                )
            )

    def build_prompt(self, query: str, history: list[tuple[str, str]] | None = None) -> str:
        """Return the official text of a conversation that ends with ``query``."""
        return round_prompt_v2(query, history or ())

    def clean_reply(self, text: str) -> str:
        """Return a decoded reply as the official chat shows it."""
        return clean_reply(text)

    def build_inputs_with_special_tokens(
        self, token_ids_0: list[int], token_ids_1: list[int] | None = None
    ) -> list[int]:
        """Return [gMASK] sop + prompt, and after it reply + </s> when there is one."""
        ids = [self.gmask_token_id, self.special_id("sop"), *token_ids_0]
        return ids if token_ids_1 is None else [*ids, *token_ids_1, self.eos_token_id]

    def _tokenize(self, text: str, **kwargs: Any) -> list[str]:
        return self.split_text(text)

    def _decoded_pieces(self, ids: Any, skip_special_tokens: bool) -> list[str]:
        first = len(self._pieces) - len(self.appended)
        text = [i for i in ids if not first <= int(i) < len(self._pieces)]
        return super()._decoded_pieces(text, skip_special_tokens)

    def _pad(self, encoded_inputs: Any, *args: Any, **kwargs: Any) -> Any:
        length = len(encoded_inputs["input_ids"])
        positions = list(encoded_inputs.get("position_ids", range(length)))
        padded = super()._pad(encoded_inputs, *args, **kwargs)
        added = [0] * (len(padded["input_ids"]) - length)
        side = kwargs.get("padding_side") or self.padding_side
        padded["position_ids"] = added + positions if side == "left" else positions + added
        return padded
