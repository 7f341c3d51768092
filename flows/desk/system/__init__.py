"""The section System: versions, findings, engines, queue, processes, files, backups, and the log with verification."""
