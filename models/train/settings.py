"""What a training run is told: one declaration, filled from a recipe."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Method = Literal["lora", "qlora", "prefix"]


@dataclass(frozen=True)
class Settings:
    """How an adapter is trained. Names are those of the field; paths are the recipe's."""

    base: str
    """What it is trained on: `starter`, a name of the catalog, a folder, a hub id, a GGUF file."""
    out: Path
    """The adapter's folder, in PEFT layout; checkpoints lie in it while the run lasts."""
    examples: tuple[Path, ...] = ()
    """What `paotuan corpus examples` wrote; their `split` says what is held out."""
    pairs: tuple[Path, ...] = ()
    """In place of examples: picks against what was not picked, which
    `paotuan sessions export --to preference` writes; trained on with DPO."""
    beta: float = 0.1
    """Of DPO: how close the adapter stays to what it began as; without effect on examples."""
    start: Path | None = None
    """The folder of an adapter of the same base to go on from; none begins a new one."""
    contrast: float = 0.0
    """How much it also learns who speaks: that a reply is likelier under its own cue than under a
    rival's; 0 is not at all, and costs nothing."""
    method: Method = "lora"
    """`lora`; `qlora`, the same on a base in NF4; `prefix`, P-tuning v2."""
    rank: int = 16
    """Rank of a LoRA."""
    alpha: float = 32.0
    """A LoRA is scaled by alpha / rank."""
    dropout: float = 0.0
    """Dropout in front of a LoRA; 0 is neutral."""
    targets: tuple[str, ...] = ()
    """Linear layers that a LoRA adapts, by the end of their names; none is all but the output."""
    prefix_length: int = 64
    """Columns of a prefix in each layer's cache; it begins as those of a text of that length."""
    learning_rate: float = 2e-4
    """Of AdamW, at the end of the warm-up; a prefix wants about a hundred times more."""
    warmup: float = 0.03
    """The share of steps over which the learning rate rises; then it falls along a cosine."""
    weight_decay: float = 0.0
    """Of AdamW; 0 is neutral."""
    max_grad_norm: float = 1.0
    """Gradients longer than this are shortened to it."""
    epochs: float = 1.0
    """Times that every example is learned from; without effect where `max_steps` is given."""
    max_steps: int | None = None
    """Optimizer steps in all."""
    batch_tokens: int = 2048
    """Tokens computed at a time, padding included."""
    accumulate: int = 1
    """Batches to an optimizer step."""
    max_length: int = 2048
    """Longer examples are left out and counted."""
    checkpointing: bool = False
    """Computes activations again instead of keeping them: less memory, a third more time."""
    eval_every: int = 50
    """Steps between looks at the held-out loss."""
    eval_limit: int = 256
    """Held-out rows that are looked at each time, the same ones; 0 is all of them."""
    patience: int = 4
    """Looks without a better held-out loss after which the run ends; 0 never ends it."""
    save_every: int = 50
    """Steps between checkpoints."""
    keep: int = 2
    """Checkpoints kept; older ones are deleted."""
    log_every: int = 5
    """Steps between two points of the curve."""
    seed: int = 1
    """The same seed gives the same adapter on one machine."""
    device: str | None = None
    """`cuda` or `cpu`; none takes a GPU where there is one."""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files of examples and pairs."""
        return (*self.examples, *self.pairs)
