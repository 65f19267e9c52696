"""Send what a notice owes: claim, make requests, record outcomes, until nothing more can be done."""
