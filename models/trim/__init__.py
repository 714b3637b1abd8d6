"""Cuts a model's vocabulary to the scripts that are written at the table."""
