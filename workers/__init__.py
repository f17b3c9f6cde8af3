"""What happens after a fact, and by the clock.

`reactions` says on one page which jobs follow from which fact · `jobs` what each job does · `relay` turns facts into
rows of the job table · `claiming` says who may run them, `runner` runs them · `sweeps` compare truth with its copies
by the clock · `rounds` is how a process goes on · `desk` shows it all to people, `metrics` and `gauges` to Prometheus.

Two ways to run them, the same jobs:

* **embedded** (``REPOSITORY_QUEUE_URL=embedded:``): threads of every server process relay, claim, run and sweep
  (`embedded`).
* **Redis and RQ** (``redis://…``): ``repository relay`` turns facts into rows and *hands over* rows that are due as
  calls in RQ's queues, one a batch of one kind (`handing`, `calls`); ``repository worker`` takes calls and runs the
  rows they name (`rq_worker`); ``repository scheduler`` sweeps.  Any number of each may run; the web process needs no
  Redis.

Facts and jobs are rows of the same database as what they speak of: a crash at any instruction loses none.  A call in
Redis is only the word that rows are due.  A row that was handed over carries a lease; when the lease ends and nobody
has run it (Redis was emptied, the worker was killed), it is due again and handed over again.  A call whose rows
somebody else has done finds nothing and is over.  A job carries ids only, reads the state anew, and may run twice.
"""
