"""What others hear of bookings.

``booking_changed`` is sent inside the transaction of the change, with ``booking``, ``actor``, ``now`` and
``what`` (a word of ``BookingEvent.what``; ``offered`` for a place offered to the first in line). A receiver
that writes rows writes them with the change or not at all; one that raises undoes the change.
"""

from __future__ import annotations

from django.dispatch import Signal

booking_changed = Signal()
