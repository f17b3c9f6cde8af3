"""How the repository is started: on a plain host, in containers, and with servers of its own for development."""
