"""Tables: lists of datasets as comma-separated values, one dataset a row.

Modules: `csv_tables`.
"""
