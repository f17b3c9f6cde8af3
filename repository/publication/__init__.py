"""A draft becomes a citable version; a version is edited or followed by a new one.

Publishing is one short transaction whatever the number of files: the draft's file set is frozen by one row, the
description is copied, DOI and CSTR of version and concept are reserved, and a fact is written.  What follows from the
fact (reading bytes back, registering, indexing) is the business of `workers`.
"""
