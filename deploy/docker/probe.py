"""Exit code 0 when an address answers 200, else 1 with the cause: for engines that probe from inside of a container."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

TIMEOUT_S = 4.0


def probe(url: str) -> str:
    """Why the address is not well; empty when it is."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S):  # noqa: S310  the address stands in our own manifests
            return ""
    except urllib.error.HTTPError as error:
        return f"{url}: {error.code} {error.read(500).decode(errors='replace')}"
    except (OSError, ValueError) as error:
        return f"{url}: {error}"


if __name__ == "__main__":
    sys.exit(probe(sys.argv[1]) or 0)
