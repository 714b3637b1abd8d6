"""Wiki text and notes: cut into chunks by sentence, indexed by words and pairs of characters."""
