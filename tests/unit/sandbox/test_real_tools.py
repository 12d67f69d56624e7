from pathlib import Path

import pytest

from reconcile.errors import SandboxError
from reconcile.model.codes import Code
from reconcile.sandbox.real_tools import find_tools, java_major


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_292"', 8),
        ('openjdk version "21-ea" 2023-09-19', 21),
        ('openjdk version "24" 2025-03-18', 24),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019-01-15', 11),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", 0),
        ("", 0),
    ],
)
def test_the_version_of_java_is_read_from_what_it_prints(text, major):
    assert java_major(text) == major


def install(folder: Path, name: str, output: str = "") -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{output}' >&2\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.fixture
def path(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def test_each_missing_program_is_named_with_what_to_install(path):
    with pytest.raises(SandboxError) as raised:
        find_tools(maven=True, certificates=True)
    problems = raised.value.problems
    assert {problem.code for problem in problems} == {Code.SANDBOX_TOOL_MISSING}
    messages = [problem.message for problem in problems]
    for program in ("Java", "mvn", "openssl", "keytool"):
        assert any(program in message for message in messages), program
    assert all("install" in problem.hint for problem in problems)


def test_nothing_is_missing_that_was_not_asked_for(path):
    install(path, "java", 'openjdk version "17.0.1"')
    assert find_tools().java == str(path / "java")
    assert find_tools(java=False).java == ""


def test_an_old_java_is_told_with_its_version(path):
    install(path, "java", 'openjdk version "11.0.2"')
    with pytest.raises(SandboxError, match="is version 11"):
        find_tools()


def test_java_home_comes_before_the_path(path, tmp_path, monkeypatch):
    install(path, "java", 'openjdk version "11.0.2"')
    (tmp_path / "home").mkdir()
    install(tmp_path / "home" / "bin", "java", 'openjdk version "21.0.1"')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert find_tools().java == str(tmp_path / "home" / "bin" / "java")


def test_keytool_is_taken_from_beside_java(path, tmp_path):
    real = tmp_path / "jdk"
    install(real, "java", 'openjdk version "17.0.1"')
    install(real, "keytool")
    install(path, "openssl")
    (path / "java").symlink_to(real / "java")
    assert find_tools(certificates=True).keytool == str(real / "keytool")
