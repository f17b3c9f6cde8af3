"""``make drill``: a site is backed up under load, destroyed and restored, downgraded and upgraded, and compared.

On the embedded engines, and where the environment names servers on those too, with a database, a bucket and indices of
the drill's own.  It ends by itself, prints what was compared, and has exit status 1 if anything differs.
"""
