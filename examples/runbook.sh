#!/usr/bin/env bash
# A step of a runbook: tell everyone, and handle every exit code.
#
#   KEY=INC-4711 examples/runbook.sh "Checkout down" "Orders by phone still work." [further options]
#
# The exit code says whether anything left this machine; KEY makes the step safe to run again.
# Rehearse it: BROADCAST_SANDBOX=--sandbox KEY=try-1 examples/runbook.sh ...
set -uo pipefail

title=${1:?what is wrong, in a few words}
message=${2:?what people should know and do}
shift 2
: "${KEY:?set KEY to something that is the same when this step runs again, such as the ticket}"

broadcast=(broadcast --quiet ${BROADCAST_SANDBOX:-})
result=$(mktemp)
trap 'rm -f "$result"' EXIT

page_a_human() { # REASON: call the person on duty, by your own means
  echo "PAGE: $1" >&2
}

attempt() { # VERB ...: the result as JSON in $result, the exit code as ours
  "${broadcast[@]}" "$@" --deadline 5m --output json > "$result"
}

field() { # NAME: a field of the result
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1])).get(sys.argv[2], ""))' "$result" "$1"
}

# `retry` sends the rest; it asks the providers before it sends anything again.
finish() {
  local incident code
  incident=$(field incident)
  for _ in 1 2 3; do
    attempt retry "$incident" && return 0
    code=$?
    [[ $code == 4 || $code == 5 || $code == 11 || $code == 1 ]] || return "$code"
  done
  return "$code"
}

attempt notify "$title" --message "$message" --key "$KEY" --yes --max-recipients "${MAX_RECIPIENTS:-2000}" "$@"
code=$?

case $code in
  0) ;;
  1 | 4 | 5 | 11) finish; code=$? ;;
  130) echo "interrupted; run the step again with the same KEY" >&2 ;;
esac

case $code in
  0) echo "everyone was told: $(field incident)" ;;
  4) page_a_human "$(field incident): some people could not be reached; see: broadcast status $(field incident)" ;;
  11) page_a_human "$(field incident): for some it is not known whether they were told" ;;
  1 | 5) page_a_human "$(field incident): not sent; phone the team leads, then: broadcast retry $(field incident)" ;;
  3) page_a_human "nothing was sent: no contact matched. Check the audience" ;;
  6 | 7) page_a_human "nothing was sent: the configuration or a text is wrong. See: broadcast doctor" ;;
  8) page_a_human "nothing was sent: more people than MAX_RECIPIENTS, or live = false" ;;
  9) page_a_human "nothing was sent: KEY=$KEY belongs to another text. A new text needs a new KEY" ;;
  12) page_a_human "nothing was sent: the ledger cannot be written. Is the disk full?" ;;
  130) ;;
  *) page_a_human "nothing was sent: exit code $code" ;;
esac
exit "$code"
