"""What administrators see of the work behind the site, and what they may wish of it.

`model` the tables of jobs and sweeps, which the workers fill · `open_jobs` jobs that are not done, and trying them
again · `sweep_runs` sweeps, and wishing for one · `storage_state` room, and what is damaged · `storage_commands`,
`facts`, `feature`.  The workers run what is read here; commands and pages show it by the same functions, so
that their numbers agree.
"""
