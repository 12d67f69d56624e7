"""Alerts on the command line: what fires, who can be told, and files that are wrong."""

import pytest

from tests.cli.harness import Workplace
from tests.sandbox_command import wait_for
from tests.watch.inbox import inbox
from tests.watch.post import REFUSED


def tell(place: Workplace, alerts: str) -> None:
    (place.folder / "connectform.yaml").write_text(
        "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
        f"clusters:\n  local: {{url: '{place.url}'}}\nalerts: {alerts}\n",
        encoding="utf-8",
    )


def test_what_fires_is_told_and_listed(workplace: Workplace) -> None:
    with inbox() as box:
        tell(
            workplace,
            f"{{receivers: {{main: {{webhook: '{box.url}'}}}}, rules: {{ConnectorFailed: {{for: 0s}}}}}}",
        )
        workplace.write_sink("orders-sink")
        assert workplace.run("alerts", "list").out == "No alert fires.\n"
        assert workplace.run("apply", "--auto-approve").code == 0
        workplace.cluster.fail_task("orders-sink", 0, REFUSED, for_good=True)

        assert workplace.run("watch", "--once").code == 2
        listed = workplace.run("alerts", "list")

        assert box.statuses() == [("firing", "ConnectorFailed", "orders-sink")]
        assert listed.code == 0
        assert "page ConnectorFailed orders-sink on local" in listed.out
        assert "1 alert firing." in listed.out


def test_a_receiver_that_does_not_take_it_is_named_by_watch_and_by_the_test(
    workplace: Workplace,
) -> None:
    with inbox() as box:
        receivers = f"good: {{webhook: '{box.url}'}}, bad: {{slack: '${{{{ env.S }}}}'}}"
        tell(workplace, f"{{receivers: {{{receivers}}}}}")

        done = workplace.run("alerts", "test", S="http://127.0.0.1:9/T0/B0/verysecretword")
        alone = workplace.run("alerts", "test", "good")
        unset = workplace.run("alerts", "test", "bad")

        assert (done.code, alone.code, unset.code) == (1, 0, 1)
        assert "good: told\n" in done.out
        assert "bad: " in done.out
        assert "verysecretword" not in done.both
        assert "CF201" in unset.err
        assert [status for status, _, _ in box.statuses()] == ["firing", "resolved"] * 2
        assert workplace.run("alerts", "test", "god").code == 64


def let_ask(workplace: Workplace) -> None:
    """Wait until the cluster is asked for the statuses of all connectors once more."""
    workplace.cluster.clear_requests()
    assert wait_for(
        lambda: any(one.path.startswith("/connectors?") for one in workplace.cluster.requests)
    )


def test_a_receiver_that_cannot_be_told_is_named_once_and_once_more_when_it_can(
    workplace: Workplace,
) -> None:
    with inbox() as box:
        receivers = "{main: {slack: '${{ file.hook.txt }}'}}"
        tell(workplace, f"{{receivers: {receivers}, rules: {{ConnectorFailed: {{for: 0s}}}}}}")
        with (workplace.folder / "connectform.yaml").open("a") as project:
            project.write("watch: {every: 1s}\n")
        workplace.write_sink("a")
        assert workplace.run("apply", "--auto-approve").code == 0
        workplace.cluster.fail_task("a", 0, REFUSED, for_good=True)

        process = workplace.start("watch")
        try:
            for _ in range(3):
                let_ask(workplace)
            (workplace.folder / "hook.txt").write_text(f"{box.url}/T0/B0/x")
            assert wait_for(lambda: box.requests)
            let_ask(workplace)
        finally:
            process.terminate()
        _, err = process.communicate(timeout=60)

    assert err.count("[CF2") == 1, err
    assert err.count("The receiver main takes alerts again, after ") == 1


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ("{receivers: {a: {}}}", "CF106"),
        ("{receivers: {a: {webhook: 'http://x', slack: '${{ env.S }}'}}}", "CF113"),
        ("{receivers: {a: {slack: 'https://hooks.slack.com/services/T/B/x'}}}", "CF105"),
        ("{receivers: {a: {pagerduty: 0123456789abcdef}}}", "CF105"),
        ("{receivers: {a: {apprise: 'mailto://user:pass@example.com'}}}", "CF105"),
        ("{receivers: {a: {apprise: '${{ env.A }}', proxy: 'http://x'}}}", "CF105"),
        ("{receivers: {a: {webhook: 'http://x', url: 'http://y'}}}", "CF105"),
        ("{receivers: {a: {webhook: 'http://x', severities: [loud]}}}", "CF105"),
        ("{rules: {TaskFaild: {for: 1m}}}", "CF103"),
        ("{rules: {TaskFailed: {for: 1 minute}}}", "CF105"),
        ("{rules: {TaskFailed: {four: 1m}}}", "CF103"),
    ],
)
def test_what_is_wrong_with_alerts_is_told_with_its_place(
    workplace: Workplace, alerts: str, said: str
) -> None:
    tell(workplace, alerts)
    told = workplace.run("validate")
    assert told.code == 1
    assert "connectform.yaml:6:" in told.both
    assert f"[{said}]" in told.both
