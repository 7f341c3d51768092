"""What is found on a page that a form is drafted from: frames, lines, boxes, tables and the print beside them."""
