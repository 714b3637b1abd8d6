"""The sizes of a model that memory depends on, and what follows from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """The sizes of a model that memory depends on."""

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    context: int
    gated: bool = True
    """Whether the MLP has a gate, so three matrices, not two."""
    tied: bool = False
    """Whether embedding and output layer are one matrix."""
    bits: int = 16
    """Bits of a weight of the blocks in the checkpoint."""
    quantised_embeddings: bool = False
    file: int = 0
    """Bytes of the GGUF that llama.cpp opens as it is; 0 where PyTorch opens the weights."""
    attention_every: int = 1
    """Of so many layers the last has attention; the others keep a state instead of a cache."""
    mixer: int = 0
    """Parameters of the matrices that those others have in place of attention."""
    state: int = 0
    """Numbers of the state of all layers, which each row of a draw has for itself."""
    gated_query: bool = False
    """Whether attention has a gate as large as its queries."""

    @property
    def prefix_lm(self) -> bool:
        """Whether the context is bidirectional, as ChatGLM-6B's is."""
        return not self.gated and self.kv_heads == self.heads

    @property
    def attention_matrices(self) -> tuple[int, ...]:
        """Parameters of each linear layer of a block's attention."""
        inner = self.heads * self.head_dim
        qkv = (inner * (1 + self.gated_query) + 2 * self.kv_heads * self.head_dim) * self.hidden
        return (qkv, inner * self.hidden)

    @property
    def block_matrices(self) -> tuple[int, ...]:
        """Parameters of each linear layer of a block with attention."""
        up = self.hidden * self.ffn
        return (*self.attention_matrices, (1 + self.gated) * up, up)

    @property
    def attention_layers(self) -> int:
        return self.layers // self.attention_every

    def has_attention(self, layer: int) -> bool:
        return (layer + 1) % self.attention_every == 0

    @property
    def block_parameters(self) -> int:
        """Parameters of the linear layers of all blocks."""
        others = self.layers - self.attention_layers
        saved = others * (sum(self.attention_matrices) - self.mixer)
        return self.layers * sum(self.block_matrices) - saved

    @property
    def parameters(self) -> int:
        """Parameters of all matrices; norms and biases are not counted."""
        return self.block_parameters + self.embedding

    @property
    def embedding(self) -> int:
        """Parameters of embedding and output layer."""
        return self.vocab * self.hidden * (1 if self.tied else 2)

    @property
    def kv_token(self) -> int:
        """Numbers a token has in the caches of all layers."""
        return 2 * self.attention_layers * self.kv_heads * self.head_dim
