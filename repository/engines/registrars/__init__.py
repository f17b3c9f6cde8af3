"""Registration of identifiers: `port`, and an adapter for each registration agency."""
