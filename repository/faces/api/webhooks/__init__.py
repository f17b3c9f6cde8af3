"""Addresses that administrators let be told of facts."""
