"""What speaks: backends that turn a prompt into candidates. Knows text, never a scene."""

from base.errors import KnownError
from models.backend import Backend, Delta, End, Progress, Prompt, Sampling, open_backend

__all__ = [
    "Backend",
    "Delta",
    "End",
    "KnownError",
    "Progress",
    "Prompt",
    "Sampling",
    "open_backend",
]
