"""What generated files are about: a cluster, and what git declares on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from reconcile.model.alert import TermsChanges
from reconcile.model.desired import Definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression speaks of: a cluster, and some of its connectors or all.

    `match` are the labels that a Prometheus server has of the cluster's workers; `every` is the
    time between two rounds of `watch`. `over` is what has to be exceeded for an alert that goes by
    a number.
    """

    cluster: str
    connectors: tuple[str, ...] = ()
    match: Mapping[str, str] = field(default_factory=dict)
    every: timedelta = timedelta(seconds=30)
    over: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What git declares on one cluster."""

    scope: Scope
    definitions: Mapping[str, Definition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that goes into a generated file.

    `rules` and `links` are those of the project; `docs` is the address of the folder `docs`, empty
    where there is none.
    """

    project: str
    declared: tuple[Declared, ...]
    rules: TermsChanges = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    docs: str = ""
