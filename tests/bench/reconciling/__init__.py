"""The benchmark of reconciling, a row or table a file; `python -m tests.bench.bench_reconcile` runs them."""
