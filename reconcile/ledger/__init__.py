"""What was applied, and who may write: SQLite, git or Kafka behind one interface."""
