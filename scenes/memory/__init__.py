"""What happened long ago: stretches of a branch that are summed up, and facts that are pinned."""
