"""A folder that is no whole model is told in words of ours, not in the library's."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from base.errors import KnownError
from models.local.loading import open_checkpoint

OWN_CODE = {"AutoConfig": "configuration_x.X", "AutoModelForCausalLM": "modeling_x.X"}
WEIGHTS, PARTS = "model.safetensors", ("model-00001-of-00002", "model-00002-of-00002")


def changed(file: str, **changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / file
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def without(*patterns: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for pattern in patterns:
            for path in folder.glob(pattern):
                path.unlink()

    return change


def half_of_its_parts(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / f"{PARTS[0]}.safetensors")
    parts = {name: f"{name}.safetensors" for name in PARTS}
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps({"weight_map": parts}))


def an_index_that_is_none(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / f"{WEIGHTS}.index.json").write_text("[]")


def a_pointer(folder: Path) -> None:
    (folder / WEIGHTS).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")


CASES = {
    "code of its own": (
        changed("config.json", model_type="strange", auto_map=OWN_CODE),
        "comes with code of its own, which is never run here",
    ),
    "a tokenizer with code of its own": (
        changed(
            "tokenizer_config.json",
            auto_map={"AutoTokenizer": ["tokenization_x.X", None]},
            tokenizer_class="Strange",
        ),
        "comes with code of its own, which is never run here",
    ),
    "an unknown kind": (changed("config.json", model_type="strange"), "a strange model, which"),
    "no kind": (changed("config.json", model_type=None), "names no model_type"),
    "a kind that does not write": (
        changed("config.json", model_type="t5"),
        "a t5 model cannot continue",
    ),
    "no weights": (without(WEIGHTS), "the weights (model.safetensors) are missing"),
    "no tokenizer": (without("tokenizer*"), "the tokenizer (tokenizer.json) is missing"),
    "half of its parts": (half_of_its_parts, f"{PARTS[1]}.safetensors is missing"),
    "an index that is none": (an_index_that_is_none, "cannot be read as an index of weights"),
    "a pointer in place of weights": (a_pointer, "damaged or cut off"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_model_is_one_line_of_ours(
    folders: dict[str, Path], tmp_path: Path, case: str
) -> None:
    change, told = CASES[case]
    folder = tmp_path / "model"
    shutil.copytree(folders["llama"], folder)
    change(folder)
    with pytest.raises(KnownError, match=re.escape(told)) as error:
        open_checkpoint(folder, device="cpu")
    said = str(error.value)
    assert said.startswith(str(folder)) and "\n" not in said
    assert "trust_remote_code" not in said and "class '" not in said


def test_a_list_of_parts_beside_whole_weights_is_passed_over(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Such as that of the same weights in another form, which nobody fetched."""
    folder = tmp_path / "model"
    shutil.copytree(folders["llama"], folder)
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "pytorch_model-00001-of-00002.bin"}}))
    assert open_checkpoint(folder, device="cpu").model.config.model_type == "llama"
