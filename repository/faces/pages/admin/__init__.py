"""Administration in a browser: the same numbers as the commands tell, and the same verbs.

`views` overview, storage and settings · `job_views` jobs and sweeps · `identifier_views` registrations · `people_views`
accounts · `audit_views` who did what · `alarm_lines` alarms in words, pure · `admin_pages` what all of them share ·
`wording`, `people_wording`.  Only administrators get in.
"""
