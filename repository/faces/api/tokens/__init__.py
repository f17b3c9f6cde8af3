"""A person's access tokens: issue, list, revoke."""
