"""The screens: the start, the table, and what opens above them."""
