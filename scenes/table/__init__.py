"""What happens at a table: turns, draws, the journal, and the one controller of them."""
