"""What speaks: backends that turn a prompt into candidates. Knows text, never a scene."""

from models.backend import Backend, Delta, End, Prompt, Sampling, open_backend
from models.errors import ModelError

__all__ = ["Backend", "Delta", "End", "ModelError", "Prompt", "Sampling", "open_backend"]
