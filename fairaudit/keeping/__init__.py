"""Counts that are kept between runs, so that a second run of the same plan over the same files reads no record.

They are found again by a hash of everything that they depend on: the bytes of every file that is read, the block of
the plan, this package's code, and the libraries that count. A change of any of them counts anew. `fairaudit verify`
takes no kept counts.
"""
