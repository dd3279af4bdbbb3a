"""Publishing a release: the tables, `latest.json` and the pages that readers see, all switched by one rename."""
