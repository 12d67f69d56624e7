"""Clusters to build and test on: a simulated one in this process, and real ones on this machine."""
