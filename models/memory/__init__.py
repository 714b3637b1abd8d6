"""What a model keeps in memory: arithmetic, before anything is loaded."""
