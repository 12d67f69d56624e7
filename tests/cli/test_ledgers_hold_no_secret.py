"""Whatever keeps a ledger, no secret value is in it, in any form."""

import subprocess
import uuid
from collections.abc import Callable

import pytest

from reconcile.redact import forms_of
from reconcile.sandbox.spec import VERSIONS
from tests.cli.harness import Workplace
from tests.real_clusters import SharedSandbox, real_id

SECRET = 'hun"ter/é-2'
LITERAL = "lit3ral-tok"
KEY = "the key for all fingerprints"
CONFIG = f'    db.password: "${{{{ env.PW }}}}"\n    api.token: {LITERAL}\n'

Raw = Callable[[], bytes]


def in_sqlite(place: Workplace, _: SharedSandbox) -> tuple[str, Raw]:
    return "", (place.folder / ".connectform/local.db").read_bytes


def in_git(place: Workplace, _: SharedSandbox) -> tuple[str, Raw]:
    def git(*arguments: str) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=place.folder, check=True, capture_output=True
        )
        return done.stdout

    def objects() -> bytes:
        """Return all objects as they were before git compressed them, and that a ledger is there."""
        assert git("rev-parse", "refs/connectform/local")
        return git("cat-file", "--batch-all-objects", "--batch")

    git("init", "--quiet")
    return "    ledger: git\n", objects


def in_kafka(_: Workplace, shared: SharedSandbox) -> tuple[str, Raw]:
    servers, topic = shared.of(VERSIONS[0]).bootstrap_servers, f"ledger-{uuid.uuid4().hex[:8]}"

    def records() -> bytes:
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": servers, "group.id": topic})
        try:
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)
            consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
            found, last = b"", -1
            while last < end - 2:  # the last offset is that of a transaction's marker
                (message,) = consumer.consume(1, timeout=30)
                found += (message.key() or b"") + (message.value() or b"")
                last = message.offset()
            return found
        finally:
            consumer.close()

    lines = f'    ledger: kafka:{topic}\n    kafka: {{bootstrap.servers: "{servers}"}}\n'
    return lines, records


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(in_sqlite, id="sqlite"),
        pytest.param(in_git, id="git"),
        pytest.param(in_kafka, id=f"kafka-{real_id(VERSIONS[0])}", marks=pytest.mark.real),
    ],
)
def test_no_ledger_holds_a_secret(
    kept: Callable[[Workplace, SharedSandbox], tuple[str, Raw]],
    workplace: Workplace,
    shared_sandbox: SharedSandbox,
) -> None:
    lines, raw = kept(workplace, shared_sandbox)
    workplace.write_project(f'{lines}fingerprintKey: "${{{{ env.CONNECTFORM_KEY }}}}"\n')
    workplace.write_sink("a", more=CONFIG)
    secrets = {"PW": SECRET, "CONNECTFORM_KEY": KEY}
    for file in ("out.txt", "new.txt"):
        workplace.write_sink("a", file=file, more=CONFIG)
        done = workplace.run("apply", "--auto-approve", **secrets)
        assert done.code == 0, done.both

    found = raw()

    assert b"db.password" in found
    for form in {*forms_of(SECRET), LITERAL, KEY}:
        assert form.encode() not in found, form
