"""A teacher model asked for lines, answers and interviews, side by side and kept."""
