{{- /* ACME provisioner "acme": NAME.DOMAIN, proven at the device's address, becomes the user NAME at the broker. */ -}}
{{- $suffix := ".@DOMAIN@" -}}
{{- $name := (first .SANs).Value -}}
{{- $device := trimSuffix $suffix $name -}}
{{- if or (ne (len .SANs) 1) (not (hasSuffix $suffix $name)) (contains "." $device) -}}
{{ fail "one name directly below @DOMAIN@ is expected" }}
{{- end -}}
{
  "subject": {"commonName": {{ toJson $device }}},
  "sans": {{ toJson .SANs }},
  "keyUsage": ["digitalSignature"],
  "extKeyUsage": ["clientAuth"],
  "crlDistributionPoints": ["@CRL_URL@"]
}
