"""Backup and restore of a whole site: its database, and the objects of the store that the database refers to.

A backup is a folder::

    manifest.json              written last, in one step: without it the folder is no backup
    database-<time>.sqlite     or .dump of PostgreSQL
    objects-<time>.tsv         key, size and SHA-256 of every object that the database refers to
    objects/3f/3f2a…           their bytes, unless the store is copied by other means

`manifest` what a backup says of itself · `object_copies` objects there and back · `back_up`, `put_back` the two verbs.
"""
