"""Published records: read one, export it, list its versions and files, and download a file."""
