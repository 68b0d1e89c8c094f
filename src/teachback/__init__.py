"""Teachback: caregiver training that is paid, with every dollar proved."""

__version__ = "0.1.0"
