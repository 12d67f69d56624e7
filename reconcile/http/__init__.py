"""Speak HTTP: the only package that imports httpx; it knows nothing of Connect."""
