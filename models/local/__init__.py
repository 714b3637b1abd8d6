"""Models run in process by transformers: ChatGLM in all versions, and any other causal model."""

from models.local.backend import Local

__all__ = ["Local"]
