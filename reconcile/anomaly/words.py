"""Say a finding in words: what is unusual, compared with what."""

from typing import Final

from reconcile.anomaly.detect import Finding
from reconcile.anomaly.hours import hour_name
from reconcile.anomaly.usual import Kind

_NOTHING: Final = 1e-3  # of what was seen; less than that is no base for a ratio


def explain(finding: Finding, unit: str = "") -> str:
    """Return a finding in one sentence: `3.1 times the usual for Monday 09:00: 310 records/s ...`.

    `unit` is put behind values; hours are UTC.
    """
    value = _amount(finding.value, unit)
    low, high = finding.usual
    match finding.kind:
        case Kind.HOUR if finding.expected is not None:
            ratio = _compared(finding.value, finding.expected, high - low)
            hour = hour_name(finding.at)
            return f"{ratio} for {hour}: {value}, usually {_amount(finding.expected, unit)}"
        case Kind.REACH | Kind.HOUR:
            side = "higher" if finding.value > high else "lower"
            between = f"{_amount(low, unit)} to {_amount(high, unit)}"
            return f"{side} than ever seen: {value}, so far {between}"
        case _:
            ratio = _compared(finding.recent, finding.level, high - low)
            recent, level = _amount(finding.recent, unit), _amount(finding.level, unit)
            return f"{ratio} level of late: {recent} on average, usually {level}"


def _compared(value: float, usual: float, spread: float) -> str:
    if usual <= _NOTHING * max(spread, usual) or value < 0:
        return "more than the usual" if value > usual else "less than the usual"
    if value == 0:
        return "nothing, unlike the usual"
    ratio = value / usual
    return f"{ratio:.3g} times the usual" if ratio < 1 else f"{_round(ratio)} times the usual"


def _round(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.1f}"  # noqa: PLR2004


def _amount(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"  # noqa: PLR2004
    return f"{text} {unit}" if unit else text
