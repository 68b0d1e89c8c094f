"""A made-up Medicare contractor that answers claims: to rehearse, and to test the whole way."""
