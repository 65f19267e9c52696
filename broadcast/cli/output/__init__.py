"""What is shown: as blocks, drawn with colours on a terminal and plainly anywhere else."""
