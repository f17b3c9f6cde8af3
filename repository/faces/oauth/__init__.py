"""Sign-in at a provider of OpenID Connect: the way there, the way back, and its word that somebody signed out."""
