"""Ownership moves, and every dataset keeps somebody who is responsible for it.

`offer_ownership` the owner offers, the receiver accepts or declines · `move` the change, in one transaction ·
`move_all` the datasets of a person who leaves, `ownership_commands` · `receivers` who can own a dataset, and who
answers for them · `ownerless` datasets that have lost their owner · `model` · `facts`.
"""
