"""Printed sheets: Typst templates filled from data, glyphs checked first, PDFs joined."""
