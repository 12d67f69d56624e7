"""Rules about definitions and about changes: what is valid and still does not do what it says."""
