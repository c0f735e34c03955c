"""Made-up records, a module an audit. No person in them exists.

Each module draws in two steps, each a function of a random generator alone:

    who was decided on, and how (whole numbers)  ->  records as an office would export them, with their mess (text)

and ends with `MADE_UP`, which lists its files, what is planted in them, and what a report should therefore say.
"""
