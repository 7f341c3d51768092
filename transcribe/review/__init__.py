"""The web app of the review queue: people sign in, see one field at a time, and type what it says."""
