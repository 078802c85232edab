"""What is said when data, not configuration, are at fault."""

from __future__ import annotations


class DataError(ValueError):
    """Data that cannot be had or used; the text names them, what is wrong and what helps."""
