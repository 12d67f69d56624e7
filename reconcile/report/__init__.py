"""Any value to text: pure, and the same for a terminal, a pipe and a file."""
