"""The pages of the desk: a file a section, or a large part of one."""
