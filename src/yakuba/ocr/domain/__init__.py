"""The pure heart of form reading: no Django, no files, no clock."""
