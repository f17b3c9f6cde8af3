"""Depositing in a browser: one's datasets, the form of a draft, its files, the check before publication.

`start_views` what a deposit begins with, `start_report` what came of it · `views` the form and publication over HTTP ·
`file_views` the files, `file_acts` what is done with them, `file_table` their list, `file_params` its address ·
`own_datasets` the list of one's datasets · `form_paths` what a form changes in a draft · `form_choices` what can be ·
chosen · `draft_form` what a form shows · `pasted_lists` (`people_lines`, `work_lines`) rows of pasted lists
`find_views` and `look_ups` people and organisations that fill a row · `date_words` dates in words ·
`form_saves` the way from a form to a saved draft · `wording`, `list_wording`, `start_wording`, `draft_file_wording`.

The names of controls are the paths that errors have (``metadata.creators.1.person_or_org.family_name``), so that a
template, a script and a check speak of the same place.  A form changes what it has controls for and nothing else: what
a program wrote into a draft survives a person's change.
"""
