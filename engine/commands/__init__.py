"""The commands of the command line, by what they are about; each module registers its own."""
