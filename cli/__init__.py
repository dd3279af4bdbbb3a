"""The command line `leverage`: what a newcomer types. Text in and out; the work is in the packages it calls."""
