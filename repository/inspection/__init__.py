"""What is in the files: their formats, and small previews.

A job looks into each file whose digests are known, by the inspector (`engines.inspector`): a process in a cage.  What
it finds is kept beside the stored file (`FilePreview`), and replaced when a newer inspector looks again.

The media type of a file follows its content as long as no published version has it.  Exports, indexes and catalogues
have the media type of a frozen file, so it stays as it was when the version was published; a file that is looked into
later only gets its preview.  Publication waits for nobody's look.

`inspect_files` the job · `queries` previews and columns of tables · `rules` which media type to believe, and the
reasons why there is no preview, in words.
"""
