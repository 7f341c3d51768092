"""The section Forms: a gallery, one page a form, drafts that are drawn in the browser, tried and put in force."""
