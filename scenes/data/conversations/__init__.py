"""Questions and answers, conversations and distilled items of other programs, as what was said."""
