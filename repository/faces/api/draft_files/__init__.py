"""The files of a draft: declare, upload, complete, change, remove, and import from the previous version."""
