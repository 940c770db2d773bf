"""The AI log (AIの利用記録): which model read what, for whom and what for, and what people decided."""
