#!/usr/bin/env bash
# Slack and Outlook are down: people cannot read chat, and no mail can be sent.
#
#   examples/outage/slack-and-outlook-down/run.sh [FOLDER]
#
# Plays the hour through against the local sandbox: no account, no message to anybody. The company of
# examples/company is copied into FOLDER (a temporary one if left out), which is left there to be looked at.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$(mktemp -d -t broadcast-outage-XXXXXX)}
mkdir -p "$folder"
cp -R "$here/../../company/." "$folder"
cd "$folder"

# A rehearsal need not wait for what the real account is allowed.
export BROADCAST_CHANNELS_SMS_RATE=${BROADCAST_CHANNELS_SMS_RATE:-1000}
trap 'broadcast sandbox stop >/dev/null' EXIT

say() { printf '\n# %s\n' "$@"; }

# show WORD ...: as it would be typed.
show() {
  printf '$ broadcast'
  local word
  for word in "$@"; do
    if [[ $word == *" "* ]]; then printf ' "%s"' "$word"; else printf ' %s' "$word"; fi
  done
  echo
}

# tell VERB ...: say it, and act on what the exit code means.
tell() {
  local code=0
  show --sandbox "$@" --yes
  broadcast --quiet --sandbox "$@" --yes --max-recipients 1500 || code=$?
  case $code in
    0) ;;                                                            # everybody was told
    4 | 5 | 11) broadcast --quiet --sandbox retry || return $? ;;    # some were not: finish it
    *) echo "exit code $code: somebody has to look at this" >&2; return "$code" ;;
  esac
}

say "10:27. SendGrid refuses our key, the mail server in the house refuses connections."
broadcast sandbox fault sendgrid:auth smtp:refuse

say "The first word. Nobody has to know which channels work: whoever cannot get mail gets an SMS."
tell notify "Chat und E-Mail gestört" --severity sev2 --service chat --service email --affects slack \
  --message "Bestellungen und Lieferungen laufen weiter." \
  --var title.en="Chat and e-mail down" --var message.en="Orders and deliveries go on." \
  --key "slack-and-outlook/1" --next-update 30m

say "Ten minutes later. The house's mail server answers again, and a colleague without a phone joins the shift."
broadcast sandbox fault --clear sendgrid:auth
echo "T-900,Nachtschicht,nachtschicht@muster.example,,de,bereitschaft,IT-Betrieb" >> technical.csv

say "The cause is found. Everybody hears of it where they heard before; the colleague by mail."
tell update --phase identified \
  --message "Ein Zertifikat ist abgelaufen. Der Anbieter tauscht es gerade aus." \
  --var message.en="A certificate has expired. The provider is replacing it." \
  --key "slack-and-outlook/2" --next-update 20m

say "Everything works again, the mail provider too."
broadcast sandbox fault --clear
tell resolve \
  --message "Chat und E-Mail gehen wieder." --var message.en="Chat and e-mail work again." \
  --key "slack-and-outlook/3"

say "A nervous pipeline runs the last step again. The key says that it was done."
tell resolve \
  --message "Chat und E-Mail gehen wieder." --var message.en="Chat and e-mail work again." \
  --key "slack-and-outlook/3"

say "What is left is the report."
broadcast --sandbox report INC-1 --out report.md
broadcast --sandbox report INC-1 --out report.html
printf '\nreport       %s\nstatus page  %s\n' "$PWD/report.html" "$PWD/.sandbox/site/index.html"
