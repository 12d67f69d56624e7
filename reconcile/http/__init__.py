"""Speak HTTP: the only package that imports httpx; it knows nothing of Connect."""

import sys

# Where rich and click are installed, httpx imports its own command line with them, which takes
# as long as all the rest of it. None makes that import fail, and httpx goes without.
if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
