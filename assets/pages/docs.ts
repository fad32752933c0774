/** The API documentation. */
import { showApiDocs } from "../components/api-docs";
import { themeToggle } from "../components/theme";
import { startPage } from "../lib/alpine";

startPage({ themeToggle });
void showApiDocs(document.getElementById("api-docs")!);
