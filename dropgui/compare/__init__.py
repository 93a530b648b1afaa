"""Query and match side by side: part by part, and where on the pictures they agree."""
