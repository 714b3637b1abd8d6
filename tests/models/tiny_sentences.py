"""A tiny sentence-transformers model in a folder, whose characters have vectors of our choosing.

A BERT of one layer that passes its embeddings through, and mean pooling: the vector of a text is
the mean of those of its characters, and characters of one group share theirs.
"""

import json
from collections.abc import Sequence
from pathlib import Path

SIZE = 32
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
KNOWN = "旧宅建于光绪年间钥匙共有三把阁楼十没人上去了地下室的暗门在酒架后面院长怕狗学堂着火"
SAME = ("猫咪", "雨霖", "钟时")
"""Groups of characters that mean the same."""


def write_model(folder: Path, same: Sequence[str] = SAME, size: int = SIZE) -> Path:
    """Write the model into `folder`, which is made."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir(parents=True)
    signs = list(dict.fromkeys((*KNOWN, *"".join(same))))
    words = [*MARKS, *signs]
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=size,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=size,
        max_position_embeddings=128,
    )
    torch.manual_seed(0)
    model = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if "LayerNorm" not in name:
                weights.zero_()
        table = model.embeddings.word_embeddings.weight
        table[len(MARKS) :] = torch.randn(len(signs), size)
        for group in same:
            for sign in group:
                table[words.index(sign)] = table[words.index(group[0])]
    model.save_pretrained(folder)
    return _with_pooling(folder, size)


def _with_pooling(folder: Path, size: int) -> Path:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"))
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for at, (path, kind) in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": size, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    return folder
