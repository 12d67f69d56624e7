"""The steps in order: load, read, plan, check, apply, record."""
