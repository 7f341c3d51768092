"""What an operator steers: scans read again, batches, values and people's readings, each with who and why."""
