"""How long to go on asking."""

from dataclasses import dataclass

from reconcile.connect.failures import FaultKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds a read is tried again, by what stands in its way; 0 gives up at once."""

    starting: float = 60.0
    busy: float = 90.0
    proxy: float = 15.0
    unreachable: float = 15.0

    def limit(self, kind: FaultKind) -> float:
        """Return the seconds for one kind of fault."""
        match kind:
            case FaultKind.STARTING:
                return self.starting
            case FaultKind.BUSY:
                return self.busy
            case FaultKind.GATEWAY | FaultKind.UNAVAILABLE:
                return self.proxy
            case FaultKind.UNREACHABLE | FaultKind.BROKEN:
                return self.unreachable
            case _:
                return 0.0
