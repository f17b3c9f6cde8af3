"""Previews of files over HTTP: for everybody who may have the content, and for nobody else."""
