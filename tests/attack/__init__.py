"""Attacks on the real program, each of which worked once: what they took is out of reach, and honest people are not.

A file for each thing that is attacked. `make test` runs each attack small; `make soak` runs the whole folder, with the
many races, moments and drawn requests that are marked `soak`, and the laws with many examples.
"""
