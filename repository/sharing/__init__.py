"""A dataset is used together: others get a part in it, for good or for a time.

`share` one grant, and the end of those that have expired · `give` lists of grants, and one by its id · `subjects` who
can be given something · `links` share links and links for referees · `name_warnings` what such a link could tell ·
`leaving` lets a person go, `hand_over` passes on what they had, `person_data` is all that is kept of them ·
`requests` for access · `ownership` moves · `model` · `queries` · `facts` · `feature`.

Every change of who may do what locks the drafts and the concept of the dataset, so that two of them follow one another.
"""
