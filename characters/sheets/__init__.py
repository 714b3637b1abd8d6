"""Character sheets: what they hold, how their values are called, and where they come from."""
