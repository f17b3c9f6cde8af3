"""Every page and state as a picture: what people look at before they call a page done.

``make pictures`` (needs ``make browser``) opens a site of its own with people and datasets in every state.  It looks at
each scene in both languages, light and dark, wide and narrow, and writes the pictures and a sheet of them to
``var/pictures``.  ``.venv/bin/python -m tests.pictures home search`` looks at these scenes alone.

stage    the site: its people, and datasets in every state
scenes   what is looked at, by whom, and how one gets there; a page without a scene fails a test
camera   a window for a scene, and its picture
sheet    one page of all pictures, small, side by side
walk     ``DEMO_BROWSER=1 make demo``: search, sign-up, deposit, blind link and publication in a browser, with pictures
"""
