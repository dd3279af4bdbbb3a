"""What is published, over HTTP and MCP: read-only, and never two releases in one answer."""
