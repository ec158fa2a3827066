{{- /* JWK provisioner "lumia": without clientAuth it opens no TLS connection to the broker. */ -}}
{
  "subject": {"commonName": {{ toJson .Subject.CommonName }}, "organizationalUnit": "bootstrap"},
  "sans": {{ toJson .SANs }},
  "keyUsage": ["digitalSignature"],
  "unknownExtKeyUsage": ["1.3.6.1.5.5.7.3.9999"],
  "crlDistributionPoints": ["@CRL_URL@"]
}
