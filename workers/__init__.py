"""What happens after a fact.

`reactions` says on one page which jobs follow from which fact · `jobs` what each job does · `relay` turns facts into
rows of the job table · `runner` claims and runs them · `schedule` what happens by the clock · `embedded` runs all of
it in threads of the server.

Facts and jobs are rows of the same database as what they speak of: a crash at any instruction loses none.  A job
carries ids only, reads the state anew, and may run twice; a job whose process died is claimed again when its lease
ends.
"""
