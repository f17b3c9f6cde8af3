"""What happens after a fact, and by the clock.

`relay` turns facts into rows of the job table, by the reactions that `repository.features` collects · `claiming` says
who may run a row, `runner` runs it · `unknown_kinds` keeps what only another release knows · `sweeps` compare truth
with its copies by the clock · `loop` is how a process goes on · `job_metrics` and
`gauges` show all of it to Prometheus, `repository.operation` to people, whose are the tables too · `site_conditions`
says whether all parts of the site work.

Two ways to run them, the same jobs:

* **embedded** (``REPOSITORY_QUEUE_URL=embedded:``): threads of every server process relay, claim, run and sweep
  (`embedded_jobs`).
* **Redis and RQ** (``redis://…``): ``repository relay`` turns facts into rows and *hands over* rows that are due as
  calls in RQ's queues, one a batch of one kind (`dispatch`, `rq_queue`); ``repository worker`` takes calls and runs the
  rows they name (`rq_worker`); ``repository scheduler`` sweeps.  Any number of each may run; the web process needs no
  Redis.

Facts and jobs are rows of the same database as what they are about: a crash at any instruction loses none.  A call in
Redis only says that rows are due.  A row that was handed over carries a lease; when the lease ends and nobody has run
it (Redis was emptied, the worker was killed), it is due again and handed over again.  A call whose rows are done
already has no effect.  A job carries ids only, reads the state anew, and may run twice.  The order of jobs is
therefore not promised, not even for one subject.

Releases run side by side during an upgrade.  A fact or a job of a kind that this release does not know waits and is
counted.  Everything else goes on without it.
"""
