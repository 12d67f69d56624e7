"""Log what is new in the rounds of each cluster."""

from dataclasses import dataclass, field, replace

from reconcile.desired.git import commit_of
from reconcile.run.context import Context
from reconcile.watch.events import Entry, entries_of
from reconcile.watch.rounds import Round


@dataclass(slots=True)
class Diary:
    """What was logged so far; `run` is the process, `root` the folder of the definitions."""

    context: Context
    run: str
    root: str
    _before: dict[str, Round] = field(default_factory=dict)

    def write(self, found: Round) -> None:
        """Log what is new in a round."""
        before = self._before.get(found.cluster, Round(cluster=found.cluster))
        entries = list(entries_of(before, found))
        commit = commit_of(self.root) if entries else ""
        for entry in entries:
            self._log(found, entry, commit)
        # While a cluster cannot be looked at, what is known of its connectors stays, and while its
        # workers answer from memory what is known of drift.
        self._before[found.cluster] = (
            replace(before, problems=found.problems)
            if found.problems
            else replace(found, healing=found.healing or before.healing)
        )

    def _log(self, found: Round, entry: Entry, commit: str) -> None:
        about = {"connector": entry.connector} if entry.connector else {}
        self.context.log(
            entry.event.value,
            at=entry.at,
            run=entry.run or self.run,
            cluster=found.cluster,
            **about,
            commit=commit or None,
            **entry.fields,
        )
