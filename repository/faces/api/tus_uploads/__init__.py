"""Resumable uploads by the tus protocol 1.0: its headers, its methods, its statuses."""
