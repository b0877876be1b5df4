"""Files to clean tables: reading, coordinates, matching. Every row that is refused is named."""
