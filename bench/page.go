package main

// page is all of docs/benchmarks.md.
func page(results string) string { return intro + results }

// intro is what somebody has to know who reads the results.
const intro = `# Load and limits

What this system costs, and what it does not: a digest whatever the size of the record, an import whatever is there already, a mail to
a thousand people. ` + "`make bench`" + ` measures it on your machine, in about five minutes. This page was written by
` + "`go run ./bench --write docs/benchmarks.md`" + `.

Trust the ratios. The first row of each group is 1, and the rows below it are told against it: both were measured in turns, in one run,
several times, and what is told is the median, so that whatever else the machine did slowed both. Times and rates are those of one
machine on one day. *Allocated* is what Go allocated for one go of the row, in brackets against the first row of the group; *peak heap*
is the most that Go's heap had in it meanwhile. SQLite's own memory is outside of that heap and in the line below the table;
PostgreSQL's server is another process. Do not compare the databases with each other: SQLite writes each commit to the disk, and this
PostgreSQL is a private server on the same machine that syncs nothing.

| group | what it shows |
|---|---|
| digest | one tenant's week takes the same time and memory in a record of five weeks and in one of almost ten years. Ten other tenants are in each, with a tenth as much together. The records are filled in bulk, by SQL, with what an import writes for digests. *anywhere* counts another week each time, which no cache holds; *all of* is what a week costs that is as large: it grows as the events do, and the memory does not. The run fails where a database reads a whole table to count: the plans are below |
| import | the last tenth takes as long as a first tenth beside it, and the memory at the end is that of the beginning |
| recipients | what the ledger adds to writing the rows of a plan, and what it costs to bring them through claim and settle |
| notify | all of Notify, with the ledger, beside a plain loop that sends the same mails with as many on their way at one time and remembers nothing. The mails go over HTTP to the inbox in the same process, which both pay for; there is no Temporal server in it, which would add some 50 ms to a mail, whatever its size |

## Results

`
