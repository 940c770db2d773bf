"""Rules of bookings without a database: who may book, when slots open, which state follows which."""
