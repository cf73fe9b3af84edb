//! The binary `mirabridge-seats`: parses the command line, runs the command, returns its code.

fn main() {}
