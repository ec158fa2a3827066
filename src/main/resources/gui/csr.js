// Keys and certificate requests made in the browser: WebCrypto for keys and signatures, PKCS#10 (RFC 2986) written as DER here.
"use strict";

const LumiaCsr = (() => {
  const bytes = (...parts) => {
    const flat = parts.flatMap((part) => (part instanceof Uint8Array ? [...part] : part));
    return Uint8Array.from(flat);
  };
  const utf8 = (text) => new TextEncoder().encode(text);

  // X.690, 8.1.3: short form up to 127, then the number of octets that hold the length
  const length = (size) => {
    if (size < 128) return [size];
    const octets = [];
    for (let rest = size; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
    return [0x80 | octets.length, ...octets];
  };
  const tlv = (tag, ...content) => {
    const value = bytes(...content);
    return bytes([tag], length(value.length), value);
  };
  const sequence = (...content) => tlv(0x30, ...content);
  const set = (...content) => tlv(0x31, ...content);
  const bits = (content) => tlv(0x03, [0], content);
  const oid = (dotted) => {
    const [first, second, ...others] = dotted.split(".").map(Number);
    const octets = [first * 40 + second];
    for (const arc of others) {
      const groups = [arc & 0x7f];
      for (let rest = arc >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
      octets.push(...groups);
    }
    return tlv(0x06, octets);
  };
  // X.690, 8.3: as short as possible, with a zero before what would be negative
  const integer = (unsigned) => {
    let start = 0;
    while (start < unsigned.length - 1 && unsigned[start] === 0) start++;
    const value = unsigned.slice(start);
    return tlv(0x02, value[0] & 0x80 ? [0] : [], value);
  };

  const ipv4 = (text) => {
    const parts = text.split(".");
    const fits = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
    return fits ? parts.map(Number) : null;
  };
  const ipv6 = (text) => {
    if (!text.includes(":") || !/^[0-9a-f:]+$/i.test(text)) return null;
    const halves = text.split("::");
    if (halves.length > 2) return null;
    const groups = (half) => (half ? half.split(":") : []);
    const [head, tail] = [groups(halves[0]), groups(halves[1] ?? "")];
    const missing = 8 - head.length - tail.length;
    if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
    const full = [...head, ...Array(missing).fill("0"), ...tail];
    if (!full.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
    return full.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]);
  };
  // RFC 5280, 4.2.1.6: dNSName [2], iPAddress [7]
  const generalName = (name) => {
    const address = ipv4(name) ?? ipv6(name);
    return address ? tlv(0x87, address) : tlv(0x82, utf8(name));
  };

  const subject = (commonName) => sequence(set(sequence(oid("2.5.4.3"), tlv(0x0c, utf8(commonName)))));
  const attributes = (names) => {
    if (names.length === 0) return tlv(0xa0);
    const extension = sequence(oid("2.5.29.17"), tlv(0x04, sequence(...names.map(generalName))));
    return tlv(0xa0, sequence(oid("1.2.840.113549.1.9.14"), set(sequence(extension))));
  };
  // WebCrypto signs as r and s side by side, X.509 wants them as two integers (RFC 3279, 2.2.3)
  const signatureValue = (raw) => sequence(integer(raw.slice(0, raw.length / 2)), integer(raw.slice(raw.length / 2)));

  const pem = (label, der) => {
    const text = btoa(String.fromCharCode(...der)).replace(/(.{64})(?=.)/g, "$1\n");
    return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;
  };

  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const makeKey = () => crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const keyPem = async (pair) => pem("PRIVATE KEY", new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  const request = async (pair, commonName, names = []) => {
    const key = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
    const info = sequence(tlv(0x02, [0]), subject(commonName), key, attributes(names));
    const raw = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, info));
    const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
    return pem("CERTIFICATE REQUEST", sequence(info, algorithm, bits(signatureValue(raw))));
  };
  return Object.freeze({ makeKey, keyPem, request });
})();
