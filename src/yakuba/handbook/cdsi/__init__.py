"""CDC CDSi supporting data as a rule book, and the published test cases. The data itself is not shipped."""
