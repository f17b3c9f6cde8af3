"""People, how they sign in, and their tokens.

`accounts` register, check a password · `sign_in` password and code, begins a session · `sessions` recognise, list,
end · `second_factors` authenticators · `own_sign_in` what one changes of these · `sign_up` ask for an account or a
password · `one_time_links` issue, redeem · `link_letters` what is sent · `first_administrator` · `guessing` limits
wrong tries · `quotas` limit drafts · `access_tokens` issue, revoke, recognise · `rules` addresses, names, passwords ·
`model` · `queries` · `facts` · `people_commands` · `feature`.

`profiles` is what a person says of themselves and who sees it (`profile_rules`);
`token_scopes` and `token_upkeep` are the words, last uses and ends of tokens; `finding` searches people by the keys
(`name_keys`) that `people_index` keeps.  `administration` is what administrators do, `departures` closes accounts for
ever, `own_exports` keeps copies for people.

Sign-in at providers: `sign_in_flows` wait for an answer · `linked_identities` sign in by one, link, unlink ·
`identity_sessions` begin, end by the provider's word · `identity_grants` roles, teams and institutions by rules
(`attribute_grants`, `rule_memberships`) · `identity_departures` of accounts that go ·
`identity_model` · `identity_queries` · `identity_facts`.

Passwords are kept as argon2id hashes; tokens, sessions and links as SHA-256 of 256 random bits: none can be read back,
and each is shown once, when it is made.  Only the secret of an authenticator is readable (`model.SecondFactor`).
`access_tokens.actor_for_token` and `sessions.session_of_secret` turn the credential of a request into an `Actor`.
"""
