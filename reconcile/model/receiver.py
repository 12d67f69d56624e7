"""How a receiver of alerts is reached."""

from dataclasses import dataclass

from reconcile.model.alert import ReceiverKind
from reconcile.model.config import Secret
from reconcile.model.project import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A receiver of alerts, with all that is needed to reach it.

    `key` is PagerDuty's routing key, and the whole address for Apprise, which has no other.
    """

    name: str
    kind: ReceiverKind
    access: Access
    key: Secret | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return what must not be shown: Slack's address is a secret as a whole."""
        address = (Secret(self.access.urls[0]),) if self.kind is ReceiverKind.SLACK else ()
        return (*self.access.secrets, *address, *([self.key] if self.key else []))
