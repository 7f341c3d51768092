"""A second world for measuring: five forms, 300 filled pages in six conditions, their truth known.

It shares no code, layout, font, hand or camera with `tests.bench.world` or with what the shipped samples are made by,
and nothing is ever fitted or tuned on it. It is looked at three times at most, each time said with its figures in
docs/figures.md. `hash.txt` freezes it.
"""
