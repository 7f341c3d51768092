"""The text of a page as one source sees it: lines, labels, headers of tables, candidates and what sources agree on."""
