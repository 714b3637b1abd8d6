"""Models from the hub or a mirror: what is listed there, fetching it, and where it lies here."""
