"""What a model, an adapter or knowledge is worth, in figures."""
