/**
 * Tells everyone what the build's parameters say, once for each OCCASION.
 *
 * The quotes are single, so that Groovy puts nothing into the script: it sees the parameters as environment, where a
 * title is not code. Marks the build unstable where somebody was not reached, and fails it on any other exit code.
 */
def call() {
  int code = sh(label: 'Tell everyone', returnStatus: true, script: '''#!/bin/sh
    : "${OCCASION:?is empty; name what is told once, such as the ticket and the step}"
    KEY="$JOB_NAME/$OCCASION"
    case "$VERB" in notify) set -- "$TITLE" ;; *) set -- ${INCIDENT:+"$INCIDENT"} ;; esac
    set -- "$VERB" ${MESSAGE:+--message=-} --key="$KEY" --yes --max-recipients="$MAX_RECIPIENTS" --deadline="$DEADLINE" --output=json -- "$@"
    case "$REHEARSE" in false) ;; *) set -- --sandbox "$@" ;; esac
    printf %s "$MESSAGE" | broadcast "$@" > result.json
  ''')
  switch (code) {
    case 0:
      break
    case [4, 11]:
      unstable("not everybody was reached (exit code ${code}); run: broadcast retry")
      break
    default:
      error("broadcast: exit code ${code}; see result.json")
  }
}
