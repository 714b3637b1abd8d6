"""Training of adapters: examples to rows of ids, rows to a LoRA or a prefix in PEFT layout."""
