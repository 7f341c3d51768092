"""The section Quality: measured error, needless questions, and what was learnt with the way back."""
