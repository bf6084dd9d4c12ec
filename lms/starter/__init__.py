"""The courses that come with the product: content files, read strictly and loaded once (README.md beside this)."""
