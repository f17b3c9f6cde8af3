"""A dataset's page, tombstone and draft, and its other representations.

`views` HTTP · `page_params` the query of an address · `page_cache` reads, keeps pages · `draft_page` a draft for its
editors · `rendering` values to HTML · `view_model`, `file_list` the content of a page · `meta_tags`, `head_links` its
head · `review_page` for referees · `version_views` versions compared, history, withdrawal · `wording` its words.
"""
