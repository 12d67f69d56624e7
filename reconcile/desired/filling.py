"""Fill the texts of a project file, and keep what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcile.desired.addresses import Server, check_address
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted
from reconcile.desired.references import Filled, Sources, fill
from reconcile.desired.values import scalar
from reconcile.model.codes import Code
from reconcile.model.marks import Path
from reconcile.plugins.sensitive import holds_secret


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Fills the references of texts, and keeps what is wrong with them.

    `found` are the secrets of all texts but addresses, which messages must name.
    """

    sources: Sources
    findings: list[Finding] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def get(
        self, tree: Mapping[str, Tree], path: Path, key: str, *, secret: bool = False
    ) -> str | None:
        """Return the text of a field, or None where it is not given or cannot be filled.

        One that is a `secret`, or looks like one, has to be a reference.
        """
        written = scalar(tree.get(key))
        if written is None:
            return None
        place = (*path, key)
        filled = self._fill(written, place)
        self.found.extend(filled.found)
        literal = filled.text if filled.reference is None else None
        if literal is not None and (secret or holds_secret(key, literal)):
            message = f"{dotted(place)} holds a secret as plain text"
            hint = f'refer to it: {key}: "${{{{ env.NAME }}}}"; then change the secret'
            self.findings.append(Finding(Code.INVALID_VALUE, place, message, hint))
        return filled.text

    def get_address(
        self,
        tree: Mapping[str, Tree],
        path: Path,
        key: str,
        server: Server,
        *,
        secret: bool = False,
    ) -> str | None:
        """Return a field that is an address and part of how one gets in: messages must not name it."""
        url = self.get(tree, path, key, secret=secret)
        if url is not None:
            self.findings.extend(check_address(url.strip(), (*path, key), server, literal=False))
        return url

    def fill_address(self, text: str, path: Path, server: Server) -> str | None:
        """Return an address with its references filled, which may be shown, or None."""
        filled = self._fill(text, path)
        if filled.text is None:
            return None
        url = filled.text.strip().rstrip("/")
        literal = filled.reference is None
        self.findings.extend(check_address(url, path, server, literal=literal))
        return url

    def _fill(self, text: str, path: Path) -> Filled:
        filled = fill(text, self.sources)
        self.findings.extend(
            Finding(refusal.code, path, f"{dotted(path)}: {refusal.message}", refusal.hint)
            for refusal in filled.refusals
        )
        return filled
