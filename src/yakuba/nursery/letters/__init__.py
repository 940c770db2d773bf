"""Letters of a result: the town's words (``templates/*.yaml``), PDF by Typst, docx."""
