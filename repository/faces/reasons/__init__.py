"""The reasons of errors in the language of the reader.

They are written in English where they arise; their kinds are known here, with a translation each.

`in_words` translates · `request_reasons`, `account_reasons`, `description_reasons`, `identifier_reasons`,
`file_reasons`, `engine_reasons`, `access_request_reasons`, `group_reasons` the kinds by topic, English to Chinese.
`codes.toml` has the code of each kind, which programs may rely on for ever: never rename one.
A test walks the sentences of the source: one that is not known here fails it.
"""
