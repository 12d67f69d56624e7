"""Tell people through Apprise, which knows many more services; it is an extra."""

from collections.abc import Mapping

_MISSING = "Apprise is not installed: pip install 'connectform[apprise]'"


def notify(address: str, document: Mapping[str, str]) -> str:
    """Send a title, a body of plain text and a type; return what went wrong, or nothing.

    What Apprise itself says of a failure can quote the address, which is a secret: it stays unsaid.
    """
    try:
        import apprise  # noqa: PLC0415  # an extra
    except ImportError:
        return _MISSING
    asset = apprise.AppriseAsset(app_id="connectform", async_mode=False)
    service = apprise.Apprise(asset=asset)
    if not service.add(address):
        return "Apprise does not know this kind of address"
    taken = service.notify(
        title=document["title"],
        body=document["body"],
        notify_type=document["type"],
        body_format=apprise.NotifyFormat.TEXT,
    )
    return "" if taken else "Apprise could not deliver it"
