"""Settings, logging and controlled vocabularies.  Imports nothing of the application."""
