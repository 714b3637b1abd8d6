"""The mean of two adapters of one shape, weight by weight (Wortsman et al. 2022, model soups).

    python tests/corpora/averaged.py BEFORE AFTER -o FOLDER [--share 0.5]

AFTER went on from BEFORE, so that their mean lies on the way between them: what a run learned
too well is halved, and most of what it learned at all is kept.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


def averaged(
    before: dict[str, torch.Tensor], after: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Each weight, `share` of the way from `before` to `after`. Raises `ValueError` for adapters
    that have other weights or shapes."""
    shapes = [{name: one.shape for name, one in some.items()} for some in (before, after)]
    if shapes[0] != shapes[1]:
        raise ValueError("the two adapters have other weights")
    return {name: torch.lerp(one, after[name], share) for name, one in before.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--share", type=float, default=0.5)
    options = parser.parse_args()
    two = (load_file(folder / WEIGHTS) for folder in (options.before, options.after))
    options.output.mkdir(parents=True, exist_ok=True)
    weights = averaged(*two, options.share)
    save_file(weights, options.output / WEIGHTS, metadata={"format": "pt"})
    shutil.copyfile(options.after / CONFIG, options.output / CONFIG)


if __name__ == "__main__":
    main()
