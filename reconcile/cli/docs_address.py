"""Find where the documentation of this release is published."""

from importlib.metadata import PackageNotFoundError, metadata


def docs_address(page: str) -> str:
    """Return the address of a page, by what the package says of itself; empty where it says nothing."""
    try:
        entries = metadata("connectform").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    urls = dict(entry.split(", ", 1) for entry in entries)
    base = urls.get("Documentation", "")
    return f"{base.rstrip('/')}/{page}" if base else ""
