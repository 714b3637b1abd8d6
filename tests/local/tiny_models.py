"""Lines to train vocabularies on, a prompt, and a tiny Llama with its tokenizer."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from models.backend import Prompt

LINES = [
    "【雨下了一整夜，旧宅的门虚掩着。】",
    "苏晚：你确定是这里？",
    "林默：地图上画得很清楚，就是这里。",
    "苏晚：那我们进去吧，小心脚下。",
    "林默：\\me 推开门",
    "守秘人：【门后是一条很长的走廊】",
    "Holmes: the game is afoot, Watson.",
]

PROMPT = Prompt(
    stable="雨夜旧宅\n林默：退役军医，谨慎，话少。\n",
    history="【雨下了一整夜，旧宅的门虚掩着。】\n苏晚：你确定是这里？\n",
    cue="林默：",
)


def make_llama(folder: Path) -> Path:
    """A Llama with byte-level pieces and a <bos> that its tokenizer asks for."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<bos>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(LINES * 4, trainer)
    inner.post_processor = TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 0)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token="<bos>", eos_token="<eos>"
    )
    tokenizer.save_pretrained(folder)
    tiny_llama(len(tokenizer)).save_pretrained(folder)
    return folder


def tiny_llama(vocabulary: int, **changes: Any) -> Any:
    """A Llama of two layers with grouped keys and values."""
    torch.manual_seed(1)
    sizes: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    return LlamaForCausalLM(LlamaConfig(**sizes | changes)).eval()
