"""Log what is new in the rounds of each cluster."""

from dataclasses import dataclass, field, replace

from reconcile.desired.git import commit_of
from reconcile.run.context import Context
from reconcile.watch.events import Entry, Happening, entries_of
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
        # While a cluster cannot be looked at, what is known of its connectors stays.
        self._before[found.cluster] = (
            replace(before, problems=found.problems, unsent=found.unsent)
            if found.problems
            else found
        )

    def _log(self, found: Round, entry: Entry, commit: str) -> None:
        # Each restart is a run of its own in the history.
        run = found.run if entry.event is Happening.RESTART and found.run else self.run
        about = {"connector": entry.connector} if entry.connector else {}
        self.context.log(
            entry.event.value,
            at=entry.at,
            run=run,
            cluster=found.cluster,
            **about,
            commit=commit or None,
            **entry.fields,
        )
