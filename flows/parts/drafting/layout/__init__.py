"""Frames, lines, boxes, tables and the print beside them, on a page that a form is drafted from."""
