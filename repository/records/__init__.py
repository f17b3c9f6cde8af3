"""Published versions and the concept that they are versions of.

A *concept* is the dataset through time; a *version* is what a citation means: its file set never changes, its
description may be corrected, which makes a new *revision* and keeps the old one.  Ids of concepts, versions and drafts
come from one sequence of integers, so an id names one thing for ever.
"""
