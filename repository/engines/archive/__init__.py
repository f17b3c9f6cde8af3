"""The archive: immutable files of OCFL objects under their own paths."""
