"""The venues whose websockets are recorded, one module each. No venue knows another."""
