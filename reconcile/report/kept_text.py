"""What a plan leaves alone, and why: holds, protection, drift, orphans, and what is unrecorded."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from reconcile.model.plan import ActiveHold, Change, Plan, Withheld, WithheldBy
from reconcile.report.change_text import sentence, value_lines
from reconcile.report.spans import Line, Span, Style, bold, dim, indented, line
from reconcile.report.words import counted, listed, moment_text

_MOST_NAMES: Final = 5
_HELD: Final = frozenset({WithheldBy.HOLD, WithheldBy.FREEZE})


def withheld_lines(plan: Plan) -> list[Line]:
    """Return what differs and is left as it is, by the reason for it."""
    return [row for rows in withheld_blocks(plan).values() for row in rows]


def withheld_blocks(plan: Plan) -> dict[WithheldBy, list[Line]]:
    """Return what differs and is left as it is, under a heading for each reason."""
    blocks = {
        why: list(items)
        for why, items in groupby(
            sorted(plan.withheld, key=lambda item: list(WithheldBy).index(item.why)),
            key=lambda item: item.why,
        )
    }
    return {
        why: [_heading(why, len(items)), *(row for item in items for row in _item(item))]
        for why, items in blocks.items()
    }


def hold_lines(plan: Plan) -> list[Line]:
    """Return the holds and freezes in force, with who and why."""
    if not plan.holds:
        return []
    rows = [line(bold("Holds: "), f"{counted(len(plan.holds), 'hold')} in force.")]
    return [*rows, *indented([_hold_line(hold) for hold in plan.holds], 4)]


def orphaned_lines(plan: Plan) -> list[Line]:
    """Return the connectors that this project applied, and that git no longer declares."""
    return orphans(plan.orphaned, "--prune deletes those that ownership.owns matches.")


def orphans(names: Sequence[str], advice: str) -> list[Line]:
    """Return a line on orphaned connectors, and their first names."""
    if not names:
        return []
    first, rest = listed(names, _MOST_NAMES)
    count = counted(len(names), "connector")
    return [
        line(
            bold("Orphaned: "),
            f"{count} that this project applied and git no longer declares, left alone. {advice}",
        ),
        *indented([line(name) for name in first], 4),
        *([line(f"    {rest}")] if rest else []),
    ]


def unrecorded_texts(plan: Plan) -> list[str]:
    """Return how many connectors apply will enter into the ledger."""
    if not plan.unrecorded:
        return []
    count = counted(len(plan.unrecorded), "declared connector")
    verb = "is" if len(plan.unrecorded) == 1 else "are"
    return [f"{count} {verb} live and not in the ledger yet: apply enters them"]


def left_text(plan: Plan) -> str:
    """Return that nothing is to be done, though something differs."""
    verb = "is" if len(plan.withheld) == 1 else "are"
    return f"{counted(len(plan.withheld), 'difference')} on {plan.cluster} {verb} left alone."


def _heading(why: WithheldBy, count: int) -> Line:
    number = counted(count, "connector")
    match why:
        case WithheldBy.HOLD:
            return line(bold("Held: "), f"{number} left alone.")
        case WithheldBy.FREEZE:
            return line(bold("Frozen: "), f"{number} left alone.")
        case WithheldBy.PROTECTION:
            text = f"{number} may not be deleted, so apply refuses this plan."
            return line(Span("Protected: ", Style.ERROR), text)
        case WithheldBy.DRIFT:
            return line(bold("Drift: "), f"{number} changed by hand, left alone (--only git).")
        case WithheldBy.EXPECTATION:
            text = f"{number} changed otherwise than was approved, left alone."
            return line(Span("Not approved: ", Style.WARNING), text)


def _item(item: Withheld) -> list[Line]:
    change = item.change
    if item.why in _HELD:
        head = [held_line(item), line(dim(f"# {sentence(change)}, but for that"))]
    else:
        reason = f": {item.reason}" if item.reason else ""
        head = [line(f"{sentence(change)}, but for that{reason}")]
    return [*indented(head, 4), *indented(_values(change), 6)]


def _values(change: Change) -> list[Line]:
    return value_lines(change) if change.precondition.exists else []


def held_line(item: Withheld) -> Line:
    """Return who holds a connector, until when, and why."""
    kind = "frozen" if item.why is WithheldBy.FREEZE else "held"
    return line(_hold_text(item.change.name, kind, item))


def _hold_line(hold: ActiveHold) -> Line:
    return line(_hold_text(hold.name, "frozen" if hold.freeze else "held", hold))


def _hold_text(name: str, kind: str, hold: ActiveHold | Withheld) -> str:
    until = f" until {moment_text(hold.until)}" if hold.until else ""
    who = f" by {hold.by}" if hold.by else ""
    return f"{name} is {kind}{until}{who}: {hold.reason}"
