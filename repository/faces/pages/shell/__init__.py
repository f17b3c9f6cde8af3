"""What all pages have around them: frame, words, assets, headers, errors.

`languages` pairs of words · `wording` those of the frame · `page_frame` what an address says of a page · `assets` built
style sheets and scripts · `templating` values to HTML · `page_replies` headers, errors as pages · `passages` texts by
language · `file_sizes` · `page_forms`, `kept_forms` forms that come back · `error_help` the ways on from an error ·
`views` the assets.
"""
