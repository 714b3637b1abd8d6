"""Lorebooks: one model for world info, card books and our own YAML, and what fires in them. Pure
but for reading files."""
