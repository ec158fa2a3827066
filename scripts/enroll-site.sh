#!/usr/bin/env bash
# Enrols a site at a step-ca or at Lumia's CA, or renews its certificate when it has one, and writes the configuration with which its Mosquitto
# bridges to the central broker. Needs the step CLI and OpenSSL.
set -euo pipefail
umask 077

readonly USAGE=2 MISSING=3 UNTRUSTED=4 REFUSED=5 UNFIT=6
output=./certs
validity=720h
work=

usage() {
    cat <<'END'
Usage: enroll-site.sh [-o DIR] [-v VALIDITY] SITE CA-URL FINGERPRINT [PASSWORD]

  SITE         its name: lower-case letters, digits and inner hyphens
  CA-URL       https://HOST:9000
  FINGERPRINT  SHA-256 of the CA's root certificate, 64 hexadecimal digits
  PASSWORD     of the provisioner. Every user of this machine can read it in the list of processes; better
               ENROLL_PASSWORD_FILE, ENROLL_PASSWORD, or ENROLL_TOKEN with a token that was made elsewhere

  -o, --output-dir DIR     where the files go (default: ./certs)
  -v, --validity DURATION  of the certificate (default: 720h)
  -h, --help               this text

Leaves DIR/ca.crt, DIR/SITE.crt (with its chain), DIR/SITE.key and DIR/bridge.conf for Mosquitto, which it prints as well. A further run renews the
certificate over mutual TLS and needs no password; once it expired it is a new enrolment.

Environment:
  ENROLL_PASSWORD_FILE, ENROLL_PASSWORD  password of the provisioner
  ENROLL_TOKEN                           one-time token instead: step ca token SITE --provisioner NAME
  ENROLL_PROVISIONER                     JWK provisioner (default: the one named site, else the only one)
  ENROLL_OWNER                           user that gets the files, for example mosquitto (needs root)
  BRIDGE_ADDRESS                         HOST:PORT of the central broker (default: that in DIR/bridge.conf, else
                                         the CA's host, port 8883)

Exit codes: 0 done, 2 usage, 3 a program is missing, 4 the CA is not reached or is another, 5 the CA refused,
6 what came does not fit. Whatever fails, files that were there stay as they are.
END
}

say() {
    printf '%s\n' "$*" >&2
}

# $1 exit code, then what to say
die() {
    local code=$1
    shift
    say "enroll-site: $*"
    exit "$code"
}

tidy() {
    [[ -z $work ]] || rm -rf "$work"
}

read_arguments() {
    local operands=()
    while (($#)); do
        case $1 in
            -h | --help) usage && exit 0 ;;
            -o | --output-dir) (($# > 1)) || die $USAGE "$1 needs a directory" && output=$2 && shift ;;
            --output-dir=*) output=${1#*=} ;;
            -v | --validity) (($# > 1)) || die $USAGE "$1 needs a duration such as 720h" && validity=$2 && shift ;;
            --validity=*) validity=${1#*=} ;;
            --) shift && operands+=("$@") && break ;;
            -?*) die $USAGE "there is no option $1; see --help" ;;
            *) operands+=("$1") ;;
        esac
        shift
    done
    ((${#operands[@]} == 3 || ${#operands[@]} == 4)) || die $USAGE 'expected SITE CA-URL FINGERPRINT [PASSWORD]; see --help'
    site=${operands[0]} url=${operands[1]%/} fingerprint=${operands[2]//:/} argument=${operands[3]-}
    fingerprint=${fingerprint,,}
}

check_arguments() {
    [[ $site =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
        die $USAGE "SITE is '$site'; use 1 to 63 lower-case letters, digits and inner hyphens"
    [[ $site != ca ]] || die $USAGE "SITE must not be 'ca', the name of the root's file"
    [[ $url =~ ^https://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?$ ]] ||
        die $USAGE "CA-URL is '$url'; expected https://HOST:PORT"
    host=${BASH_REMATCH[1]}
    [[ $fingerprint =~ ^[0-9a-f]{64}$ ]] ||
        die $USAGE 'FINGERPRINT must have 64 hexadecimal digits: ./lumia ca fingerprint, or step certificate fingerprint root_ca.crt'
    [[ $validity =~ ^([0-9]+(\.[0-9]+)?(h|m|s))+$ ]] || die $USAGE "the validity is '$validity'; expected a duration such as 720h"
    address=${BRIDGE_ADDRESS:-$(known_address)}
    address=${address:-$host:8883}
    [[ $address =~ ^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]+$ ]] || die $USAGE "BRIDGE_ADDRESS is '$address'; expected HOST:PORT"
}

known_address() {
    if [[ -r $output/bridge.conf ]]; then
        sed -n 's/^address //p' "$output/bridge.conf"
    fi
}

check_programs() {
    command -v step >/dev/null ||
        die $MISSING 'the step CLI is missing; see https://smallstep.com/docs/step-cli/installation, or: go install github.com/smallstep/cli/cmd/step@v0.28.7'
    command -v openssl >/dev/null || die $MISSING 'OpenSSL is missing; on Debian: apt install openssl'
}

# Everything is made beside its place, so that a rename suffices to put it there.
make_room() {
    (umask 022 && mkdir -p "$output") || die $USAGE "the directory $output cannot be made"
    output=$(cd "$output" && pwd)
    work=$(mktemp -d "$output/.enroll.XXXXXX") || die $USAGE "nothing can be written to $output"
    export STEPPATH=$work/step
}

# The root is taken only when its fingerprint is the one that was given.
fetch_root() {
    step ca root "$work/ca.crt" --ca-url "$url" --fingerprint "$fingerprint" --force >/dev/null 2>"$work/said" ||
        die $UNTRUSTED "the root of $url was not had: $(reason). Look whether the CA runs and has a root with this fingerprint; compare it with what the CA's operator says"
}

# What step or OpenSSL said, without colours and what is no reason.
reason() {
    sed -e 's/\x1b\[[0-9;]*m//g' -e '/^✔/d' -e 's/^Re-run with STEPDEBUG.*//' -e '/^[[:space:]]*$/d' "$work/said" | tr '\n' ' ' | sed 's/[. ]*$//'
}

has_certificate() {
    [[ -s $output/$site.crt && -s $output/$site.key ]]
}

# A renewal that the CA refuses is no reason to enrol again: the site may be revoked.
renew() {
    cp "$output/$site.crt" "$output/$site.key" "$work"
    verify "with the root that $url has now, the certificate that is there does not fit; remove $output/$site.crt to enrol anew"
    step ca renew "$work/$site.crt" "$work/$site.key" --force --ca-url "$url" --root "$work/ca.crt" >/dev/null 2>"$work/said" ||
        die $REFUSED "the CA did not renew the certificate in $output/$site.crt: $(reason). If it was revoked, the site is locked out;" \
            "to let it in again remove $output/$site.crt and enrol it with the password"
    say "renewed $site"
}

enrol() {
    local proof=() chosen
    if [[ -n ${ENROLL_TOKEN-} ]]; then
        export STEP_TOKEN=$ENROLL_TOKEN
    else
        find_password
        chosen=$(provisioner)
        proof=(--provisioner "$chosen" --provisioner-password-file "$work/password")
    fi
    step ca certificate "$site" "$work/$site.crt" "$work/$site.key" --force --not-after "$validity" \
        --ca-url "$url" --root "$work/ca.crt" "${proof[@]}" </dev/null >/dev/null 2>"$work/said" ||
        die $REFUSED "the CA did not issue a certificate for $site: $(reason). Look whether password and provisioner are right, and" \
            "whether the CA allows $validity (-v; step-ca's maxTLSCertDuration is 24h unless it was raised)"
    say "enrolled $site"
}

find_password() {
    if [[ -n ${ENROLL_PASSWORD_FILE-} ]]; then
        [[ -r $ENROLL_PASSWORD_FILE ]] || die $USAGE "ENROLL_PASSWORD_FILE $ENROLL_PASSWORD_FILE cannot be read"
        cat "$ENROLL_PASSWORD_FILE" >"$work/password"
    elif [[ -n ${ENROLL_PASSWORD-} ]]; then
        printf '%s' "$ENROLL_PASSWORD" >"$work/password"
    elif [[ -n $argument ]]; then
        say 'enroll-site: warning: a password in an argument shows in the list of processes; use ENROLL_PASSWORD_FILE or ENROLL_PASSWORD'
        printf '%s' "$argument" >"$work/password"
    elif [[ -t 0 ]]; then
        read -rsp "Password of the provisioner at $url: " argument && say ''
        printf '%s' "$argument" >"$work/password"
    else
        die $USAGE 'no password: set ENROLL_PASSWORD_FILE, ENROLL_PASSWORD or ENROLL_TOKEN, or give it as the last argument'
    fi
}

# Prints the provisioner to ask.
provisioner() {
    if [[ -n ${ENROLL_PROVISIONER-} ]]; then
        printf '%s\n' "$ENROLL_PROVISIONER"
        return
    fi
    local names
    step ca provisioner list --ca-url "$url" --root "$work/ca.crt" >"$work/provisioners" 2>"$work/said" ||
        die $UNTRUSTED "the provisioners of $url were not had: $(reason)"
    names=$(jwk_names <"$work/provisioners")
    if grep -qx site <<<"$names"; then
        printf 'site\n'
    elif [[ -n $names && $(wc -l <<<"$names") == 1 ]]; then
        printf '%s\n' "$names"
    else
        die $REFUSED "set ENROLL_PROVISIONER to the JWK provisioner to use; the CA has: ${names//$'\n'/, }"
    fi
}

# Names of the JWK provisioners in the list that step prints, where type and name of each stand on lines of their own.
jwk_names() {
    awk -F'"' '$2 == "type" { type = $4 } $2 == "name" && type == "JWK" { print $4; type = "" }'
}

# $1 what to say when it does not fit
verify() {
    local leaf=$work/$site.crt
    openssl verify -purpose sslclient -CAfile "$work/ca.crt" -untrusted "$leaf" "$leaf" >"$work/said" 2>&1 ||
        die $UNFIT "$1: $(reason)"
    [[ $(openssl x509 -in "$leaf" -noout -pubkey) == "$(openssl pkey -in "$work/$site.key" -pubout)" ]] ||
        die $UNFIT "$leaf and $work/$site.key are no pair; remove the certificate to enrol anew"
    [[ $(openssl x509 -in "$leaf" -noout -subject -nameopt multiline | sed -n 's/^ *commonName *= //p') == "$site" ]] ||
        die $UNFIT "the certificate is for another name: $(openssl x509 -in "$leaf" -noout -subject)"
}

bridge_configuration() {
    cat <<END
# Mosquitto of the site $site as a bridge to the central broker. What the site sends lies below site/$site/up, what it hears below
# site/$site/down: with the same topics both ways messages would go round in circles.
connection $site-central
address $address
remote_clientid $site
local_clientid bridge-$site
# Mosquitto's MQTT 5 bridge asks for no session expiry and so loses what comes while it is away; its private protocol is not MQTT.
bridge_protocol_version mqttv311
try_private false
bridge_cafile $output/ca.crt
bridge_certfile $output/$site.crt
bridge_keyfile $output/$site.key
bridge_insecure false
topic site/$site/up/# out 1
topic site/$site/down/# in 1
# The central broker keeps 1 there while the bridge is connected, 0 otherwise.
notification_topic site/$site/state
cleansession false
keepalive_interval 30
restart_timeout 2 30
start_type automatic
END
}

# The key first: it is new only when the certificate is, and then nothing uses the pair yet.
install_files() {
    bridge_configuration >"$work/bridge.conf"
    chmod 600 "$work/$site.key"
    chmod 644 "$work/ca.crt" "$work/$site.crt" "$work/bridge.conf"
    if [[ -n ${ENROLL_OWNER-} ]]; then
        chown "$ENROLL_OWNER" "$work"/{ca.crt,bridge.conf,"$site".crt,"$site".key} ||
            die $USAGE "the files cannot be given to ENROLL_OWNER $ENROLL_OWNER"
    fi
    local file
    for file in "$site.key" "$site.crt" ca.crt bridge.conf; do
        mv -f "$work/$file" "$output/$file"
    done
}

trap tidy EXIT
trap 'exit 130' INT TERM
read_arguments "$@"
check_arguments
check_programs
make_room
fetch_root
if has_certificate && openssl x509 -in "$output/$site.crt" -noout -checkend 0 >/dev/null; then
    renew
else
    enrol
fi
verify "what the CA answered does not fit its root"
install_files
say "until $(openssl x509 -in "$output/$site.crt" -noout -enddate | cut -d= -f2): $output/ca.crt, $output/$site.crt, $output/$site.key"
say "Mosquitto's configuration, also in $output/bridge.conf; Mosquitto must be able to read the key; a renewed certificate counts when the bridge connects next:"
cat "$output/bridge.conf"
