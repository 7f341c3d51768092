"""When things run; the only place that knows Prefect."""
