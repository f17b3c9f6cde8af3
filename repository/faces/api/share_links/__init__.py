"""Share links, and links for referees (InvenioRDM contract, section 1.7)."""
