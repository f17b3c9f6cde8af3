"""Everything that speaks HTTP: the API, the pages, OAI-PMH, the resolver and the feeds.

A face calls verbs and queries of the features and knows no other face.
"""
