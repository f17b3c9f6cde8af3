"""Teams over HTTP: make them, look for them, invite, join and leave."""
