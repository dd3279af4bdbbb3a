"""One module per venue: what it offers, how it asks, how it parses. No venue knows another."""
