"""The licence of an installed package as an SPDX expression, from its own metadata."""

from __future__ import annotations

from importlib.metadata import metadata

SPELLED = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "mit license": "MIT",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.0-or-later",
    "mozilla public license 1.1 (mpl 1.1)": "MPL-1.1",
    "zpl 2.1": "ZPL-2.1",
    "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
"""How packages that do not speak SPDX spell theirs; "BSD" alone is taken as the form that most of them mean."""
UNKNOWN = "LicenseRef-unknown"
READ = {"axe-playwright-python": "MIT AND MPL-2.0"}
"""Of packages whose metadata says nothing: what stands in the files that they bring (axe-core itself is MPL-2.0)."""


def licence(name: str) -> str:
    """SPDX expression; ``LicenseRef-unknown`` when the package does not say."""
    told = metadata(name)
    if expressions := told.get_all("License-Expression"):
        return str(expressions[0])
    short = [text.strip().partition("\n")[0] for text in told.get_all("License") or []]
    named = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    found = [known for known in map(_spdx, [*named, *short]) if known]
    return " OR ".join(dict.fromkeys(found)) or READ.get(name, UNKNOWN)


def _spdx(text: str) -> str:
    plain = text.strip()
    if plain.lower() in SPELLED:
        return SPELLED[plain.lower()]
    return plain if plain and " " not in plain and plain != "OSI" else ""
