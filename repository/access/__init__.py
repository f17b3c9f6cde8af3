"""Who may do what, and who may see what.

`policy` is the one table: an action, the scope a token needs for it, and the predicates of which one must hold.
`visibility` says the same rule as a filter, for lists, search and files.  `terms` are a dataset's own access
settings with their embargo.
"""
