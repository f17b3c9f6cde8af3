"""What runs in the cage: a process that reads strangers' bytes and can do nothing else.

`zygote` is the process that the house starts.  It never looks into a file: for each one it forks a child, which raises
its `walls`, reads the file through `sources`, and tells what it saw over one `lines`.  `look` finds the format by
`formats` and `sniffing`, and asks the reader of that format.  Parsers of others (Pillow, h5py, PyArrow, calamine) are
imported here and nowhere else; a reader names the one that it needs, and the zygote imports it before it forks.
"""
