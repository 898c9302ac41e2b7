"""What supervisors see: figures of people, staffing, and why a figure is what it is."""
