"""Know a secret again without keeping it: keyed fingerprints."""

import hmac
import json
from dataclasses import dataclass
from typing import Final

from reconcile.model.applied import Applied
from reconcile.model.config import Secret

_PREFIX: Final = "hmac-sha256:"
_KEY_ID: Final = "connectform key"
_KEY_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """Fingerprints under one key, or none at all without it.

    A plain hash of a short password can be guessed; HMAC (RFC 2104) cannot without the key. A
    fingerprint is bound to its connector and setting, so that equal secrets do not show as equal.
    """

    key: Secret | None = None

    @property
    def key_id(self) -> str:
        """Return a name for the key that does not give it away; empty without a key."""
        return self._mac(_KEY_ID)[:_KEY_ID_LENGTH] if self.key is not None else ""

    def of(self, connector: str, setting: str, value: str) -> str:
        """Return the fingerprint of a value; empty without a key."""
        if self.key is None:
            return ""
        return _PREFIX + self._mac(json.dumps([connector, setting, value]))

    def can_compare(self, applied: Applied) -> bool:
        """Tell whether the fingerprints of what was applied were made with this key."""
        return self.key is not None and applied.fingerprint_key == self.key_id

    def _mac(self, text: str) -> str:
        secret = self.key.reveal() if self.key is not None else ""
        return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


NO_FINGERPRINTS: Final = Fingerprints()
