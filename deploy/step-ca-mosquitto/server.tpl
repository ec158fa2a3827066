{{- /* Provisioners "mqtt-acme" and "mqtt-server": a bare name as common name would pass for a device, and so would a name of the fleet. */ -}}
{{- range .SANs -}}
{{- if eq .Type "dns" -}}
{{- if hasSuffix ".@DOMAIN@" .Value }}{{ fail "names below @DOMAIN@ belong to devices" }}{{ end -}}
{{- if and (not (contains "." .Value)) (ne .Value "localhost") }}{{ fail "a bare name would pass for a device" }}{{ end -}}
{{- end -}}
{{- end -}}
{
  "subject": {"commonName": {{ toJson (first .SANs).Value }}},
  "sans": {{ toJson .SANs }},
  "keyUsage": ["digitalSignature"],
  "extKeyUsage": ["serverAuth", "clientAuth"],
  "crlDistributionPoints": ["@CRL_URL@"]
}
