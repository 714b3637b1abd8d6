"""Data to train on: from books, teachers and benches, and from what was played."""
