import { strict as assert } from "node:assert";
import { renderCaddyfile } from "../../components/render/caddyfile";

/** Does not prove: that Caddy takes them. Caddy 2.6.2 was tried with both by hand: docs/aci-service.md. */
describe("a Caddyfile", () => {
  const site = { domain: "churn.example.com", port: 5001 };

  it("with a certificate of one's own", () => {
    assert.equal(
      renderCaddyfile(site),
      `{
	admin off
	auto_https disable_redirects
}

https://churn.example.com {
	tls /etc/caddy/cert.pem /etc/caddy/key.pem
	reverse_proxy 127.0.0.1:5001
}
`,
    );
  });

  it("with one that is obtained", () => {
    const obtained = { ...site, email: "ops@example.com", acmeServer: "https://acme.example.com/directory" };
    assert.equal(
      renderCaddyfile(obtained),
      `{
	admin off
	email ops@example.com
	acme_ca https://acme.example.com/directory
}

https://churn.example.com {
	reverse_proxy 127.0.0.1:5001
}
`,
    );
  });
});
