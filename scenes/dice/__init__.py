"""What the dice say: expressions, rules of games, checks, and how a roll stands in a log. Pure."""
