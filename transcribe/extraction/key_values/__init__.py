"""Key-value extraction: the plain fields of a page, found by their labels, their looks and their places."""
