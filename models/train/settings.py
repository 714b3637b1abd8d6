"""What a training run is told: one declaration, filled from a recipe, in the words of the field."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Method = Literal["lora", "qlora", "lora-int8", "prefix", "full"]
ObjectiveName = Literal["sft", "dpo"]
Scheduler = Literal[
    "cosine",
    "linear",
    "constant",
    "constant_with_warmup",
    "cosine_with_restarts",
    "polynomial",
    "inverse_sqrt",
]

RENAMED = {
    "rank": "r",
    "alpha": "lora_alpha",
    "dropout": "lora_dropout",
    "targets": "target_modules",
    "prefix_length": "num_virtual_tokens",
    "warmup": "warmup_ratio",
    "epochs": "num_train_epochs",
    "accumulate": "gradient_accumulation_steps",
    "checkpointing": "gradient_checkpointing",
    "eval_every": "eval_steps",
    "patience": "early_stopping_patience",
    "save_every": "save_steps",
    "keep": "save_total_limit",
    "log_every": "logging_steps",
}
"""Keys of earlier recipes by what transformers and PEFT call the same thing."""


@dataclass(frozen=True)
class Settings:
    """How an adapter is trained. Keys are named as in transformers and PEFT where they have one."""

    base: str
    """What it is trained on: `starter`, a name of the catalog, a folder, a hub id, a GGUF file."""
    out: Path
    """The adapter's folder, in PEFT layout; checkpoints lie in it while the run lasts."""
    examples: tuple[Path, ...] = ()
    """What `paotuan corpus examples` wrote; their `split` says what is held out."""
    pairs: tuple[Path, ...] = ()
    """In place of examples: picks against what was not picked, which
    `paotuan sessions export --to preference` writes; every tenth prompt is held out."""
    objective: ObjectiveName | None = None
    """What is learned: `sft`, the replies of examples; `dpo`, to prefer what was picked in pairs.
    None takes the one that the data is for."""
    beta: float = 0.1
    """Of `dpo`: how close the adapter stays to what it began as."""
    start: Path | None = None
    """The folder of an adapter of the same base to go on from; none begins a new one."""
    contrast: float = 0.0
    """Of `sft`: how much it also learns who speaks, that a reply is likelier under its own cue
    than under a rival's; 0 is not at all, and costs nothing."""
    method: Method = "lora"
    """`lora`; `qlora` or `lora-int8`, the same on a base in NF4 or int8; `prefix`, P-tuning v2;
    `full`, every layer of the base itself but the embedding and the output, as a new model."""
    r: int = 16
    """Rank of a LoRA."""
    lora_alpha: float = 32.0
    """A LoRA is scaled by lora_alpha / r."""
    lora_dropout: float = 0.0
    """Dropout in front of a LoRA; 0 is neutral."""
    target_modules: tuple[str, ...] = ()
    """Linear layers that a LoRA adapts, by the end of their names; none is all but the output."""
    num_virtual_tokens: int = 64
    """Columns of a prefix in each layer's cache; it begins as those of a text of that length."""
    learning_rate: float = 2e-4
    """Of AdamW, at the end of the warm-up; a prefix wants about a hundred times more."""
    lr_scheduler_type: Scheduler = "cosine"
    """How the learning rate goes on after the warm-up."""
    warmup_ratio: float = 0.03
    """The share of steps over which the learning rate rises."""
    weight_decay: float = 0.0
    """Of AdamW; 0 is neutral."""
    max_grad_norm: float = 1.0
    """Gradients longer than this are shortened to it."""
    num_train_epochs: float = 1.0
    """Times that every example is learned from; without effect where `max_steps` is given."""
    max_steps: int | None = None
    """Optimizer steps in all."""
    max_train_tokens: int | None = None
    """At most so many tokens are computed in learning, padding included, however long the passes
    would be: 240,000 are about an hour of LoRA on the starter on two cores; none is no bound."""
    batch_tokens: int = 2048
    """Tokens computed at a time in a process, padding included."""
    per_device_train_batch_size: int | None = None
    """Rows, or pairs, computed at a time, in place of `batch_tokens`."""
    gradient_accumulation_steps: int = 1
    """Batches to an optimizer step, in each process."""
    max_length: int = 2048
    """Longer examples are left out and counted."""
    gradient_checkpointing: bool = False
    """Computes activations again instead of keeping them: less memory, a third more time."""
    bf16: bool | None = None
    """Computes in bfloat16; none does so on a GPU or a processor that is faster for it."""
    eval_steps: int = 50
    """Steps between looks at the held-out loss."""
    eval_limit: int | None = None
    """Held-out rows that are looked at each time, the same ones; 0 is all of them; none is so many
    that all looks together take about a tenth of the run."""
    early_stopping_patience: int = 4
    """Looks without a better held-out loss after which the run ends; 0 never ends it."""
    save_steps: int = 50
    """Steps between checkpoints."""
    save_total_limit: int = 2
    """Checkpoints kept; older ones are deleted."""
    logging_steps: int = 5
    """Steps between two points of the curve."""
    report_to: tuple[str, ...] = ()
    """Trackers that are told too, such as tensorboard, wandb or mlflow; none is `none`."""
    stream: bool | None = None
    """Of `sft`: reads examples while they are learned from, in constant memory, instead of all at
    first; none does so where the files have more than 1 GiB, a Parquet table counting
    thirtyfold."""
    shuffle_buffer: int = 4096
    """Of a stream: rows that are in memory at once and are shuffled together; more of them mix
    better."""
    shard: bool = False
    """The processes that a launcher started share the base among them, a part each (FSDP2), instead
    of holding it whole; for a LoRA, QLoRA or a prefix."""
    processes: int | None = None
    """How many processes this recipe is for; none takes as many as a launcher started."""
    seed: int = 1
    """The same seed gives the same adapter on one machine."""
    device: str | None = None
    """`cuda` or `cpu`; none takes a GPU where there is one."""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files of examples and pairs."""
        return (*self.examples, *self.pairs)
