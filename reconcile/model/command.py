"""Commands that hints and reports tell people to run."""

import shlex


def command(verb: str, *names: str, cluster: str = "") -> str:
    """Return a connectform command as it can be pasted into a shell.

    `verb` is the command with its options, `cluster` the one that is meant: most commands that
    write want it named where a project has several. Names come from a cluster and are quoted.
    """
    options = ("--cluster", cluster) if cluster else ()
    apart = any(name.startswith("-") for name in names)
    words = (*options, "--", *names) if apart else (*names, *options)
    return shlex.join(("connectform", *verb.split(), *words))
