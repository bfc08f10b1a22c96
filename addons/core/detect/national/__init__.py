"""National identification numbers, by region. Each is found as its country writes it, or after the word for it."""
