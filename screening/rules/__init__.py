"""Pure rules of the plan: facts in, answers with grounds out. No clock, no database, no numbers of policy."""
