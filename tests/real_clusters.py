"""Which versions of Kafka the real tests run against."""

import os

from reconcile.sandbox.spec import VERSIONS


def real_versions() -> tuple[str, ...]:
    """Return the versions to test, which CONNECTFORM_REAL_VERSIONS (comma list) can narrow."""
    chosen = os.environ.get("CONNECTFORM_REAL_VERSIONS", "")
    wanted = tuple(version.strip() for version in chosen.split(",") if version.strip())
    unknown = sorted(set(wanted) - set(VERSIONS))
    if unknown:
        raise ValueError(f"CONNECTFORM_REAL_VERSIONS names {unknown}; known: {VERSIONS}")
    return wanted or VERSIONS
