"""Live over time: judge every round, and decide what is done about it."""
