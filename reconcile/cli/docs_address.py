"""Find where the documentation of this release is published."""

from importlib.metadata import PackageNotFoundError, metadata


def docs_address() -> str:
    """Return the address of the folder `docs`, as the package says; empty where it says nothing."""
    try:
        entries = metadata("connectform").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    urls: dict[str, str] = dict(entry.split(", ", 1) for entry in entries)
    return urls.get("Documentation", "").rstrip("/")
