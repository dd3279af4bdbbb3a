"""Warehouses on object storage: landing and releases in a bucket, and a working directory on each machine."""
