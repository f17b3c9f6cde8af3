"""The JSON API under ``/api``, InvenioRDM's contract; one package a topic, each with routes and schemas."""
