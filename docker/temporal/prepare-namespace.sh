#!/bin/sh
# The namespace and the search attributes of workflows/messages.ts. Made again it changes nothing.
set -eu

temporal_operator() {
  temporal operator "$@" --address temporal:7233 --tls-server-name temporal \
    --tls-ca-path /certificates/ca.pem --tls-cert-path /certificates/client.pem --tls-key-path /certificates/client.key
}

if ! temporal_operator namespace describe --namespace berth; then
  temporal_operator namespace create --namespace berth --retention 30d
fi

known=$(temporal_operator search-attribute list --namespace berth)
for attribute in BerthState=Keyword BerthSite=Keyword BerthOwner=Keyword BerthTeam=Keyword \
  BerthFailedStep=Keyword BerthNeedsOperator=Bool BerthLeaseEndsAt=Datetime; do
  name=${attribute%=*}
  case "$known" in
    *"$name"*) ;;
    *) temporal_operator search-attribute create --namespace berth --name "$name" --type "${attribute#*=}" ;;
  esac
done
