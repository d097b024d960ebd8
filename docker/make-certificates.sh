#!/bin/sh
# A certificate authority of Berth's own and one certificate for each party that talks to Temporal, below ./certificates.
# Usage: docker/make-certificates.sh <public name of Temporal>      Parties that have a certificate keep it.
set -eu
public_name=${1:?the name under which sites reach Temporal, such as temporal.example.com}
cd "$(dirname "$0")/.."
mkdir -p certificates
# The containers' users must be able to read what is mounted into them; nobody else gets past this folder.
chmod 0700 certificates
cd certificates

if [ ! -f authority.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 -subj '/CN=Berth' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout authority.key -out ca.pem
fi

certificate() {
  folder=$1
  file=$2
  names=$3
  mkdir -p "$folder"
  cp ca.pem "$folder/ca.pem"
  if [ -f "$folder/$file.pem" ]; then return; fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 -subj "/CN=$folder" \
    -CA ca.pem -CAkey authority.key -addext "subjectAltName=$names" -addext 'basicConstraints=critical,CA:FALSE' \
    -addext 'keyUsage=critical,digitalSignature' -addext 'extendedKeyUsage=serverAuth,clientAuth' \
    -keyout "$folder/$file.key" -out "$folder/$file.pem"
  chmod 0644 "$folder/$file.key"
}

certificate temporal server "DNS:temporal,DNS:localhost,DNS:$public_name"
certificate control-plane client DNS:control-plane
certificate temporal-ui client DNS:temporal-ui
certificate agent client DNS:agent
