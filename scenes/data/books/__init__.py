"""Books, benches and interviews as logs: what a character can be trained on."""
