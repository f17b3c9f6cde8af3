"""A person's own account: access tokens (issue, list, revoke), and the quota of drafts."""
