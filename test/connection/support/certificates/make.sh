#!/usr/bin/env bash
# Makes the certificates beside this file anew: a private authority, a server, a client, a proxy on this machine, a
# server whose certificate has expired, and one that signed its own. For tests only; the keys protect nothing. They
# are kept, so that the tests need no openssl, and begin long ago, so that they do not mind a clock that is slow.
set -euo pipefail
cd "$(dirname "$0")"
pass='pass:Pass-phrase_of~the key'
begin=20000101000000Z
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/index"
cat > "$work/config" <<CONFIG
[ca]
default_ca = private
[private]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
CONFIG

sign() { # name, common name, extension, end, signer
  openssl req -config "$work/config" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$1.key" -out "$work/$1.csr" -subj "/CN=$2" -addext "$3"
  openssl ca -batch -notext -config "$work/config" -startdate "$begin" -enddate "$4" -in "$work/$1.csr" -out "$1.crt" "${@:5}"
}
end=21000101000000Z
by_authority=(-cert ca.crt -keyfile ca.key)
sign ca 'Private authority' basicConstraints=critical,CA:TRUE "$end" -selfsign -keyfile ca.key
sign server server subjectAltName=DNS:connect.example "$end" "${by_authority[@]}"
sign client client subjectAltName=DNS:client.example "$end" "${by_authority[@]}"
sign proxy proxy subjectAltName=DNS:localhost,IP:127.0.0.1 "$end" "${by_authority[@]}"
sign expired expired subjectAltName=DNS:connect.example 20010101000000Z "${by_authority[@]}"
sign alone alone subjectAltName=DNS:connect.example "$end" -selfsign -keyfile alone.key
openssl pkcs8 -topk8 -in client.key -out locked.key -passout "$pass"
openssl pkcs12 -export -in client.crt -inkey client.key -out client.p12 -passout "$pass"
rm ca.key
