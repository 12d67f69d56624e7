"""References in texts: what they are filled with, and why they are refused."""

from dataclasses import replace

import pytest

from reconcile.desired.references import Kind, Refusal, Sources, escape, fill
from reconcile.model.codes import Code

SOURCES = Sources(
    names={
        Kind.VARIABLE: {"HOST": "db.local", "ODD": "a${{b"},
        Kind.CONNECTOR: {"name": "orders"},
        Kind.CLUSTER: {"name": "prod"},
        Kind.LABEL: {"team": "payments", "strimzi.io/cluster": "mine"},
    },
    environment={"DB_PASSWORD": "hunter2!", "EMPTY": "", "BYTES": "a\udcffb", "OTHER": "x"},
    allowed=("DB_*", "EMPTY", "BYTES", "UNSET"),
    locate_file=lambda name: (
        Refusal(Code.FILE_OUTSIDE_PROJECT, "outside") if name.startswith("..") else None
    ),
    read_file=lambda name: (
        "file secret" if name == "a b.txt" else Refusal(Code.UNRESOLVED_REFERENCE, "absent")
    ),
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("plain", "plain"),
        ("${{ var.HOST }}", "db.local"),
        ("${{var.HOST}}:5432", "db.local:5432"),
        ("${{ connector.name }}.dlq on ${{ cluster.name }}", "orders.dlq on prod"),
        ("${{ label.team }}/${{ label.strimzi.io/cluster }}", "payments/mine"),
        ("$${{ var.HOST }}", "${{ var.HOST }}"),
        ("$$${{", "$${{"),
        ("${{ var.ODD }}", "a${{b"),
        ("${file:/a:b} ${topic} {{topic}} $1 }}", "${file:/a:b} ${topic} {{topic}} $1 }}"),
    ],
)
def test_public_references_are_filled_and_other_texts_stay(text, filled):
    found = fill(text, SOURCES)

    assert found.text == filled
    assert found.reference is None
    assert found.found == ()


def test_secrets_are_filled_and_keep_the_reference_they_came_from():
    found = fill("jdbc://${{ var.HOST }}/?p=${{ env.DB_PASSWORD }}&$${{", SOURCES)

    assert found.text == "jdbc://db.local/?p=hunter2!&${{"
    assert found.reference == "jdbc://db.local/?p=${{ env.DB_PASSWORD }}&$${{"
    assert found.found == ("hunter2!",)
    assert "hunter2" not in repr(found)


def test_secrets_that_are_not_there_stay_unresolved_where_that_will_do():
    lenient = replace(SOURCES, lenient=True)
    text = "${{ env.UNSET }}${{ env.EMPTY }}${{ env.BYTES }}${{ file.no }}${{ env.DB_PASSWORD }}"
    found = fill(text, lenient)

    assert found.text is None
    assert found.reference == text
    assert found.found == ("hunter2!",)
    assert found.refusals == ()
    assert [refusal.code for refusal in fill("${{ env.OTHER }}", lenient).refusals] == [
        Code.FORBIDDEN_REFERENCE
    ]


def test_files_are_secrets():
    found = fill("${{ file.a b.txt }}", SOURCES)

    assert found.text == "file secret"
    assert found.reference == "${{ file.a b.txt }}"


def test_a_public_value_inside_a_reference_text_is_escaped():
    found = fill("${{ var.ODD }}${{ env.DB_PASSWORD }}", SOURCES)

    assert found.reference == "a$${{b${{ env.DB_PASSWORD }}"


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        (
            "${{ var.HOSt }}",
            Code.UNRESOLVED_REFERENCE,
            'cluster prod has no variable "HOSt"',
            "var.HOST?",
        ),
        ("${{ var.PORT }}", Code.UNRESOLVED_REFERENCE, "no variable", "clusters.prod.vars"),
        ("${{ label.tier }}", Code.UNRESOLVED_REFERENCE, 'no label "tier"', "metadata.labels"),
        ("${{ connector.class }}", Code.UNRESOLVED_REFERENCE, "no connector.class", ""),
        ("${{ cluster.url }}", Code.UNRESOLVED_REFERENCE, "no cluster.url", "cluster.name"),
        ("${{ env.DB_UNSET }}", Code.UNRESOLVED_REFERENCE, "DB_UNSET is not set", "--no-secrets"),
        ("${{ env.EMPTY }}", Code.UNRESOLVED_REFERENCE, "EMPTY is empty", "CI secret"),
        ("${{ env.BYTES }}", Code.ENCODING, "no UTF-8", ""),
        ("${{ env.OTHER }}", Code.FORBIDDEN_REFERENCE, "may not name", "DB_*"),
        ("${{ env.A-B }}", Code.MALFORMED_REFERENCE, '"A-B" is no name', "letters"),
        ("${{ file.../x }}", Code.FILE_OUTSIDE_PROJECT, "outside", ""),
        ("${{ file.none }}", Code.UNRESOLVED_REFERENCE, "absent", ""),
        ("${{ var.HOST", Code.MALFORMED_REFERENCE, "does not end", "}}"),
        ("${{ }}", Code.MALFORMED_REFERENCE, "${{ }} is no reference", "var.NAME"),
        ("${{ HOST }}", Code.MALFORMED_REFERENCE, "is no reference", "var.NAME"),
        ("${{ vars.HOST }}", Code.MALFORMED_REFERENCE, "is no reference", "did you mean var.HOST?"),
        ("${{ secrets.HOST }}", Code.MALFORMED_REFERENCE, "is no reference", "env.NAME"),
        ("${{ var. }}", Code.MALFORMED_REFERENCE, "is no reference", ""),
    ],
)
def test_references_that_cannot_be_filled_say_why(text, code, message, hint):
    found = fill(f"a {text}", SOURCES)
    (refusal,) = found.refusals

    assert found.text is None
    assert refusal.code is code
    assert message in refusal.message
    assert hint in refusal.hint


def test_all_refused_references_of_a_text_are_told():
    found = fill("${{ var.A }} ${{ env.DB_PASSWORD }} ${{ var.B }}", SOURCES)

    assert len(found.refusals) == 2
    assert found.text is None
    assert found.found == ("hunter2!",)


def test_without_a_list_of_names_any_variable_may_be_named():
    assert fill("${{ env.OTHER }}", replace(SOURCES, allowed=None)).text == "x"


def test_an_empty_list_of_names_allows_none():
    (refusal,) = fill("${{ env.OTHER }}", replace(SOURCES, allowed=())).refusals

    assert refusal.code is Code.FORBIDDEN_REFERENCE
    assert "none" in refusal.hint


@pytest.mark.parametrize("text", ["${{ env.DB_UNSET }}", "${{ file.none }}"])
def test_without_secrets_they_stay_unresolved(text):
    found = fill(f"a {text} ${{{{ var.HOST }}}}", replace(SOURCES, secrets=False))

    assert found.text is None
    assert found.reference == f"a {text} db.local"
    assert found.refusals == ()


@pytest.mark.parametrize("text", ["${{ env.OTHER }}", "${{ file.../x }}", "${{ var.NONE }}"])
def test_without_secrets_what_is_forbidden_is_still_refused(text):
    assert fill(text, replace(SOURCES, secrets=False)).refusals


@pytest.mark.parametrize("text", ["${{ var.HOST }}", "$${{", "$$${{ x", "${{", "plain"])
def test_escaped_texts_come_back(text):
    assert fill(escape(text), SOURCES).text == text
