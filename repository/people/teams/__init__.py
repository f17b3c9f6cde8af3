"""Teams: people who work together, and hold grants and datasets as one.

A team is a row with a name; its members are rows with a role and a state.  What others can rely on:

* **Nobody is put into a team.**  A manager invites, and the person accepts; an invitation gives no right.
* **Somebody answers.**  The last manager can neither leave nor become a member.
* **Rights follow at once.**  The teams of a person are read with each credential (`people.memberships`), so whoever
  joins or leaves has other rights from the next request on, and no document of the index changes.
* **Numbers stay.**  The id of a team that was removed is never given to another: a grant could still name it.

`define_team` makes, changes and removes teams · `team_members` invites, answers, changes roles, takes away.
"""
