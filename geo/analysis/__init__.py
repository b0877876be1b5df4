"""Tables to answers: reads travel times and never sees a graph."""
