"""What happens: the log, scenes, sessions, prompts. Never knows a model's markup."""
