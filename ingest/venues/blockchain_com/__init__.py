"""blockchain.com: daily unique addresses of Bitcoin."""
