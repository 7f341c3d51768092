"""Attacks on the real program, each of which worked once: what they took is out of reach, and honest people are not."""
