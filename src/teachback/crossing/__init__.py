"""Facts that only other rows can tell, over columns: the same code for five rows and for five million."""
