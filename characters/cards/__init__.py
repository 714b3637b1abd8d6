"""Characters of other programs: Character Card V1 to V3 and their kin, read, used, written back."""
