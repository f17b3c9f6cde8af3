"""Institutions: organisations of ROR whose people hold grants together.

Who belongs to an institution follows from what the repository knows of a person, and needs no act of theirs:

* by the proved e-mail address, whose domain is one of the institution's, or ends with one after a dot;
* by an entitlement that a sign-in brought, which one of the institution's patterns describes;
* by the act of one of its managers, which administrators appoint.

Rules hold from the next request on, and end with it: the first one is read with each credential
(`people.memberships`), and the second one is settled at each sign-in.  An institution is never removed: a grant could
name it.
"""
