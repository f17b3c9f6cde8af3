"""MARC 21 in XML, as library catalogues take records in.

Modules: `marcxml`.
"""
