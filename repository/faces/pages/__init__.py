"""The HTML pages for readers: start page, record, tombstone, draft, errors.

`views` HTTP · `page_replies` headers, errors as pages · `page_params` the query of an address · `page_cache` reads,
keeps pages · `draft_page` a draft for its editors · `rendering` values to HTML · `view_model`, `file_list`,
`newest_datasets` the content of a page · `meta_tags`, `head_links` its head · `translations` its words.
"""
