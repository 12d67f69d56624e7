"""Say what a forge's refusal means, and what to do about it."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from reconcile.errors import ForgeError
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

_MINUTE: Final = 60
_DAY: Final = 86_400


def refused(status: int, said: str, url: str, path: str, needs: str) -> ForgeError:
    """Return the error for an answer that is none."""
    host = host_of(url)
    told = f": {said}" if said else ""
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return _error(
                Code.FORGE_NOT_AUTHENTICATED,
                f"{host} does not know the token{told}",
                "set GITHUB_TOKEN, or CONNECTFORM_GITLAB_TOKEN, to one that has not expired",
            )
        case HTTPStatus.FORBIDDEN:
            return _error(
                Code.FORGE_NOT_ALLOWED, f"{host} does not allow this{told}", f"it takes {needs}"
            )
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return gone(url, path, needs)
        case _:
            return _error(
                Code.FORGE_REFUSED,
                f"{host} refused this with {status}{told}",
                "run again; where it stays, look at the status page of the forge"
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR
                else "see what it says, and whether the repository is archived or locked",
            )


def gone(url: str, path: str, needs: str) -> ForgeError:
    """Return the error for something that is not there, or that the token may not see."""
    host, place = host_of(url), path.partition("?")[0]
    return _error(
        Code.FORGE_NOT_FOUND,
        f"{host} has no {place}, or the token may not see it",
        f"it takes {needs}; see whether the repository was renamed",
    )


def too_many_requests(url: str, seconds: float) -> ForgeError:
    """Return the error for a rate limit that lasts longer than we wait."""
    wait = f"for {int(seconds // _MINUTE) + 1} min" if seconds < _DAY else "for a day or longer"
    return _error(
        Code.FORGE_RATE_LIMIT,
        f"{host_of(url)} takes no more requests with this token {wait}",
        "run again after that",
    )


def no_answer(url: str, detail: str) -> ForgeError:
    """Return the error for a forge that cannot be reached."""
    return _error(
        Code.FORGE_UNREACHABLE,
        f"{host_of(url) or 'the forge'} cannot be asked: {detail}",
        "check GITHUB_API_URL or CI_API_V4_URL, the proxy and the certificates",
    )


def host_of(url: str) -> str:
    """Return the host of an address and its port, without `user:password@`."""
    return urlsplit(url).netloc.rpartition("@")[2]


def unreadable(url: str) -> ForgeError:
    """Return the error for an answer that is no JSON."""
    return no_answer(url, "its answer is no JSON; something else may stand in between")


def _error(code: Code, message: str, hint: str) -> ForgeError:
    return ForgeError(Problem(code=code, message=message, hint=hint))
