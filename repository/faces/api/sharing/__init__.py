"""Who has a part in a dataset: grants by their ids and by subject (InvenioRDM contract, section 1.7)."""
