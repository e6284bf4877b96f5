import { strict as assert } from "node:assert";
import type { Values } from "../../provider/rpc/values";
import { AzureDesk, resourceGroupName } from "../support/azure-desk";
import { base } from "../support/edge-hub";
import { runScript } from "./stand-in/commands/run";
import { isValidPassword } from "./stand-in/commands/token-passwords";
import { iotHubsOf } from "./stand-in/iot-hub";
import { recordOf, textOf } from "./stand-in/values";

const day = 86_400_000;

/** Passwords of a registry's token, and devices that pull with them. Does not prove: that a registry in Azure forgets at the same moment. */
describe("the stand-in's registry tokens", () => {
  let desk: AzureDesk;
  let tokenId: string;
  const registryName = "teamreg";

  beforeEach(() => {
    desk = new AzureDesk();
    desk.group();
    desk.registry();
    const place = { resourceGroupName, registryName };
    const actions = ["repositories/churn/content/read"];
    const { id: scopeMapId } = desk.make("containerregistry:ScopeMap", { ...place, scopeMapName: "edge", actions });
    tokenId = desk.make("containerregistry:Token", { ...place, tokenName: "edge", scopeMapId, status: "enabled" }).id;
  });
  afterEach(() => {
    desk.remove();
  });

  const generate = (options: string, cause = "one"): string => {
    const text = `az acr token credential generate -n edge -r teamreg ${options} --query "passwords[0].value" -o tsv`;
    return runScript({ text, environment: {}, interpreter: undefined, folder: ".", cause }, desk.cloud).trim();
  };
  const token = () => desk.cloud.find(tokenId) ?? assert.fail("no token");
  const holds = (password: string, at?: number): boolean => isValidPassword(token(), password, at);

  it("have two passwords: another one in a slot ends what was there, and leaves the other slot's", () => {
    const [first, second] = [generate("--password1"), generate("--password2")];
    assert.deepEqual([holds(first), holds(second), holds("guess"), holds("")], [true, true, false, false]);
    const third = generate("--password1", "two");
    assert.deepEqual([holds(first), holds(second), holds(third)], [false, true, true]);
    assert.equal(generate("--password1", "two"), third);
  });

  it("hold until they expire, by days or by a moment", () => {
    const now = Date.now();
    const [days, moment] = [
      generate("--password1 --expiration-in-days 30"),
      generate("--password2 --expiration 2030-01-01T00:00:00Z"),
    ];
    assert.deepEqual([holds(days, now + 29 * day), holds(days, now + 31 * day)], [true, false]);
    const [before, after] = [Date.parse("2029-12-31T00:00:00Z"), Date.parse("2030-01-02T00:00:00Z")];
    assert.deepEqual([holds(moment, before), holds(moment, after)], [true, false]);
    const text = "az acr token credential generate -n edge -r teamreg --password1 --expiration-in-days 30";
    const told = JSON.parse(
      runScript({ text, environment: {}, interpreter: undefined, folder: ".", cause: "x" }, desk.cloud),
    ) as Values;
    const [{ expiry } = {}] = told["passwords"] as Values[];
    assert.ok(Date.parse(textOf(expiry)) >= now + 30 * day);
  });

  it("hold no more when the token is disabled or gone, and outlive a change of it", () => {
    const password = generate("--password1");
    const place = {
      resourceGroupName,
      registryName,
      tokenName: "edge",
      scopeMapId: textOf(token().inputs["scopeMapId"]),
    };
    const made = { id: tokenId, outputs: {}, inputs: token().inputs };
    desk.change("containerregistry:Token", made, { ...place, status: "disabled" });
    assert.equal(holds(password), false);
    desk.change("containerregistry:Token", made, { ...place, status: "enabled" });
    assert.equal(holds(password), true);
  });

  for (const [options, said] of [
    ["--expiration-in-days none", /invalid int value: 'none'/],
    ["--expiration soon", /Time data 'soon' does not match/],
    ["--expiration-in-days 1 --expiration 2030-01-01", /mutually exclusive/],
  ] as const) {
    it(`refuse ${options}`, () => {
      assert.throws(() => generate(options), said);
    });
  }

  it("let devices of a hub pull while they hold: what runs goes on after that, and a new image is refused", async () => {
    desk.make("iothub:IotHubResource", {
      resourceGroupName,
      resourceName: "factory",
      sku: { name: "F1", capacity: 1 },
    });
    const server = iotHubsOf(desk.cloud);
    const address = `${await server.start()}/factory`;
    const call = async (method: string, path: string, body?: object): Promise<Values> => {
      const url = `${address}/${path}?api-version=2021-04-12`;
      const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
      return (await response.json()) as Values;
    };
    const deploy = async (id: string, image: string, password: string, priority: number): Promise<Values> => {
      const modulesContent = structuredClone(base({ churn: `teamreg.azurecr.io/${image}` })) as Record<string, Values>;
      const settings = { registryCredentials: { team: { address: "teamreg.azurecr.io", username: "edge", password } } };
      recordOf(modulesContent["$edgeAgent"]?.["properties.desired"])["runtime"] = { type: "docker", settings };
      await call("PUT", `configurations/${id}`, {
        content: { modulesContent },
        targetCondition: "deviceId = 'one'",
        priority,
      });
      const twin = await call("GET", "twins/one/modules/$edgeAgent");
      return recordOf(recordOf(recordOf(twin["properties"])["reported"])["lastDesiredStatus"]);
    };
    await call("PUT", "devices/one", { deviceId: "one", capabilities: { iotEdge: true } });
    const password = generate("--password1");
    assert.deepEqual(await deploy("a", "churn:1", password, 1), { code: 200, description: "" });
    generate("--password1", "two");
    assert.deepEqual(await deploy("b", "churn:1", password, 2), { code: 200, description: "" });
    assert.deepEqual(await deploy("c", "churn:2", password, 3), {
      code: 500,
      description: "churn: Could not pull image teamreg.azurecr.io/churn:2, unauthorized: authentication required",
    });
    assert.equal((await deploy("d", "churn:2", generate("--password2"), 4))["code"], 200);
    assert.match(
      JSON.stringify(
        await (await fetch(`${address.replace("factory", "none")}/devices/x?api-version=2021-04-12`)).json(),
      ),
      /no such host: none/,
    );
    await server.stop();
  });
});
