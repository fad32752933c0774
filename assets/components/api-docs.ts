/** The browsable API description: Swagger UI, in a chunk of its own. */

import { at } from "../lib/base";

/** The page has a heading of its own. */
const withoutInfo = () => ({ wrapComponents: { info: () => () => null } });

export async function showApiDocs(target: HTMLElement): Promise<void> {
  const { default: SwaggerUI } = await import("swagger-ui-dist/swagger-ui-es-bundle.js");
  target.replaceChildren();
  SwaggerUI({
    domNode: target,
    url: at("/api/openapi.json"),
    deepLinking: false,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    plugins: [withoutInfo],
  });
}
