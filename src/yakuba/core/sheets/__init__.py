"""Tables that come in as spreadsheets: CSV and Excel read safely, cells, dates, faults with their place."""
