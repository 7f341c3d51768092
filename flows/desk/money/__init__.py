"""The section Money: what work came to by month and form, what is owed, and disputes of time."""
