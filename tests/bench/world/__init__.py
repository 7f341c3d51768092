"""A test world that is not ours: photographs of filled order forms with their truth.

It shares no code, form, font or camera with `tests.orders`, `tests.camera` and `tests.bench.generator`, on which the
product was developed and its parameters were fitted. `python -m tests.bench.world` makes the photographs.
"""
