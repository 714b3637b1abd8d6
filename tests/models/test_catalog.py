import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from base.drafts import draft_of, sweep
from base.errors import KnownError
from models import cache, starter
from models.catalog import MODELS, STARTER, better_models, find
from models.gguf.header import read_header
from models.memory.fit import fit
from models.memory.gguf_sizes import FileQuantization, _more_bits, file_bytes
from models.memory.machine import machine_memory
from models.memory.shapes import KNOWN, shape_of
from models.memory.usage import MemoryPlan
from models.resolve import resolve
from tests.models.conftest import write_gguf

WEIGHTS = ("weights in the file", "weights of the blocks", "embedding and output layer")
FILE = starter.file_of(STARTER)
Q6_K = 14
"""GGML's number of the type."""


@pytest.mark.parametrize("name", sorted(MODELS))
def test_each_model_says_what_a_person_needs_to_know(name: str) -> None:
    model = MODELS[name]
    assert model.name == name
    assert model.title
    assert model.licence.name
    assert model.context >= 2048
    assert model.languages
    assert "/" in model.hub or model.package
    assert list(model.memory.values()) == sorted(model.memory.values())
    assert model.gguf is None or model.gguf.file.endswith(f"{model.gguf.quantization}.gguf")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_what_a_model_is_said_to_take_is_what_fit_reckons(name: str) -> None:
    model = MODELS[name]
    for held, size in model.memory.items():
        quantization = held if held in ("int8", "int4") and model.shape.bits == 16 else "none"
        reckoned = {
            item.what: item.bytes for item in fit(name, MemoryPlan(quantization=quantization)).items
        }
        weights = sum(size for what, size in reckoned.items() if what in WEIGHTS)
        assert weights == size
    assert shape_of(model.hub or model.origin).context == model.context


@pytest.mark.parametrize(
    ("name", "quantization", "size"),
    [
        ("qwen3-1.7b", "Q8_0", 1.83e9),
        ("qwen3-4b", "Q4_K_M", 2.50e9),
        ("qwen3-8b", "Q4_K_M", 5.03e9),
        ("qwen3.5-4b", "Q8_0", 4_482_403_424),
        ("starter", "Q4_K_M", 103_503_904),
        ("starter-latin", "Q4_K_M", 150_623_872),
        ("starter-whole", "Q4_K_M", 253_113_024),
    ],
)
def test_the_size_of_a_file_is_that_of_the_published_one(
    name: str, quantization: FileQuantization, size: float
) -> None:
    assert file_bytes(KNOWN[name], quantization) == pytest.approx(size, rel=0.01)


def test_the_starter_holds_each_matrix_in_the_type_that_is_reckoned_with(
    starter_file: Path,
) -> None:
    header = read_header(starter_file)
    assert starter_file.stat().st_size == STARTER.memory["Q4_K_M"]
    down = [header.tensors[f"blk.{layer}.ffn_down.weight"].kind for layer in range(18)]
    assert [kind == Q6_K for kind in down] == [_more_bits(layer, 18) for layer in range(18)]


def test_llama_cpp_and_transformers_know_the_architecture_of_each_model(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    pytest.importorskip("transformers", reason="the extra `local` is not installed")
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    by_backend = {
        backend: {one.architecture for one in MODELS.values() if one.backend == backend}
        for backend in ("llamacpp", "local")
    }
    own = {"chatglm"}
    assert by_backend["local"] - own <= set(CONFIG_MAPPING_NAMES)
    code = (
        "import sys, xllamacpp\n"
        "for path in sys.argv[1:]:\n"
        "    params = xllamacpp.CommonParams()\n"
        "    params.model.path, params.verbosity = path, 5\n"
        "    try:\n        xllamacpp.Server(params)\n    except RuntimeError:\n        pass\n"
    )
    files = [
        write_gguf(tmp_path / f"{one}.gguf", {"general.architecture": one}, {"w": (32, 32)})
        for one in (*sorted(by_backend["llamacpp"]), "abacus")
    ]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, timeout=60
    )
    unknown = re.findall(r"unknown model architecture: '(\S+)'", done.stdout + done.stderr)
    assert set(unknown) == {"abacus"}


def test_names_and_files_may_say_how_they_are_asked(tmp_path: Path) -> None:
    file = tmp_path / "any?.gguf"
    file.touch()
    assert resolve("qwen3-4b?mode=raw").options == {"mode": "raw"}
    assert resolve("qwen3-4b?mode=raw").model is MODELS["qwen3-4b"]
    assert resolve(f"{tmp_path}/b.gguf?mode=chat").options["mode"] == "chat"
    assert resolve(f"local:{tmp_path}?mode=chat").options["mode"] == "chat"
    assert resolve(str(file)).options == {"path": file}
    for wrong in ("starter?mode=loud", "starter?context=3", "scripted?mode=chat"):
        with pytest.raises(KnownError, match=r"expected \?mode=chat or \?mode=raw"):
            resolve(wrong)


def test_a_mistyped_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(KnownError, match=r"no model is named 'chatglm-6'; nearest: chatglm-6b"):
        find("chatglm-6")
    with pytest.raises(KnownError, match="nearest: starter"):
        resolve("startr")


def test_what_is_said_of_a_model_opens_it(tmp_path: Path) -> None:
    file = tmp_path / "夏娜 模型.gguf"
    file.touch()
    assert resolve("scripted").backend == "scripted"
    assert resolve("starter").model is STARTER
    assert resolve("chatglm3-6b").backend == "local"
    assert (resolve(str(file)).backend, resolve(str(file)).title) == ("llamacpp", "夏娜 模型")
    assert resolve(str(tmp_path)).backend == "local"
    assert resolve("missing/model.gguf").backend == "llamacpp"


def test_local_in_front_opens_anything_with_pytorch(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.touch()
    assert resolve(f"local:{file}").backend == "local"
    assert resolve("local:starter").model is STARTER
    assert resolve("local:starter").backend == "local"
    assert resolve("google/gemma-3-270m").model is STARTER
    with pytest.raises(KnownError, match="local:scripted: expected a model"):
        resolve("local:scripted")


def test_an_address_may_name_the_model_and_the_mode() -> None:
    opening = resolve("http://localhost:8000/v1?mode=chat#qwen3:4b")
    assert opening.options == {
        "url": "http://localhost:8000/v1",
        "mode": "chat",
        "model": "qwen3:4b",
    }
    plain = resolve("https://user:secret@example.org")
    assert plain.title == "example.org"
    with pytest.raises(KnownError, match="not an address"):
        resolve("http://localhost:99999999/")


def test_the_scripted_opening_opens() -> None:
    assert resolve("scripted").open(lines=["一"]).count("一二") == 2


def test_a_model_that_was_not_pulled_says_how_to_pull_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from models.resolve import resolve\nfrom base.errors import KnownError\n"
            "try:\n    resolve('qwen3-4b').open()\nexcept KnownError as error:\n    print(error)",
        ],
        env=os.environ | {"HF_HOME": str(tmp_path)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip().endswith("fetch it with: paotuan models pull qwen3-4b")


def test_better_models_fit_and_the_largest_comes_first() -> None:
    assert better_models(1 << 20, 1 << 20) == []
    found = better_models(8 << 30, 8 << 30)
    assert [model.parameters for model in found] == sorted(
        (model.parameters for model in found), reverse=True
    )
    assert all(model.memory[model.smallest] <= 0.7 * (8 << 30) for model in found)
    assert not any(model.embedded for model in found)
    assert all(memory >= 0 for memory in machine_memory())


def test_without_a_gpu_only_models_in_gguf_are_named() -> None:
    found = better_models(24 << 30, 0)
    assert found
    assert all(model.gguf for model in found)


def test_importing_what_finds_a_model_brings_nothing_heavy() -> None:
    code = (
        "import sys, models, models.backend, models.resolve, models.scripted\n"
        "print({'torch', 'numpy', 'httpx', 'xllamacpp', 'transformers', 'huggingface_hub'}"
        " & set(sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert out.stdout.strip() == "set()"


def test_the_starter_is_put_together_once(starter_file: Path, tmp_path: Path) -> None:
    file = starter.path(tmp_path)
    assert cache.digest(file) == cache.digest(starter_file) == STARTER.sha256
    before = file.stat().st_mtime_ns
    assert starter.path(tmp_path) == file
    assert file.stat().st_mtime_ns == before
    left = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert left == {FILE, f"{FILE}.checked"}


def test_what_killed_starts_have_left_is_gone_after_the_next_one(
    starter_file: Path, tmp_path: Path
) -> None:
    os.symlink(starter_file, tmp_path / FILE)
    starter.path(tmp_path)
    left = [tmp_path / f"{starter.FILE}.{pid}.{end}" for pid in (7, 8) for end in ("part", "stamp")]
    left += [draft_of(tmp_path / FILE), tmp_path / starter.UNCUT]
    for path in left:
        path.write_bytes(b"half")
    sweep.cache_clear()
    assert starter.path(tmp_path) == tmp_path / FILE
    assert [path for path in left if path.exists()] == []


def test_a_tampered_starter_is_refused_and_mended_by_deleting_it(
    starter_file: Path, tmp_path: Path
) -> None:
    file = tmp_path / FILE
    file.write_bytes(b"something else")
    with pytest.raises(KnownError, match=r"not the starter model.*delete the file") as refused:
        starter.path(tmp_path)
    assert str(file) in str(refused.value)
    file.unlink()
    assert starter.path(tmp_path).stat().st_size == starter_file.stat().st_size


def test_a_change_after_the_check_is_noticed(starter_file: Path, tmp_path: Path) -> None:
    file = tmp_path / FILE
    os.link(starter_file, file) if os.stat(tmp_path).st_dev == os.stat(
        starter_file
    ).st_dev else file.symlink_to(starter_file)
    assert starter.path(tmp_path) == file
    file.unlink()
    file.write_bytes(b"changed")
    with pytest.raises(KnownError, match="not the starter model"):
        starter.path(tmp_path)


def test_a_full_disk_is_one_line_and_leaves_nothing_behind(
    starter_file: Path, tmp_path: Path
) -> None:
    pytest.importorskip("resource", reason="needs limits on the size of files")
    code = (
        "import resource, sys, pathlib\nfrom models import starter\n"
        "from base.errors import KnownError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        "try:\n    starter.path(pathlib.Path(sys.argv[1]))\n"
        "except KnownError as error:\n    print(error)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
    )
    assert "no room for the starter model" in done.stdout
    assert [file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock")] == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KnownError, match="the starter model cannot be kept here"):
        starter.path(tmp_path / "file" / "models")


@pytest.mark.parametrize(
    "spec",
    ["A" * 3000, "local:" + "f" * 300, "qwen3-4b?mode=" + "1" * 3000, "qwen3-4b?" + "x" * 3000],
)
def test_what_a_person_wrote_is_repeated_short(spec: str) -> None:
    with pytest.raises(KnownError) as failure:
        resolve(spec)
    assert len(str(failure.value)) < 220


def test_an_address_too_long_for_a_path_is_still_an_address() -> None:
    assert resolve("localhost:9?x=" + "y" * 3000).backend == "server"
