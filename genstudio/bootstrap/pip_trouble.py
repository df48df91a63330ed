"""Explanation of a failed pip run in one sentence: pip's own output is long and hides the line that helps."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence

from genstudio.core.errors import GenstudioError
from genstudio.core.messages import N_

_FULL = re.compile(r"No space left on device|Errno 28|not enough space on the disk|Disk quota exceeded", re.I)
_TRUST = re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed", re.I)
_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Failed to establish a new connection|Failed to resolve|getaddrinfo failed|"
    r"name resolution|Name or service not known|Network is unreachable|Connection refused|Connection aborted|"
    r"Connection reset|ConnectTimeout|ConnectionTimeout|Read timed out|ReadTimeout|ProxyError|RemoteDisconnected|"
    r"IncompleteRead|connection broken",
    re.I,
)
_NO_PACKAGE = re.compile(r"No matching distribution found for (\S+)")
_FORBIDDEN = re.compile(r"Permission denied|Access is denied", re.I)


def explain(code: int, lines: Sequence[str]) -> GenstudioError:
    """The error for a pip run that ended with ``code`` and wrote ``lines`` to stderr last."""
    text = "\n".join(lines)
    if _FULL.search(text):
        return GenstudioError(N_("The disk is full."), N_("Free some space and run the same command again."))
    if _TRUST.search(text):
        return GenstudioError(
            N_("pip does not trust the certificate of its package index."),
            N_("Set PIP_CERT to the certificates of your network and run the same command again."),
        )
    if _NETWORK.search(text):
        return GenstudioError(
            N_("No network: pip could not reach its package index."),
            N_("Connect and run the same command again; it continues from here."),
        )
    if lacking := _NO_PACKAGE.search(text):
        return GenstudioError(
            N_(
                "pip's index has no {package} for Python {python} on {machine}.",
                package=lacking[1],
                python=platform.python_version(),
                machine=f"{platform.system()} {platform.machine()}",
            ),
            N_("Check pip's settings (pip config list), or start main.py with another Python, such as python3.12."),
        )
    if _FORBIDDEN.search(text):
        return GenstudioError(
            N_("pip is not allowed to write to a folder that it needs."),
            N_("Fix what its output above names and run the same command again."),
        )
    if code in (-9, 137):
        return GenstudioError(
            N_("The system ended pip, probably because memory ran out."),
            N_("Close other programs and run the same command again."),
        )
    return GenstudioError(
        N_("pip ended with code {code}.", code=code), N_("Its output above says why. Run the same command again.")
    )
