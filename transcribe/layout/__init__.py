"""Where things stand on a page of free layout: lines of print, labels, amounts, dates, names, tables."""
