"""What several machines that work on one state share: locks, copies of records, files that came in, counts of use."""
