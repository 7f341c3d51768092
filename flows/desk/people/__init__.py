"""The section People: hours, what an hour comes to, who is missing, and questions about what is odd; no ranking."""
