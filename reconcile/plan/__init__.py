"""The difference between desired and live: pure, from two values to one plan."""
