#!/usr/bin/env bash
# What action.yml runs. Everything from outside comes in by environment variables, and is quoted.
set -euo pipefail

report=connectform-report.json
options=()
[[ -z $PROJECT ]] || options+=(--project "$PROJECT")
clusters=()
for name in $CLUSTER; do clusters+=(--cluster "$name"); done
code=0

# Say in the summary and at the lines what was found; a file that is not there has nothing to say.
tell() {
  local found=()
  for file in "$@"; do [[ ! -s $file ]] || found+=("$file"); done
  if ((${#found[@]})); then
    connectform ci annotate "${found[@]}" --directory "$DIRECTORY"
    connectform ci summary "${found[@]}" "${options[@]}" --exit-code "$code" "${more[@]}"
  fi
}
more=()

from=()
[[ -z $DEFINITIONS_FROM ]] || from=(--definitions-from "$DEFINITIONS_FROM")

# Check files offline.
validate() {
  local place=("${options[@]}")
  [[ -z $DEFINITIONS_FROM ]] || place=(--project "$DEFINITIONS_FROM")
  rm -f "$report"
  connectform validate "${place[@]}" "${clusters[@]}" --report "json=$report" || code=$?
}

# Say all that validate says, and what rules find, by the reviewed project file.
lint() {
  rm -f "$report"
  connectform lint "${options[@]}" "${clusters[@]}" "${from[@]}" --report "json=$report" || code=$?
}

plan() {
  lint
  if [[ $STRANGE == true ]]; then
    echo "This pull request has no secrets here: its files are validated, and not planned."
    echo "*From a fork: validated, not planned.*" >> "$GITHUB_STEP_SUMMARY"
    tell "$report"
    return
  fi
  local linted=$code
  code=0
  rm -f plan.json
  connectform plan "${options[@]}" "${clusters[@]}" "${from[@]}" --no-secrets --validate schema \
    --detailed-exitcode --json-out plan.json || code=$?
  ((code != 0 && code != 2 || linted == 0)) || code=$linted
  tell plan.json "$report"
  local files=(plan.json)
  [[ ! -s $report ]] || files+=("$report")
  connectform ci comment "${files[@]}" "${options[@]}"
}

apply() {
  local expected=()
  ((${#clusters[@]})) || clusters=(--all-clusters)
  if [[ -n $EXPECT ]]; then
    expected=(--expect "$EXPECT")
    [[ -z $ALLOW_DELETES ]] || expected+=(--allow-deletes "$ALLOW_DELETES")
    [[ -z $ALLOW_UPDATES ]] || expected+=(--allow-updates "$ALLOW_UPDATES")
    [[ -z $ALLOW_MOVES ]] || expected+=(--allow-moves "$ALLOW_MOVES")
  else
    connectform ci approved --out approved.json
    # It is planned again here and now, so the age of what was approved does not matter.
    expected=(--expect approved.json --max-age 87600)
  fi
  connectform apply "${options[@]}" "${clusters[@]}" "${expected[@]}" --auto-approve \
    --result apply-result.json || code=$?
  rm -f rest.json
  if ((code == 3 || code == 4 || code == 5)); then
    connectform plan "${options[@]}" "${clusters[@]}" --json-out rest.json > /dev/null || true
    more=(--by-hand)
  fi
  tell apply-result.json rest.json
}

drift() {
  rm -f "$report"
  connectform drift "${options[@]}" "${clusters[@]}" --json-out "$report" || code=$?
  tell "$report"
  connectform ci drift-issue "$report" "${options[@]}"
}

case $COMMAND in
  validate) validate && tell "$report" ;;
  lint) lint && tell "$report" ;;
  plan) plan ;;
  apply) apply ;;
  drift) drift ;;
  *)
    echo "command: $COMMAND is none of validate, lint, plan, apply, drift" >&2
    exit 64
    ;;
esac

# Changes and drift are told; they do not fail a job.
((code != 2)) || code=0
exit "$code"
