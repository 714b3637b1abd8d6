"""GGUF files: their header, their weights, and adapters for them."""
