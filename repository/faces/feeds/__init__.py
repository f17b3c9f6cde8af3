"""Files for crawlers, feed readers and other programs: site map, Atom feed, robots.txt, security.txt, API catalogue.

`views` HTTP · `sitemaps` · `atom` · `robots` the small files under ``/`` and ``/.well-known``.
"""
