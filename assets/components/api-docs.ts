/** The browsable API description: Swagger UI, loaded when the page is open. */
import swaggerStyles from "url:swagger-ui-dist/swagger-ui.css";

/** The page has a heading of its own. */
const withoutInfo = () => ({ wrapComponents: { info: () => () => null } });

export async function showApiDocs(target: HTMLElement): Promise<void> {
  const styles = document.createElement("link");
  styles.rel = "stylesheet";
  styles.href = swaggerStyles;
  document.head.prepend(styles);
  const { default: SwaggerUI } = await import("swagger-ui-dist/swagger-ui-es-bundle.js");
  target.replaceChildren();
  SwaggerUI({
    domNode: target,
    url: "/api/openapi.json",
    deepLinking: false,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    plugins: [withoutInfo],
  });
}
