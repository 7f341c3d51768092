"""The first page of the desk: what waits, who works, what is wrong, what was done today."""
