"""The start page and the search.

Start page: `start_page`, written once for every change of what is public, with the newest datasets as cards.
Search: `views` HTTP · `search_params` the address · `search_page` one search and its page · `search_contents` facets,
chips, pages and hints as plain values · `year_chart` · `engine_away` what works without an engine · `pasted_query`
identifiers in the search field.
Both: `dataset_cards` a dataset in a list, kept for each audience · `marked_text` what was found in it · `wording`.
"""
