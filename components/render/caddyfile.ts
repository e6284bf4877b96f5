/** What a Caddyfile for one service depends on. */
export interface CaddyfileParts {
  /** Name that callers use. */
  readonly domain: string;
  /** Port of the server beside it. */
  readonly port: number;
  /** Whom the issuer of a certificate writes to; undefined with a certificate of one's own, which lies beside the Caddyfile. */
  readonly email?: string;
  /** ACME directory, when it is not Let's Encrypt's. */
  readonly acmeServer?: string;
}

/** Folder of the Caddyfile and of what lies beside it. */
export const caddyFolder = "/etc/caddy";
/** Where Caddy keeps the certificates that it obtains. */
export const caddyData = "/data";

/** Renders the Caddyfile of a container that ends TLS before a server. Caddy's own defaults are TLS 1.2 and 1.3 with HTTP/1.1 and 2. */
export function renderCaddyfile({ domain, port, email, acmeServer }: CaddyfileParts): string {
  const global =
    email === undefined
      ? ["auto_https disable_redirects"]
      : [`email ${email}`, ...(acmeServer === undefined ? [] : [`acme_ca ${acmeServer}`])];
  const own = email === undefined ? [`tls ${caddyFolder}/cert.pem ${caddyFolder}/key.pem`] : [];
  return [
    "{",
    ...["admin off", ...global].map((line) => `\t${line}`),
    "}",
    "",
    `https://${domain} {`,
    ...[...own, `reverse_proxy 127.0.0.1:${port}`].map((line) => `\t${line}`),
    "}",
    "",
  ].join("\n");
}
