"""What happens by the clock: truth is compared with its copies, and what is safe to repair is repaired.

`table` lists the sweeps · `turns` says whose turn a sweep is, by rows of the database · `rounds` runs those that are
due · `backlog` and `registrations` are sweeps whose subject is the workers' own.

Any number of processes may look after the sweeps.  Each sweep is run by one of them at a time: it claims the sweep's
row for the length of a lease that it renews while it runs, and a process that is killed leaves a lease that ends.  A
sweep may therefore run twice, and reads the state anew.
"""
