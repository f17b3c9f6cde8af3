"""Drafts that begin with what exists elsewhere: a description in a file, or an identifier that a registrar knows.

A description that somebody sends is read at once (`crosswalks`).  One that a registrar has is looked up by a job, never
by a request: the draft is there from the beginning, with the identifier in it, and what arrives later fills what is
still empty.  What cannot be taken over is kept by field and told, never dropped.

`rules` what a source says as the body of a draft · `begin` opens drafts · `look_up` the job · `queries` how far an
import is · `model` · `facts` · `feature`.
"""
