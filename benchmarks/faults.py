"""Provoke faults on a real cluster beside a watch, and write what was seen to `docs/faults.md`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.processes import machine
from reconcile.clock import SystemClock
from reconcile.sandbox.real_cluster import real_sandbox
from reconcile.sandbox.spec import VERSIONS, RealSpec
from reconcile.watch.pack import PACK
from tests.alerts_page import text_of
from tests.faults.beside import watching
from tests.faults.catalogue import FAULTS, Fault
from tests.faults.scene import EVERY, scene_on, terms_of
from tests.faults.story import AlertStory, Story, tell
from tests.watch.inbox import inbox

PAGE = Path(__file__).parents[1] / "docs" / "faults.md"
# Long enough to be seen, and shorter than Connect's own five minutes.
DELAY = 60
INTRODUCTION = """\
# Faults

What `watch` makes of real faults on a real cluster. Written by `make faults`, which breaks things one
after the other on a [sandbox](sandbox.md), watches beside, mends them once somebody was told, and
notes what it saw: each figure is of that run.

Kafka and Connect {version}, one broker and {workers} workers, {day}. Machine: {machine}.

So that nobody waits for long, all goes faster here than by default. Rounds are {every} apart instead
of 30 s: add up to that to all that is seen. What alerts wait for in minutes, `for` and
`keepFiringFor`, is waited for in seconds: what holds by default stands beside. Restarts begin after 5 s
instead of 30 s and are forgotten after 20 s instead of 20 minutes. Workers leave the tasks of a lost one
with nobody for {delay} s instead of five minutes.

In seconds after the fault, `Connect tells` is when its REST API told another status than before,
`Seen` when a round of `watch` found that not all is well, and `Told` when a receiver had the alert. In
seconds after the mending, `All well` is when a round found that, and `Ended` when the receiver had the
end of the last alert.
"""


def main() -> None:
    """Run the faults, all by default, print the page and write it where all were run."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--version", choices=VERSIONS, default=VERSIONS[0])
    parser.add_argument("--workers", type=int, default=3, choices=(2, 3))
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)}")
    options = parser.parse_args()
    if unknown := set(options.faults) - set(FAULTS):
        parser.error(f"no fault: {', '.join(sorted(unknown))}")
    spec = RealSpec(
        version=options.version, workers=options.workers, rebalance_delay_ms=DELAY * 1000
    )
    chosen = {name: FAULTS[name] for name in options.faults or FAULTS}
    stories = run(spec, chosen)
    text = "\n".join(page(spec, stories)) + "\n"
    print(text)
    if missing := [name for name in chosen if name not in stories]:
        sys.exit(f"not measured, and the page is left as it was: {', '.join(missing)}")
    if unseen := [name for name, story in stories.items() if story.seen is None]:
        sys.exit(f"never seen, and the page is left as it was: {', '.join(unseen)}")
    if len(stories) == len(FAULTS):
        PAGE.write_text(text, encoding="utf-8")


def run(spec: RealSpec, faults: Mapping[str, Fault]) -> dict[str, Story]:
    """Return the story of each fault that could be provoked, one after the other on one cluster."""
    stories = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        real_sandbox(spec) as sandbox,
        inbox() as box,
        scene_on(sandbox, Path(folder), box.url) as scene,
    ):
        for fault in faults.values():
            fault.define(scene)
        scene.apply_all()
        with watching(scene.folder, box, "here") as beside:
            for name, fault in faults.items():
                print(f"{fault.title} ...", flush=True)
                try:
                    stories[name] = tell(fault, scene, beside)
                except TimeoutError as error:
                    print(f"  {error}", flush=True)
    return stories


def page(spec: RealSpec, stories: Mapping[str, Story]) -> Iterator[str]:
    """Return the lines of the page."""
    yield INTRODUCTION.format(
        version=spec.version,
        workers=spec.workers,
        day=f"{SystemClock().now():%Y-%m-%d}",
        machine=machine(),
        every=text_of(EVERY),
        delay=DELAY,
    )
    yield "| Fault | Connect tells | Seen | Health | Class | Action | Told | All well | Ended |"
    yield "| --- | ---: | ---: | --- | --- | --- | --- | ---: | ---: |"
    for name, story in stories.items():
        yield f"| {' | '.join(cells(FAULTS[name], story))} |"
    for name, story in stories.items():
        yield from section(FAULTS[name], story)


def cells(fault: Fault, story: Story) -> Iterator[str]:
    """Return the row of a fault."""
    yield f"[{fault.title}](#{fault.title.lower().replace(' ', '-')})"
    yield seconds(story.admitted, f"not in {story.left:.0f} s")
    yield seconds(story.seen, f"not in {story.left:.0f} s")
    yield ", then ".join(story.healths) or "healthy"
    yield ", ".join(story.failures) or "-"
    yield "; ".join(actions(story))
    yield "<br>".join(map(alert_cell, story.alerts)) or "nobody"
    yield seconds(story.well, "never")
    ends = [alert.ended for alert in story.alerts]
    ended = [end for end in ends if end is not None]
    yield "-" if not ends else seconds(max(ended) if len(ended) == len(ends) else None, "never")


def actions(story: Story) -> Iterator[str]:
    """Return what was done about a fault, and why not more."""
    if story.restarts:
        yield f"restarted after {', '.join(map(seconds, story.restarts))}"
    yield from story.notes
    if not story.restarts and not story.notes:
        yield "none"


def shortened(lines: Sequence[str]) -> Iterator[str]:
    """Return the first lines and the last."""
    yield from lines[:2]
    if len(lines) > 3:
        yield "..."
    yield from lines[2:][-1:]


def alert_cell(alert: AlertStory) -> str:
    """Return an alert, and on which terms it was told."""
    name = next(name for name in PACK if name == alert.name)
    ours, default = (text_of(terms.wait) for terms in (terms_of(name), PACK[name].terms))
    terms = ours if ours == default else f"{ours}, by default {default}"
    times = f"{alert.count} x " if alert.count > 1 else ""
    return f"{times}{name} {seconds(alert.told)} (`for` {terms})"


def seconds(value: float | None, otherwise: str = "") -> str:
    """Return a number of seconds as text."""
    return otherwise if value is None else f"{value:.1f} s"


def section(fault: Fault, story: Story) -> Iterator[str]:
    """Return what was done, what a person saw, and what to make of it."""
    yield from ("", f"## {fault.title}", "", f"**Done:** {fault.done}")
    yield from ("", f"**Mended:** {fault.mended}")
    if story.lines:
        yield from ("", "```text", *shortened(story.lines), "```")
    yield from ("", fault.about)


if __name__ == "__main__":
    main()
