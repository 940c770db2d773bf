"""Mail: off until an operator names a server or a spool folder."""
