"""Measures what the generator drew, with judges that had no part in teaching it."""
