"""What was played or told as examples: each line, and the prompt that play would have made."""
