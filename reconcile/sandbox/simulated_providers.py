"""Resolve `${provider:path:key}` as a worker with the file and env providers does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACEHOLDER = re.compile(r"\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}")


class ProviderError(Exception):
    """A provider cannot read what a config asks for; the message is the worker's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """What the providers know: properties by the path of their file, and variables.

    The simulated worker never reads real files or its real environment.
    """

    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    def resolve(self, config: Mapping[str, str]) -> dict[str, str]:
        """Return the config as the connector sees it; raises `ProviderError`.

        Unknown providers and unknown keys leave the placeholder as it stands.
        """
        return {key: _PLACEHOLDER.sub(self._value, value) for key, value in config.items()}

    def _value(self, found: re.Match[str]) -> str:
        provider, path, key = found[1], found[3] or "", found[4]
        if provider == "env":
            return self.env.get(key, found[0])
        if provider != "file":
            return found[0]
        if path not in self.files:
            raise ProviderError(f"Could not read properties from file {path}")
        return self.files[path].get(key, found[0])
