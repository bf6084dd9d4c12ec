"""What the answers say about the questions: formulas, the rows they rest on, verdicts, charts and screens."""
