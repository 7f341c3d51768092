"""What operators do to batches, scans and values, what they see, and what programs are told of it."""
