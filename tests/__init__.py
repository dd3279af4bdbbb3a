"""The tests, in folders like those of the code. Helpers are imported by their full name, as tests.pipelines."""
