"""Names of people over HTTP, for who fills in creators and contributors."""
