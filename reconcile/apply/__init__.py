"""Carry out a plan: the only writer to a cluster."""
