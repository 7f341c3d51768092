"""Other people's data: collections of items that several sources have read, without a form or a store."""
