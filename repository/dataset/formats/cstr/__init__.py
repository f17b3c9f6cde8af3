"""CSTR: the metadata record with which identifiers of China's CSTR platform are registered.

Standard: the platform's open interface, version 3 (cstr.cn), template for scientific data; GB/T 32843-2016 for the
identifier itself, whose grammar is in `repository.dataset.cstr`.

Entry point: `cstr_metadata.cstr_metadata`.
"""
