"""The commands below `connectform ci`: what pipelines on GitHub and GitLab call."""

from pathlib import Path
from typing import Annotated

import typer

from reconcile.cli.exits import Exit
from reconcile.cli.shell import Shell, register

ci_app = typer.Typer(
    help="Show plans on pull requests, and keep an issue while clusters drift: GitHub and GitLab.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", help="JSON documents of plan, apply, drift, validate or lint."
    ),
]
AuthorOption = Annotated[
    str,
    typer.Option(
        "--author",
        metavar="LOGIN",
        help="Who the token writes as, where it may not ask: an app's name and [bot].",
    ),
]


def comment(shell: Shell, files: FilesArgument, author: AuthorOption = "") -> Exit:
    """Keep one comment for each cluster on the pull request.

    It shows the newest plan, for which commit, and which came before; only our own comments are
    edited. A run that a newer one has overtaken leaves them alone.
    """
    from reconcile.cli.reporting import comment_on_pull_request

    return comment_on_pull_request(shell, files, author)


def summary(
    shell: Shell,
    files: FilesArgument,
    exit_code: Annotated[
        int | None,
        typer.Option("--exit-code", metavar="N", help="How the command ended, for the outputs."),
    ] = None,
    by_hand: Annotated[
        bool,
        typer.Option("--by-hand", help="Say how what these plans would do goes on by hand."),
    ] = False,
) -> Exit:
    """Write the job's summary and its outputs.

    On GitHub to GITHUB_STEP_SUMMARY and GITHUB_OUTPUT, on GitLab as a section of the log, elsewhere
    as Markdown to standard output.
    """
    from reconcile.cli.reporting import summarise

    return summarise(shell, files, exit_code=exit_code, by_hand=by_hand)


def annotate(
    shell: Shell,
    files: FilesArgument,
    directory: Annotated[
        str,
        typer.Option(
            "--directory", metavar="DIR", help="Where the project stands in the repository."
        ),
    ] = "",
) -> Exit:
    """Mark problems at their file and line, on GitHub: the ten gravest, the rest counted."""
    from reconcile.cli.reporting import annotate_files

    return annotate_files(shell, files, directory)


def drift_issue(shell: Shell, files: FilesArgument, author: AuthorOption = "") -> Exit:
    """Keep one issue for each cluster while it drifts.

    Opened when drift appears, edited in place, commented on when the drift is another one, and
    closed when a whole report is clean. A cluster that could not be compared keeps its issue.
    """
    from reconcile.cli.reporting import keep_drift_issues

    return keep_drift_issues(shell, files, author)


def approved(
    shell: Shell,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write the plan.")
    ] = Path("approved.json"),
    author: AuthorOption = "",
) -> Exit:
    """Fetch the plans that merged pull requests showed, for apply --expect.

    They come from what the pipelines of pull requests kept, never from a comment: of all that were
    merged since the last run of this job that ended well. Where there is none, an empty plan is
    written, which approves nothing.
    """
    from reconcile.cli.reporting import fetch_approved

    return fetch_approved(shell, out, author)


for _name, _function in (
    ("comment", comment),
    ("summary", summary),
    ("annotate", annotate),
    ("drift-issue", drift_issue),
    ("approved", approved),
):
    register(ci_app, _function, _name)
