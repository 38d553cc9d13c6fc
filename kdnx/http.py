"""The one door to other servers: how long kdnx waits, and what can go wrong."""

import httpx2 as httpx  # the one line to change for another package of the same face (D29)

# a sign-in that takes longer than this has failed for the person in front of it
TIMEOUT_SECONDS = 8.0
HttpError = httpx.HTTPError


def open_client() -> httpx.AsyncClient:
    """A client that follows no redirect and waits at most eight seconds for each step."""
    return httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False)
