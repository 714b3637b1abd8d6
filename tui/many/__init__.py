"""One command over many inputs: each worked on as if it were the only one, here or on Ray."""
