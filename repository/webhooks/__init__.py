"""Other programs are told of facts: an administrator names an address, and each fact is posted to it, signed.

`hook_kinds` the facts that can be told · `define_webhooks` make, remove · `note_facts` follows the seals of the audit
trail · `deliver_hooks` the job that posts · `signing` · `queries` · `webhook_commands` · `model`, `facts`, `feature`.

A body names a kind, a time and the number of a subject, and no person.  The secret of a webhook is shown once; it has a
table of its own, since it must be read to sign.
"""
