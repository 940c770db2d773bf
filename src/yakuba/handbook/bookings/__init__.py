"""Pages of bookings: families under ``/handbook/bookings/``, staff under ``/staff/handbook/bookings/``."""
