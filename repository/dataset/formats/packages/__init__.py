"""Packages: metadata that describes a dataset together with its files.

Standards: RO-Crate Metadata Specification 1.2 ("Root Data Entity", "Data Entities", "Contextual Entities"); Croissant
Format Specification 1.0 ("Dataset-level Information", "FileObject").

Entry points: `ro_crate.ro_crate`, `croissant.croissant` with `croissant.is_tabular`.
"""
