"""A hundred million lines: the same rules as decision tables over columns, on one machine and on many.

A rule is never translated. The very function that answers one session is called once for each distinct
combination of its inputs, and the rows are answered by index. Inputs are read and encoded once, by the
doors' own readers, each called once for each distinct combination of cells.
"""
