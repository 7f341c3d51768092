"""What reconciling is worth, a table a file."""
