// Issuing with a key that is made here and never leaves the browser.
"use strict";

(() => {
  const form = document.getElementById("issue");
  const field = (name) => form.elements.namedItem(name);
  const canMakeKeys = Boolean(globalThis.crypto?.subtle);
  let bundle = null;

  // ---- what is asked for
  const sources = document.getElementById("sources");
  const isServer = () => field("kind").value === "server";
  const makesKey = () => field("source").value === "browser";
  const arrange = () => {
    document.getElementById("sans-field").hidden = !isServer();
    document.getElementById("known-field").hidden = isServer();
    document.getElementById("csr-field").hidden = makesKey();
    field("name").required = makesKey();
  };
  if (canMakeKeys) {
    sources.hidden = false;
    if (!field("csr").value) field("source").value = "browser";
  } else {
    document.getElementById("insecure").hidden = false;
  }
  arrange();
  form.addEventListener("change", arrange);

  // ---- a CSR as a file
  const drop = document.getElementById("drop");
  const take = async (file) => {
    if (!file) return;
    if (file.size > 32768) {
      tell("csr", "This file is too large for a CSR.");
      return;
    }
    field("csr").value = await file.text();
  };
  document.getElementById("csr-file").addEventListener("change", (event) => take(event.target.files[0]));
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });

  // ---- what is wrong
  const clear = () => {
    form.querySelectorAll(".wrong").forEach((text) => { text.textContent = ""; });
    form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  };
  const tell = (name, detail) => {
    const shown = name === "csr" && makesKey() ? "name" : name;
    document.getElementById(`${shown || "form"}-wrong`).textContent = detail;
    const input = shown && field(shown);
    if (input) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  };

  // ---- the bundle
  const names = () => field("sans").value.split(/[\s,]+/).filter(Boolean);
  const readme = (name, server, identity) => {
    const host = location.hostname;
    const mosquitto = server
      ? `Mosquitto as a server (mosquitto.conf):

  listener 8883
  cafile   /etc/mosquitto/certs/ca.crt
  certfile /etc/mosquitto/certs/${name}.crt
  keyfile  /etc/mosquitto/certs/${name}.key
  require_certificate true
  use_identity_as_username true

EMQX as a server (emqx.conf):

  listeners.ssl.default {
    bind = "0.0.0.0:8883"
    ssl_options {
      cacertfile = "etc/certs/ca.crt"
      certfile   = "etc/certs/${name}.crt"
      keyfile    = "etc/certs/${name}.key"
      verify = verify_peer
      fail_if_no_peer_cert = true
    }
  }
  mqtt.peer_cert_as_username = cn
`
      : `Try it with Mosquitto's client (host and port are those of your broker):

  mosquitto_pub -h ${host} -p 8883 --cafile ca.crt --cert ${name}.crt --key ${name}.key \\
    -i ${name} -t devices/${name}/telemetry -q 1 -m hello

A Mosquitto bridge with it (mosquitto.conf):

  connection lumia
  address ${host}:8883
  bridge_cafile   /etc/mosquitto/certs/ca.crt
  bridge_certfile /etc/mosquitto/certs/${name}.crt
  bridge_keyfile  /etc/mosquitto/certs/${name}.key
  bridge_protocol_version mqttv50
  topic devices/${name}/# out 1

An EMQX bridge with it (emqx.conf):

  connectors.mqtt.lumia {
    server = "${host}:8883"
    clientid_prefix = "${name}"
    ssl {
      enable = true
      verify = verify_peer
      cacertfile = "etc/certs/ca.crt"
      certfile   = "etc/certs/${name}.crt"
      keyfile    = "etc/certs/${name}.key"
    }
  }
`;
    return `Certificate of ${name}, issued by Lumia

  ca.crt          the root: whom to trust
  ${name}.crt     the certificate, followed by the CA's intermediate
  ${name}.key     its private key; it was made in the browser and exists only here. Keep it at mode 0600.
  chain.crt       the CA's intermediate alone
${identity ? `  ${name}-identity.key   claims the name; a device orders its next certificates with it. Keep it apart from the others.\n` : ""}
${mosquitto}`;
  };
  const pack = async ({ name, server, answer, key, identity }) => {
    const zip = new JSZip();
    const folder = zip.folder(name);
    const secret = { unixPermissions: 0o100600 };
    const open = { unixPermissions: 0o100644 };
    folder.file("ca.crt", answer.root, open);
    folder.file(`${name}.crt`, answer.certificate + answer.chain, open);
    folder.file("chain.crt", answer.chain || answer.root, open);
    if (key) folder.file(`${name}.key`, key, secret);
    if (identity) folder.file(`${name}-identity.key`, identity, secret);
    folder.file("README.txt", readme(name, server, identity), open);
    return zip.generateAsync({ type: "blob", platform: "UNIX" });
  };
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(bundle.blob);
    link.download = `${bundle.name}-certs.zip`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  document.getElementById("save").addEventListener("click", save);

  // ---- the way there
  const order = async () => {
    const server = isServer();
    const asked = new URLSearchParams();
    for (const name of ["kind", "name", "validity", "sans", "csr"]) asked.set(name, field(name).value.trim());
    const name = asked.get("name");
    let key = null;
    let identity = null;
    if (makesKey()) {
      const pair = await LumiaCsr.makeKey();
      key = await LumiaCsr.keyPem(pair);
      asked.set("csr", await LumiaCsr.request(pair, name, server ? names() : []));
    }
    if (!server && !field("known").checked && name) {
      const pair = await LumiaCsr.makeKey();
      identity = await LumiaCsr.keyPem(pair);
      asked.set("identity-csr", await LumiaCsr.request(pair, name));
    }
    const response = await fetch(form.action, { method: "POST", body: asked, headers: { Accept: "application/json" } });
    const answer = await response.json();
    if (!response.ok) {
      tell(answer.field, answer.detail ?? "The CA did not answer. Try again.");
      return;
    }
    const folder = (name || "certificate").replace(/[^A-Za-z0-9._-]/g, "_");
    bundle = { name: folder, blob: await pack({ name: folder, server, answer, key, identity }) };
    save();
    form.hidden = true;
    document.getElementById("issued-name").textContent = name;
    document.getElementById("issued-until").textContent = answer.notAfter;
    document.getElementById("issued-link").href = `/certificates/${answer.serial}`;
    document.getElementById("issued-key").hidden = !key;
    const done = document.getElementById("issued");
    done.hidden = false;
    done.focus();
  };
  form.addEventListener("submit", async (event) => {
    if (!canMakeKeys) return;
    event.preventDefault();
    clear();
    const button = form.querySelector("button.main-action");
    button.disabled = true;
    try {
      await order();
    } catch (broken) {
      tell("", `It did not work: ${broken.message}. Try again.`);
    } finally {
      button.disabled = false;
    }
  });
})();
