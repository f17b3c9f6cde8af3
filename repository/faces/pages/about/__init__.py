"""What the site says of itself: about, policies, help, licences, and how it is at the moment.

`texts` the texts in Markdown, a folder for each language · `site_texts` which there are, and where they are read ·
`text_html` Markdown to clean HTML · `shipped_code` the licences of what browsers are sent · `service_states` the
health of the site in words for readers · `wording` the words around · `views` HTTP.
"""
