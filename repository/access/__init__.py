"""Who may do what, and who may see what: relations, grants, one policy table and one visibility filter.

**Relations.**  The policy (`policy`) maps an action to a token scope and to sets of relations: one set must hold
completely (an OR of ANDs).  `relations_of` computes the relations of an actor to a resource from plain values.  One
table answers a single read, a list and a search, and `tests/features/test_visibility.py` holds them together.
`policy_matrix` writes it as a page (`MATRIX.md`), which the command of `policy_command` prints.

**Grants.**  A grant is a row (`model`): subject (`principals`), permission, end.  Subjects are persons, teams,
institutions, links, and everybody who is signed in.  A dataset has one set of grants for all its drafts and versions.
Permissions form a ladder: owner > manage > edit > preview > view, and each includes those after it.  Links have their
own, shorter ladder: a link never makes a manager, and a change by a link needs a signed-in person.

* The owner is one grant among the others; it may name a team or an institution.  `Concept.owner_id` is a copy that the
  API shows and that earlier releases write: decisions never read it.  While such a release runs beside this one, a
  sweep gives the datasets that it opened their first grant.
* The grants to the actor's own subjects are read with the row of a dataset, by a subquery of the same statement
  (`queries`).  So a decision needs no statement of its own, and costs the same for any number of grants.  A key of a
  cache has the audience that follows from them, never the grants.
* An expired grant permits nothing from that moment.  A sweep removes it later and tells the index.

**Tokens.**  An actor has tokens: ``everybody``, ``signed-in``, ``person:12``, ``team:3``, ``role:curator``.  The index
keeps for each document the tokens of its readers (``everybody`` alone when it is public) and of its owners.  The filter
of a search (`visible_to`) is a set of tokens, which the engine compares and does not understand.  Readers are derived
from the policy table: a token is a reader if an actor with this token alone may read.  The filter of a list
(`queries.granted_to_actor`) compares the same subjects with the rows of the grants.

**A change of grants** (`grants`, called by `sharing.share`) moves the cache counter of each version and the
revision of each draft: the index takes the new readers even if an older job arrives late.

`access_terms` are a dataset's own access settings and its embargo.
"""
