"""The one line that was wished for, out of all that a chat model says."""
