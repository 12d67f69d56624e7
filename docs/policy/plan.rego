# An organisation's own rules about a plan of connectform: conftest test plan.json --policy docs/policy
package main

import rego.v1

most_tasks := 32

# Settings are text (a secret is an object that says where it is): compare numbers as numbers, since "9" is more than "32" as text.
deny contains message if {
	some plan in input.plans
	some change in plan.changes
	to_number(change.config["tasks.max"]) > most_tasks
	message := sprintf("%s asks for %s tasks, and %d is the most", [change.name, change.config["tasks.max"], most_tasks])
}

deny contains message if {
	some plan in input.plans
	some change in plan.changes
	change.action == "delete"
	not change.labels["retired"]
	message := sprintf("the plan deletes %s, which is not labelled as retired", [change.name])
}

deny contains message if {
	some plan in input.plans
	some change in plan.changes
	some key in change.keys
	endswith(key.key, ".url")
	key.before.text != key.after.text
	message := sprintf("%s turns to another address with %s", [change.name, key.key])
}

# Only plans from reviewed code: a plan without a commit was made by hand.
warn contains message if {
	some plan in input.plans
	plan.commit == ""
	message := sprintf("the plan for %s was made outside of a commit", [plan.cluster.name])
}
