"""The pages of drafts: drawn in the browser, tried and put in force."""
