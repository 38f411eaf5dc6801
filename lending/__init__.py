"""The reference estate: lending services of a digital bank, reached over HTTP only, with an exact truth."""
