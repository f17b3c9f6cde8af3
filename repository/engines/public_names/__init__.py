"""Names of people in a public register: `port` the promise · `orcid_search` ORCID's · `configured_names` chooses."""
