"""Judge a series one sample at a time: the usual, the incident that is open, what is found."""

from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from reconcile.anomaly.profile import Profile
from reconcile.anomaly.usual import Kind, Reading, Usual, first_usual, learn, read

_CALM: Final = 0.5  # of the limit
_LATE: Final = 3600.0  # seconds; a sample older than that means that the clock was set back


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a series at a Unix time in seconds."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Incident:
    """An anomaly that is not over: when it began, and what would be usual if it stayed."""

    since: float
    samples: int
    calm: int
    trial: Usual


@dataclass(frozen=True, slots=True)
class State:
    """All that is kept of a series between two samples."""

    usual: Usual
    at: float
    quiet: int  # samples until something may be found again
    incident: Incident | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first sample of an incident; a score of 1 is the limit of the profile."""

    at: float
    value: float
    expected: float | None  # the usual of the hour, None before it is known
    usual: tuple[float, float]  # everything seen before: lowest, highest
    level: float
    recent: float
    kind: Kind
    score: float


def step(
    state: State | None, sample: Sample, profile: Profile
) -> tuple[State | None, Finding | None]:
    """Return the state after a sample, and what was found at it; None is the state before any.

    A finding opens an incident, and further ones come only after it is over. While it lasts
    nothing is learned: what would be usual if it stayed is kept apart, thrown away when the
    series recovers, and taken over when it lasts for `profile.adopt` samples.
    Values that are no numbers, and samples not newer than the last one, change nothing.
    """
    if not isfinite(sample.value) or (state and 0 <= state.at - sample.at < _LATE):
        return state, None
    if state is None:
        state = State(first_usual(sample.value), sample.at, 0)
    reading = read(state.usual, sample.at, sample.value, profile)
    if state.incident is not None:
        return _in_incident(state, state.incident, sample, reading, profile), None
    learned = learn(state.usual, sample.at, sample.value, reading, profile)
    silent = state.quiet > 0 or state.usual.learned < profile.learning
    if reading.score < 1 or silent:
        return State(learned, sample.at, max(state.quiet - 1, 0)), None
    incident = Incident(sample.at, 0, 0, learned)
    opened = State(
        _moved_on(state.usual, reading), sample.at, max(profile.spacing - 1, 0), incident
    )
    return opened, _finding(state.usual, sample, reading)


def _in_incident(
    state: State, incident: Incident, sample: Sample, reading: Reading, profile: Profile
) -> State:
    own = read(incident.trial, sample.at, sample.value, profile)
    trial = learn(incident.trial, sample.at, sample.value, own, profile)
    calm = incident.calm + 1 if reading.score < _CALM else 0
    samples = incident.samples + 1
    quiet = max(state.quiet - 1, 0)
    if calm >= profile.calm:
        return State(_moved_on(state.usual, reading), sample.at, quiet)
    if samples >= profile.adopt:
        return State(trial, sample.at, quiet)
    still = Incident(incident.since, samples, calm, trial)
    return State(_moved_on(state.usual, reading), sample.at, quiet, still)


def _moved_on(usual: Usual, reading: Reading) -> Usual:
    """Return the usual with nothing learned, only the two running means of samples moved on."""
    return replace(usual, recent=reading.recent, pull=reading.pull)


def _finding(usual: Usual, sample: Sample, reading: Reading) -> Finding:
    return Finding(
        at=sample.at,
        value=sample.value,
        expected=reading.expected,
        usual=(usual.low, usual.high),
        level=usual.level,
        recent=reading.recent,
        kind=reading.kind,
        score=reading.score,
    )
