import * as resources from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import { ownName } from "./place";

/** What a template puts, by the names that Azure ML's API has. */
export interface Put {
  /** Below `Microsoft.MachineLearningServices`, such as `workspaces/models/versions`. */
  readonly type: string;
  /** Names of the parents and its own, with `/` between them. */
  readonly name: pulumi.Input<string>;
  readonly properties: pulumi.Input<object>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Of what is put, where its type has them. @default - none */
  readonly location?: pulumi.Input<string>;
  /** Of what is put, where its type has them. @default - none */
  readonly ownTags?: Readonly<Record<string, string>>;
  /** Of the deployment. */
  readonly tags: Readonly<Record<string, string>>;
}

const apiVersion = "2025-12-01";

/**
 * A deployment of one thing by a template, in mode `Incremental`: Azure Resource Manager makes it where it is not there, sets its
 * properties where it is, and deletes nothing; without the deployment it stays. See docs/adr/0009 and 0016.
 */
export function putByTemplate(name: string, put: Put, options: pulumi.CustomResourceOptions): resources.Deployment {
  const own = {
    ...(put.location === undefined ? {} : { location: { type: "string", value: put.location } }),
    ...(put.ownTags === undefined ? {} : { tags: { type: "object", value: put.ownTags } }),
    properties: { type: "object", value: put.properties },
  };
  const parameters = { name: { type: "string", value: put.name }, ...own };
  return new resources.Deployment(
    name,
    {
      resourceGroupName: put.resourceGroupName,
      deploymentName: ownName(name),
      properties: {
        mode: "Incremental",
        template: {
          $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
          contentVersion: "1.0.0.0",
          // Values go in as parameters, of which Azure takes none for an expression.
          parameters: each(parameters, ({ type }) => ({ type })),
          resources: [
            {
              type: `Microsoft.MachineLearningServices/${put.type}`,
              apiVersion,
              name: "[parameters('name')]",
              ...each(own, (_, key) => `[parameters('${key}')]`),
            },
          ],
        },
        parameters: each(parameters, ({ value }) => ({ value })),
      },
      tags: put.tags,
    },
    options,
  );
}

interface Parameter {
  readonly type: string;
  readonly value: unknown;
}

function each<T>(
  parameters: Readonly<Record<string, Parameter>>,
  of: (parameter: Parameter, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, of(parameter, key)]));
}
