"""What can go wrong with alerts: one class per cause; the message says what, where and how to mend it.

AlertError
"""

from __future__ import annotations


class AlertError(Exception):
    """Base of everything that this package raises on purpose."""
