#!/usr/bin/env bash
# Makes the certificates beside this file anew: a private authority, a server and a client. For tests only; the
# keys protect nothing. They are kept, so that the tests need no openssl.
set -euo pipefail
cd "$(dirname "$0")"
pass='pass:Pass-phrase_of~the key'
key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

openssl req -x509 "${key[@]}" -keyout ca.key -out ca.crt -days 36500 -subj '/CN=Private authority' -addext keyUsage=keyCertSign
for name in server client; do
  host=$([ "$name" = server ] && echo connect.example || echo client.example)
  openssl req "${key[@]}" -keyout "$name.key" -out "$name.csr" -subj "/CN=$name" -addext "subjectAltName=DNS:$host"
  openssl x509 -req -in "$name.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 36500 -copy_extensions copy -out "$name.crt"
done
openssl pkcs8 -topk8 -in client.key -out locked.key -passout "$pass"
openssl pkcs12 -export -in client.crt -inkey client.key -out client.p12 -passout "$pass"
rm -f ca.key ca.srl server.csr client.csr
