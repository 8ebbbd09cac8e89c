"""Deadlines (时限): derived from acts, policy and calendar; never stored as overdue (product 1.3)."""

from .breaches import breaches, is_breached, open_breaches
from .calendar import Calendar, shipped
from .policies import Policies

__all__ = ["Calendar", "Policies", "breaches", "is_breached", "open_breaches", "shipped"]
