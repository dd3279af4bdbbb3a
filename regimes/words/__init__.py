"""The rules in words: numbers, clauses about one input, sentences, conditions. Every number comes from Parameters."""
