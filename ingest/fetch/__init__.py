"""The parts that most fetches share, so that a plain series is a declaration.

`interface`: what a venue is asked, and its answer. `pages`: walking through the pages of a window. `rows`: from
published rows to a frame, and the schema of it. `batches`: what an answer covers. `shapes`: all of these as bars,
funding and snapshots.
"""
