-- What stands where on the picture of a field: nine numbers with commas between, its box, the writing and a letter's height.

ALTER TABLE place ADD COLUMN frame TEXT;
