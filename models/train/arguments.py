"""The arguments of transformers' trainers that a recipe comes to, on this machine."""

import math
from typing import Any

import torch

from base.errors import KnownError
from base.messages import _
from models.train.checkpoints import FOLDER
from models.train.processes import on_gpu, processes
from models.train.settings import Settings

BFLOAT16 = ("amx_bf16", "avx512_bf16")
"""Instructions of processors that multiply in bfloat16."""
LEAST_WIDTH = 256
"""Width of a model from which on a processor gains by bfloat16."""


def computes_bfloat16(settings: Settings, width: int) -> bool:
    """Whether a model of that width is computed in bfloat16, if the recipe leaves it open.

    A GPU that can does, and a processor with instructions for it where the model is wide enough to
    gain by it: 0.95 to 1.06 times as fast at widths of 64 and 128, 1.4 at 256, 1.8 at 640.
    """
    if on_gpu(settings):
        return torch.cuda.is_bf16_supported()
    able = torch.cpu.get_capabilities()
    return width >= LEAST_WIDTH and any(able.get(one, False) for one in BFLOAT16)


def common_arguments(
    settings: Settings, batches: int, width: int, together: int | None = None
) -> dict[str, Any]:
    """The arguments of transformers' trainers, for an epoch of so many batches, `together` of them
    to a step, and a model whose hidden states have that width."""
    together = together or settings.gradient_accumulation_steps * processes()
    an_epoch = math.ceil(batches / together)
    steps = settings.max_steps or max(1, math.ceil(an_epoch * settings.num_train_epochs))
    if settings.max_train_tokens:
        at_once = settings.batch_tokens * together
        steps = min(steps, max(1, settings.max_train_tokens // at_once))
    gpu = on_gpu(settings)
    able = computes_bfloat16(settings, width)
    if settings.bf16 and gpu and not able:
        raise KnownError(_("bf16: this GPU cannot compute in bfloat16; leave it out"))
    bf16 = able if settings.bf16 is None else settings.bf16
    return dict(
        output_dir=str(settings.out / FOLDER),
        per_device_train_batch_size=1,
        gradient_accumulation_steps=math.ceil(together / processes()),
        max_steps=steps,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.lr_scheduler_type,
        warmup_steps=round(settings.warmup_ratio * steps),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        logging_steps=settings.logging_steps,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=settings.save_steps,
        save_total_limit=settings.save_total_limit,
        seed=settings.seed,
        data_seed=settings.seed,
        use_cpu=not gpu,
        bf16=bf16,
        gradient_checkpointing=False,  # `new_adapter` has switched it on where it is wanted
        report_to=list(settings.report_to) or "none",
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=gpu,
    )
