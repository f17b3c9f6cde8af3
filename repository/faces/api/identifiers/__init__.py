"""The state of identifiers, for curators who look after their registration."""
