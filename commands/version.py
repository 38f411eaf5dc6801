"""The version of this program, as it is released."""

VERSION = "0.1.0"
