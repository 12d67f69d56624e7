"""A diagnosis says what failed, why, what to do, and what was changed last."""

from reconcile.report.diagnosis_text import examination_lines
from reconcile.report.spans import plain
from tests.golden import nouns


def test_a_diagnosis_reads_from_what_failed_to_what_was_changed_last() -> None:
    found = nouns.examinations()[0]

    assert plain(examination_lines(found)) == (
        "orders-sink on local is unhealthy: FAILED, 2 of 4 tasks failed\n"
        "  sink org.apache.kafka.connect.file.FileStreamSinkConnector\n"
        "\n"
        "  The connector failed\n"
        "    cause    no cause reported\n"
        "    class    unknown\n"
        "    hint     do this\n"
        "    restart  may help\n"
        "\n"
        "  Tasks 0, 2 failed on 10.0.0.1:8083\n"
        "    cause    SinkException: yes\n"
        "    class    network\n"
        "    hint     do this\n"
        "    restart  can help, once the cause is gone\n"
        "\n"
        "  Task 3 failed on 10.0.0.1:8083\n"
        "    cause    SinkException: no\n"
        "    class    data-format\n"
        "    hint     do this\n"
        "    restart  cannot help: something has to be changed first\n"
        "\n"
        "  Last change: 2027-01-04 12:00 UTC by ada, commit cccccccccccc, run r1\n"
        "    orders-sink  update  applied\n"
        "      file  changed in git\n"
        "      topics\n"
    )


def test_a_run_that_is_not_known_leaves_out_who_it_was() -> None:
    text = plain(examination_lines(nouns.examinations()[1]))

    assert "  Last change: 2027-01-04 12:00 UTC, run r1\n" in text


def test_what_is_not_known_is_said() -> None:
    unread, no_ledger = nouns.examinations()[2:]

    assert "What the workers say of it may be old." in plain(examination_lines(unread))
    assert "The ledger knows of no change to it." in plain(examination_lines(unread))
    assert "The last change is not known: it is down" in plain(examination_lines(no_ledger))
