// Reads a query from standard input and names what GitHub's published schema does
// not know of it, one fault a line.
import { validate } from "@octokit/graphql-schema";
import { readFileSync } from "node:fs";

const faults = validate(readFileSync(0, "utf8"));
for (const fault of faults) console.log(fault.message);
process.exit(faults.length > 0 ? 1 : 0);
