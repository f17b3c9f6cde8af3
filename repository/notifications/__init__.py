"""People are told what happened: in a list of their own, and by mail unless they muted it.

`notice_kinds` is the table: after which facts, to whom, in which words; its parts are `account_kinds`, `account_links`,
`dataset_kinds`, `request_kinds` and `site_kinds`, and `notice_kind` says what an entry has · `make_notices` the job
after a fact · `send_notices` and `daily_digests` the jobs that mail · `shown_notices` what a reader may see of a notice
now · `dataset_sight`, `readers` · `wording` one source for text and HTML · `delivery` marks, bounces · `preferences`,
`unsubscribing` · `inbox`, `queries` the list · `mail_commands` · `mail_condition` · `old_notices` · `rules`, `model`,
`facts`, `feature`.

A notice holds ids and small values of its fact.  Titles and rights are read when it is shown and when its mail is made:
who lost access is told nothing new.  A secret link is made by the job that mails it, and rests in the message alone.
"""
