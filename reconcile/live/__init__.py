"""What a cluster says is: one consistent reading of it."""
