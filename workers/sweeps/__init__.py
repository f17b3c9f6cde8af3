"""What happens by the clock: truth is compared with its copies, and what is safe to repair is repaired.

`sweep_table` lists the sweeps · `sweep_leases` says, by rows of the database, which process runs a sweep · `schedule`
runs those that are due · `backlog` and `overdue_registrations` are the sweeps of the workers themselves.

Any number of processes may look after the sweeps.  One process at a time runs a sweep: it claims the sweep's row for
the length of a lease, and renews the lease while it runs.  A process that is killed leaves a lease that ends.  A sweep
may therefore run twice, and reads the state anew.
"""
