// Judges the results of the suite, check by check: a failed check has to be listed in `expected-<revision>.yml`, and a listed check has to fail. Each
// is listed under a comment that begins with "Not applicable:" or "Missing:". The suite itself judges only the required scenarios.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [expectedFile, results, log] = process.argv.slice(2);
const problems = [];

// A line of the list, and which word its comment begins with.
const expected = new Map();
let word;
let inComment = false;
for (const line of readFileSync(expectedFile, 'utf8').split('\n')) {
  const comment = /^ +# (.*)$/.exec(line);
  const entry = /^ +- ([^\s:]+:[^\s:]+)$/.exec(line);
  if (comment) {
    if (!inComment) word = /^(Not applicable|Missing): ./.exec(comment[1])?.[1];
  } else if (entry) {
    if (!word) problems.push(`${entry[1]}: the comment above says neither "Not applicable:" nor "Missing:"`);
    if (expected.has(entry[1])) problems.push(`${entry[1]}: listed twice`);
    expected.set(entry[1], { word, failed: false });
  } else if (line && !line.startsWith('#') && line !== 'server:') {
    problems.push(`unreadable: ${line}`);
  }
  inComment = Boolean(comment);
}

// INFO is no verdict. What was skipped has not passed.
let passed = 0;
const scenarios = new Set();
for (const folder of readdirSync(results)) {
  const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1];
  scenarios.add(scenario);
  for (const { id, status, errorMessage } of JSON.parse(readFileSync(join(results, folder, 'checks.json'), 'utf8'))) {
    if (status === 'SUCCESS') passed += 1;
    if (status === 'SUCCESS' || status === 'INFO') continue;
    const entry = expected.get(`${scenario}:${id}`);
    if (entry) entry.failed = true;
    else problems.push(`${scenario}:${id}: ${status}: ${errorMessage ?? ''}`);
  }
}
for (const [name, { failed }] of expected) {
  if (!failed) problems.push(`${name}: listed, and does not fail`);
}

// A run of nothing is no success.
const announced = Number(/^Running requirements .* \((\d+) scenarios\)/m.exec(readFileSync(log, 'utf8'))?.[1]);
if (scenarios.size !== announced || passed === 0) problems.push(`${scenarios.size} scenarios of ${announced}, ${passed} checks passed`);

for (const problem of problems) console.error(problem);
const count = (of) => [...expected.values()].filter(({ word }) => word === of).length;
console.log(`${scenarios.size} scenarios: ${passed} checks passed; listed: ${count('Not applicable')} not applicable, ${count('Missing')} missing`);
process.exitCode = problems.length === 0 ? 0 : 1;
